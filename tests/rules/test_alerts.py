"""What is an alert, since when, and what may be done about one; and what may stand in a note to the next shift."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from xmpp_agent.model.alerts import AlertKind, Handled, Raised, ShiftNote
from xmpp_agent.model.appointments import Room
from xmpp_agent.model.figures import Limit, Measure, Targets
from xmpp_agent.model.people import Role
from xmpp_agent.model.recordings import Stage as RecordingStage
from xmpp_agent.model.rooms import Lane, Occupant, RoomState, Waiting
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules import shift_note
from xmpp_agent.rules.alert_words import RULES, rule_words
from xmpp_agent.rules.alerts import (
    FROZEN_TOO_LONG,
    OWNED_FOR,
    Act,
    AlertFacts,
    CallAt,
    InvitationAt,
    RecordingAt,
    Wish,
    ident,
    may_do,
    offers,
    raised,
)
from xmpp_agent.rules.cpr import could_hold_cpr
from xmpp_agent.rules.hotline import Stage
from xmpp_agent.rules.unreached import Next

NOW = 1_800_000_000.0
ROOM = RoomState(Room("k3v9", "Jobcenter", "mette", "2026-11-22"), exists=True, seq=3)
LONG = 900.0
"""The default limit of a wait."""
JOBS = frozenset({"Jobcenter"})


def citizen(seat: str, minutes: float, **more: object) -> Waiting:
    """Somebody who waits."""
    waiting = Waiting(seat, f"p-{seat}", Role.CITIZEN, f"a-{seat}", NOW - minutes * 60, f"{seat}@d/x", seat)
    return replace(waiting, **more)  # type: ignore[arg-type]  # fields named by the test


def found(*rooms: RoomState, targets: Targets | None = None, **more: object) -> tuple[Raised, ...]:
    """What is raised by these rooms and rows, now."""
    promise = targets or Targets()
    return raised(AlertFacts(NOW, lambda _: promise, rooms, **more))  # type: ignore[arg-type]  # as named


def test_each_kind_is_raised_and_the_most_urgent_stands_first() -> None:
    """One of each, with unit, what it is about, since when, and its numbers."""
    alone = Occupant("j", "n", "p", "s", Role.CITIZEN, "a", NOW - 300)
    stuck = replace(ROOM, turnover_open=True, stuck=True, queue=(citizen("x", 1),))
    frozen = replace(ROOM, room=replace(ROOM.room, node="f2"), inside=(alone,), frozen_since=NOW - 90)
    waits = replace(ROOM, room=replace(ROOM.room, node="w1"), queue=(
        citizen("long", 20), citizen("odd", 2, lane=Lane.JUDGE), citizen("new", 1),
    ))  # fmt: skip
    alerts = found(
        stuck, frozen, waits,
        stuck_since={"k3v9": NOW - 7},
        recordings=(RecordingAt("r", "*", RecordingStage.MISSING, NOW - 50, 3),
                    RecordingAt("q", "*", RecordingStage.FILED, NOW - 50, 0)),
        calls=(CallAt("c", "Jobcenter", Stage.LOST, NOW - 40), CallAt("d", "Jobcenter", Stage.CALLBACK, NOW - 40)),
        invitations=(InvitationAt("i", "Jobcenter", Next.CALL, NOW - 30), InvitationAt("j", "x", Next.RETRY, NOW)),
    )  # fmt: skip
    assert [(each.kind.value, each.about, each.seat, NOW - each.began, NOW - each.since) for each in alerts] == [
        ("stuck_turnover", "k3v9", "", 7, 7),
        ("frozen", "f2", "", 90, 30),
        ("lost_call", "c", "", 40, 40),
        ("stuck_recording", "r", "", 50, 50),
        ("judge", "w1", "odd", 120, 120),
        ("long_wait", "w1", "long", 1200, 300),
        ("not_reached", "i", "", 30, 30),
    ]
    assert [each.kind for each in alerts] == list(AlertKind)
    assert (alerts[0].people, alerts[1].people, alerts[3].attempts, alerts[5].limit) == (1, 1, 3, LONG)


@pytest.mark.parametrize(("seconds", "there"), [(FROZEN_TOO_LONG - 0.1, False), (FROZEN_TOO_LONG, True)])
def test_staff_who_drop_for_a_moment_are_no_alert(seconds: float, there: bool) -> None:
    """A room without staff counts from the limit on."""
    assert bool(found(replace(ROOM, frozen_since=NOW - seconds))) is there


@pytest.mark.parametrize(
    ("person", "targets", "there"),
    [
        (citizen("a", LONG / 60), Targets(), True),
        (citizen("a", LONG / 60 - 0.01), Targets(), False),
        (citizen("a", 2), Targets(limits={Measure.LONGEST_WAIT: Limit(red=120.0)}), True),
        (citizen("a", 30, jid="", away_since=NOW - 1), Targets(), False),
        (citizen("a", 30, role=Role.COMPANION), Targets(), False),
    ],
    ids=["at the limit", "before", "the unit's own limit", "gone for now", "a companion"],
)
def test_a_wait_is_an_alert_from_its_units_limit_on(person: Waiting, targets: Targets, there: bool) -> None:
    """Of a citizen whose connection is alive; whoever is to be judged is one alert, not two."""
    assert bool(found(replace(ROOM, queue=(person,)), targets=targets)) is there
    judged = found(replace(ROOM, queue=(replace(person, lane=Lane.JUDGE, jid="j"),)), targets=targets)
    assert [each.kind for each in judged] == [AlertKind.JUDGE]


def test_waits_in_a_units_shared_queue_count_too() -> None:
    """They are about no room yet."""
    [alert] = found(in_line=(("Jobcenter", NOW - 1000), ("Jobcenter", NOW - 10)))
    assert (alert.kind, alert.about, alert.since) == (AlertKind.LONG_WAIT, "", NOW - 100)


def test_the_same_alert_has_the_same_name_and_one_that_comes_again_another() -> None:
    """Over a restart, when since when a room is stuck is forgotten, too; and nothing of anybody stands in it."""
    stuck = replace(ROOM, turnover_open=True, stuck=True)
    [one] = found(stuck, stuck_since={"k3v9": NOW - 7})
    [again] = found(stuck)
    [next_visit] = found(replace(stuck, seq=4))
    assert ident(one, "s") == ident(again, "s") != ident(next_visit, "s")
    assert ident(one, "s") != ident(one, "t")
    frozen = [found(replace(ROOM, frozen_since=NOW - each))[0] for each in (90, 90, 80)]
    names = [ident(each, "s") for each in frozen]
    assert names[0] == names[1] != names[2]
    assert "k3v9" not in names[0]


def test_every_rule_is_told_in_words_with_its_limit() -> None:
    """No kind without words; seconds below whole minutes."""
    assert RULES.keys() == set(AlertKind)
    alert = Raised(AlertKind.LONG_WAIT, "u", "a", NOW, NOW, "m", limit=900.0)
    assert "15 min" in rule_words(alert)[0]
    assert "90 s" in rule_words(replace(alert, limit=90.0))[1]


ALERT = Raised(AlertKind.FROZEN, "Jobcenter", "k3v9", NOW - 90, NOW - 30, "m")
FRESH = Handled("x", AlertKind.FROZEN, "Jobcenter", NOW - 30, NOW - 10)
MINE, THEIRS = replace(FRESH, owner="me", owned_at=NOW - 5), replace(FRESH, owner="her", owned_at=NOW - 5)
SEEN = replace(FRESH, seen_by="her", seen_at=NOW - 5)
EXPECTED: Mapping[str, tuple[Act, frozenset[str], Raised | None, Handled | None, Reason]] = {
    "acknowledged": (Act.ACKNOWLEDGE, JOBS, ALERT, None, Reason.ALLOWED),
    "by who has all units": (Act.ACKNOWLEDGE, frozenset({"*"}), ALERT, None, Reason.ALLOWED),
    "of another unit": (Act.ACKNOWLEDGE, frozenset({"Psykiatri"}), ALERT, None, Reason.NOT_YOUR_UNIT),
    "over": (Act.ACKNOWLEDGE, JOBS, None, None, Reason.ALERT_OVER),
    "seen before": (Act.ACKNOWLEDGE, JOBS, ALERT, SEEN, Reason.ALERT_SEEN),
    "somebody else's": (Act.ACKNOWLEDGE, JOBS, ALERT, THEIRS, Reason.ALERT_OWNED),
    "mine and seen": (Act.ACKNOWLEDGE, JOBS, ALERT, MINE, Reason.ALLOWED),
    "taken": (Act.TAKE, JOBS, ALERT, SEEN, Reason.ALLOWED),
    "taken from another": (Act.TAKE, JOBS, ALERT, THEIRS, Reason.ALERT_OWNED),
    "taken twice": (Act.TAKE, JOBS, ALERT, MINE, Reason.ALERT_YOURS),
    "given back": (Act.GIVE_BACK, JOBS, ALERT, MINE, Reason.ALLOWED),
    "another's given back": (Act.GIVE_BACK, JOBS, ALERT, THEIRS, Reason.ALERT_OWNED),
    "nobody's given back": (Act.GIVE_BACK, JOBS, ALERT, None, Reason.ALERT_NOT_YOURS),
    "left behind": (Act.TAKE, JOBS, ALERT, replace(THEIRS, owned_at=NOW - OWNED_FOR), Reason.ALLOWED),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_who_may_do_what(name: str) -> None:
    """Acknowledge, take and give back: only of one's units, and only what is not somebody else's."""
    act, units, alert, handled, reason = EXPECTED[name]
    assert may_do(Wish(act, "x", units, "me"), alert, handled, NOW).reason is reason


def test_what_changed_meanwhile_is_not_done() -> None:
    """An act says what it saw."""
    wish = Wish(Act.TAKE, "x", JOBS, "me", version=0)
    assert may_do(wish, ALERT, None, NOW).is_open
    assert may_do(wish, ALERT, replace(SEEN, version=1), NOW).reason is Reason.CHANGED_MEANWHILE


def test_what_is_offered_is_what_may_be_done() -> None:
    """Seen once; taken by one at a time, and then offered to nobody else, until they have had it too long."""
    assert offers(ALERT, None, NOW) == (Act.ACKNOWLEDGE, Act.TAKE)
    assert offers(ALERT, THEIRS, NOW) == offers(ALERT, THEIRS, NOW, "me") == ()
    assert offers(ALERT, MINE, NOW, "me") == (Act.ACKNOWLEDGE, Act.GIVE_BACK)
    assert offers(ALERT, replace(MINE, seen_at=NOW), NOW, "me") == (Act.GIVE_BACK,)
    assert offers(ALERT, replace(THEIRS, owned_at=NOW - OWNED_FOR), NOW) == (Act.ACKNOWLEDGE, Act.TAKE)


@pytest.mark.parametrize("text", ["150585-1234", "Ring til 1505851234.", "71 05 85 12 34", "sag 150585/1234 igen"])
def test_a_cpr_number_is_refused_in_a_note(text: str) -> None:
    """However it is written; substitute numbers too."""
    assert could_hold_cpr(text)
    assert shift_note.may_write(JOBS, "Jobcenter", text, exists=True).reason is Reason.CPR_IN_TEXT


@pytest.mark.parametrize(
    ("units", "exists", "reason"),
    [(JOBS, True, Reason.ALLOWED), (frozenset({"Psykiatri"}), True, Reason.NOT_YOUR_UNIT),
     (frozenset({"*"}), False, Reason.UNKNOWN_UNIT), (JOBS, False, Reason.UNKNOWN_UNIT)],
)  # fmt: skip
def test_a_note_is_for_a_unit_of_ones_own(units: frozenset[str], exists: bool, reason: Reason) -> None:
    """A telephone number may stand in it."""
    verdict = shift_note.may_write(units, "Jobcenter", "Ring til værten på +45 32 12 34 56.", exists=exists)
    assert verdict.reason is reason


def test_a_note_is_shown_for_four_days() -> None:
    """Over a long weekend; an empty one never."""
    note = ShiftNote("u", "x", "me", NOW)
    assert shift_note.is_shown(note, NOW + shift_note.KEPT - 1)
    assert not shift_note.is_shown(note, NOW + shift_note.KEPT)
    assert not shift_note.is_shown(replace(note, text=""), NOW)
