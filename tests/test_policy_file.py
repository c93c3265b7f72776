"""Units and appointment types from a file: read as written, or refused in sentences; loaded whole or not at all."""

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command_line import Portner, bare, portner
from tests.edges.store.samples import raw
from xmpp_agent.model.appointments import Plan, Policy, Rung
from xmpp_agent.model.figures import DEFAULT_LIMITS, Limit, Measure, Targets
from xmpp_agent.model.letters import Channel
from xmpp_agent.model.people import Level
from xmpp_agent.model.recordings import Terms
from xmpp_agent.model.units import Hours, Unit
from xmpp_agent.policy_file import PolicyFault, read_policies
from xmpp_agent.rules.figures.targets import whole

__all__ = ["bare", "portner"]  # fixtures
ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "xmpp_agent" / "demo" / "policies.yaml"
UNIT = """
units:
  jobcenter:
    name: Jobcenter Lilleby
    neutral_name: Lilleby Kommune
    phone: "70 00 00 01"
"""


def written(folder: Path, text: str) -> Path:
    """A file with this text."""
    path = folder / "policies.yaml"
    path.write_text(text, "utf-8")
    return path


def faults(folder: Path, text: str) -> tuple[str, ...]:
    """What is wrong with it."""
    with pytest.raises(PolicyFault) as fault:
        read_policies(written(folder, text))
    return fault.value.faults


def test_what_is_left_out_is_as_the_nouns_have_it(tmp_path: Path) -> None:
    """The least a unit and a policy need, and nothing invented beside it."""
    found = read_policies(written(tmp_path, UNIT + "policies: {kort: {level: none}}"))
    assert found.units == (Unit("jobcenter", "Jobcenter Lilleby", "Lilleby Kommune", "70 00 00 01"),)
    assert found.policies == (Policy("kort", Level.NONE),)


def test_everything_may_be_said(tmp_path: Path) -> None:
    """Spans as people write them, hours, ladder, follow-up rule, texts."""
    more = """
    hours: {monday: "8-12, 13.00-15.30"}
    timezone: America/Nuuk
    texts: {sms.invitation.da: "Kom {{ url }}"}
    targets:
      answer_within: 3 min
      limits: {waiting: {red: 4}, longest_wait: {amber: 5 min, red: 10 min}}
policies:
  p:
    level: high
    early: 10 min
    ladder: [{channel: sms, wait: 2 h}]
    reminders: [1 d, 15 min]
    needs_met: true
    keep: 30 d
"""
    found = read_policies(written(tmp_path, UNIT.rstrip() + more))
    unit = found.units[0]
    assert unit.hours == (Hours(0, "08:00", "12:00"), Hours(0, "13:00", "15:30"))
    assert (unit.timezone, unit.texts) == ("America/Nuuk", {"sms.invitation.da": "Kom {{ url }}"})
    limits = {Measure.WAITING: Limit(4.0), Measure.LONGEST_WAIT: Limit(600.0, 300.0)}
    assert unit.targets == Targets(answer_within=180.0, limits=limits)
    plan = Plan(ladder=(Rung(Channel.SMS, 7200.0),), reminders=(86400.0, 900.0), needs_met=True, keep=30 * 86400.0)
    assert found.policies == (Policy("p", Level.HIGH, early=600.0, plan=plan),)


def test_a_unit_closed_by_hand_stays_closed(tmp_path: Path) -> None:
    """Loading a file opens no door that staff have shut."""
    found = read_policies(written(tmp_path, UNIT), frozenset({"jobcenter"}))
    assert found.units[0].closed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (UNIT + "    colour: red", "units.jobcenter.colour: there is no such setting."),
        (UNIT + "    sms_sender: Meget lang afsender", "must be at most 11 letters and digits"),
        (UNIT + "    timezone: Mars/Olympus", "is no time zone"),
        (UNIT + '    hours: {monday: "12-8"}', "hours.monday: must be such as"),
        (UNIT + '    texts: {sms.invitation.da: "Kom"}', "does not say"),
        (UNIT + '    texts: {sms.invitation.da: "{{ url"}', "units.jobcenter: "),
        ("units: {x: {name: X, phone: '1'}}", "units.x.neutral_name: is needed and was not given."),
        ("policies: {p: {level: certain}}", "policies.p.level: "),
        ("policies: {p: {level: none, early: soon}}", "is no span of time"),
        ("policies: {p: {level: none, early: -1}}", "greater than or equal to 0"),
        ("policies: {p: {level: none, ladder: [{channel: pigeon}]}}", "policies.p.ladder.0.channel: "),
        ("policies: {p: {level: none, ladder: [{channel: call}]}}", "policies.p.ladder.0.channel: "),
        ("policies: {p: {level: none}, p: {level: high}}", "a name stands twice"),
        ("policies: {'../p': {level: none}}", "policies."),
        ("[1, 2", "is not YAML near line"),
        ("- 1", "The file: "),
        ("!!python/object/apply:os.getpid []", "is not YAML"),
        ("a: &a [*a, *a]", "is not YAML"),
    ],
)
def test_a_file_with_a_fault_is_refused_and_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    """Each fault is a sentence that names its place; nothing is read from such a file."""
    assert any(sentence in fault for fault in faults(tmp_path, text)), faults(tmp_path, text)


@given(text=st.text(max_size=200) | st.from_regex(r"(units|policies): \{.{0,40}\}"))
def test_whatever_stands_in_a_file_it_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Hostile text is a fault in words, never another exception."""
    path = written(tmp_path_factory.mktemp("policies"), text)
    with contextlib.suppress(PolicyFault):
        read_policies(path)


def test_a_recording_says_what_for_and_who_sees_it(tmp_path: Path) -> None:
    """Consent to an unknown purpose is none: the one is refused without the other, in a sentence."""
    table = "recording: {purpose: [planen, the plan], seen_by: [sagsbehandleren, your caseworker], on_tape: true}"
    found = read_policies(written(tmp_path, f"policies: {{p: {{level: low, recording_allowed: true, {table}}}}}"))
    assert found.policies[0].recording_allowed
    assert found.policies[0].plan.recording == Terms(
        purpose=("planen", "the plan"), seen_by=("sagsbehandleren", "your caseworker"), on_tape=True
    )
    for alone in ("recording_allowed: true", table):
        with pytest.raises(PolicyFault, match="says what for"):
            read_policies(written(tmp_path, f"policies: {{p: {{level: low, {alone}}}}}"))


def test_the_file_of_the_demo_can_be_loaded() -> None:
    """It is the example people begin with."""
    found = read_policies(DEMO)
    assert {policy.id for policy in found.policies} >= {"samtale", "opfoelgning", "aaben-tid", "hotline"}


def test_a_dry_run_says_what_would_change_and_changes_nothing(portner: Portner) -> None:
    """Then loading does it, once, with one line on record; a second time nothing changes."""
    code, dry, _ = portner.run("policy", "load", str(DEMO), "--dry-run")
    assert (code, "would be written: policy hotline" in dry) == (0, True)
    assert portner.run("policy", "load", str(DEMO))[1] == dry.replace("would be ", "")
    assert portner.run("policy", "load", str(DEMO))[1] == "nothing changes\n"
    lines = raw(portner.data / "portner.sqlite3", "SELECT line FROM audit")
    assert len(lines) == 1
    assert "policy:hotline" in str(lines[0])


def test_a_faulty_file_changes_nothing_and_says_why(portner: Portner) -> None:
    """Exit code 2, a sentence for each fault, and not even what was right of it is written."""
    path = written(portner.data, UNIT + "policies: {p: {level: certain}}")
    code, out, err = portner.run("policy", "load", str(path))
    assert (code, out) == (2, "")
    assert "policies.p.level" in err
    assert raw(portner.data / "portner.sqlite3", "SELECT id FROM units") == []


def test_the_door_says_which_rule_would_decide_what(portner: Portner) -> None:
    """Too low a login waits, so does a room without staff, too early is refused; each names its rule."""
    ask = ("policy", "try", str(DEMO), "--policy", "samtale")
    assert "right_person: wait (level_too_low)" in portner.run(*ask, "--level", "low")[1]
    assert "right_person: wait (wrong_person)" in portner.run(*ask, "--level", "high", "--no-right-person")[1]
    assert "staff_is_present: wait" in portner.run(*ask, "--level", "high", "--no-staff-inside")[1]
    assert "right_time: refuse (too_early)" in portner.run(*ask, "--level", "high", "--at", "-31")[1]
    assert "straight_in: open" in portner.run("policy", "try", str(DEMO), "--policy", "hotline")[1]
    assert portner.run("policy", "try", str(DEMO), "--policy", "nobody's")[0] == 2


def test_the_targets_in_the_manual_can_be_loaded_and_are_the_defaults(tmp_path: Path) -> None:
    """What docs/numbers.md shows is what is in force where nothing is said."""
    shown = (ROOT / "docs" / "numbers.md").read_text("utf-8").partition("    targets:\n")[2].partition("```")[0]
    targets = read_policies(written(tmp_path, UNIT + "    targets:\n" + shown)).units[0].targets
    assert replace(targets, limits={}) == Targets()
    in_force = {measure: whole(measure, limit) for measure, limit in DEFAULT_LIMITS.items()}
    in_force[Measure.LONGEST_WAIT] = Limit(900.0, 600.0)
    assert {measure: whole(measure, limit) for measure, limit in targets.limits.items()} == in_force
