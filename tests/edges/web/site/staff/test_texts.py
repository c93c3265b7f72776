"""Staff's words: the same in both languages, none missing, none left over."""

import re
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from string import Formatter

from xmpp_agent.edges.web.site.staff import entry
from xmpp_agent.edges.web.site.staff.acts import ON_APPOINTMENTS, ON_ROOMS
from xmpp_agent.edges.web.site.staff.texts import STAFF_LANGUAGES, say, why
from xmpp_agent.model.letters import Channel, Failure
from xmpp_agent.model.people import CompanionKind, Level
from xmpp_agent.model.recordings import Agreement, ClosingState, HowAsked
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import DeviceTest
from xmpp_agent.rules import hotline
from xmpp_agent.rules.invitation import Invited
from xmpp_agent.rules.recording.closing import Awaited
from xmpp_agent.rules.staff_day import Act, Proof, Stage
from xmpp_agent.wire import RoomPhase

DA, EN = STAFF_LANGUAGES["da"], STAFF_LANGUAGES["en"]
FAMILIES: dict[str, Iterable[Enum]] = {
    "stage": Stage,
    "proof": Proof,
    "device": DeviceTest,
    "invited": Invited,
    "channel": Channel,
    "failure": Failure,
    "kind": CompanionKind,
    "act": Act,
    "hotline": hotline.Stage,
    "room": RoomPhase,
    "level": Level,
    "answer": Agreement,
    "say": Agreement,
    "how": HowAsked,
    "closing": ClosingState,
    "awaited": Awaited,
}


def _asked() -> set[str]:
    """Keys that templates and code name."""
    source = "".join(path.read_text("utf-8") for path in Path(entry.HERE).rglob("*") if path.suffix in (".j2", ".py"))
    named = set(re.findall(r"""\bs\(\s*["']([a-z_.]*[a-z_])["']""", source)) | set(
        re.findall(r'"((?:nav|login)\.[a-z_]+)"', source)
    )
    made = {f"{family}.{member.value}" for family, members in FAMILIES.items() for member in members}
    hours = {f"hours.{day}" for day in range(7)}
    acts = {f"said.{name}" for name in (*ON_APPOINTMENTS, *ON_ROOMS)}
    answers = set(re.findall(r'done\(request, "(\w+)"', source))
    return named | made | hours | acts | {f"said.{name}" for name in (*answers, "hours", "closed", "opened")}


def test_both_languages_say_the_same() -> None:
    """The same keys, with the same facts set in."""
    assert DA.keys() == EN.keys()
    for key in DA:
        facts = [{name for _, name, _, _ in Formatter().parse(texts[key]) if name} for texts in (DA, EN)]
        assert facts[0] == facts[1], key


def test_no_text_is_missing() -> None:
    """Whatever a page asks for is there; a page with a missing text would be no page."""
    assert _asked() - DA.keys() == set()


def test_no_text_is_left_over() -> None:
    """Every text is asked for somewhere."""
    free = {key for key in DA if key.startswith(("why.", "login.fault.", "row.note."))}
    assert DA.keys() - _asked() - free == set()


def test_every_reason_has_a_sentence_for_staff() -> None:
    """Own ones where the door's speak to whoever waits."""
    for reason in Reason:
        assert why("da", reason)
        assert why("en", reason)
    known = {f"why.{reason.value}" for reason in Reason}
    assert {key for key in DA if key.startswith("why.")} <= known


def test_facts_are_set_in() -> None:
    """A sentence with its facts."""
    assert say("da", "row.since", clock="10.30") == "siden kl. 10.30"
