"""known_pass: a pass that is whole, in time, not taken back and for this room; machines by real address only."""

from dataclasses import replace

import pytest

from tests.rules.scenes import NOW, ROOM, changed, citizen, facts, room, staff
from xmpp_agent.model.people import SystemUser
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.facts import Asks
from xmpp_agent.rules.admission.known_pass import CLOCK_SKEW, LOGIN_LASTS, RESERVED, UNUSED_LIFE, says


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"expires_at": NOW}, Reason.PASS_EXPIRED),
        ({"expires_at": NOW + 0.001}, None),
        ({"not_before": NOW + CLOCK_SKEW}, None),
        ({"not_before": NOW + CLOCK_SKEW + 0.1}, Reason.PASS_NOT_YET),
        ({"issued_at": NOW + CLOCK_SKEW + 0.1}, Reason.PASS_NOT_YET),
        ({"room": "z" * 27}, Reason.OTHER_ROOM),
    ],
)
def test_a_pass_opens_only_in_its_time_and_for_its_room(fields: dict[str, object], reason: Reason | None) -> None:
    """Expired, not yet valid beyond the clocks' difference, or for another room: refused, to the instant."""
    said = says(facts(changed(citizen(), **fields), room()))
    assert (said.reason if said else None) is reason
    assert said is None or said.decision is Decision.REFUSE


@pytest.mark.parametrize(
    ("age", "used", "reason"),
    [
        (UNUSED_LIFE, None, None),
        (UNUSED_LIFE + 1, None, Reason.PASS_STALE),
        (UNUSED_LIFE + 1, NOW - 5, None),
    ],
)
def test_a_pass_that_lay_unused_for_ten_minutes_is_dead(age: float, used: float | None, reason: Reason | None) -> None:
    """Ten minutes unused kill a pass; one used in time lives on."""
    said = says(facts(changed(citizen(), issued_at=NOW - age), room(), Asks.AUTHENTICATE, first_used_at=used))
    assert (said.reason if said else None) is reason


def test_a_revoked_pass_is_refused_for_everybody() -> None:
    """A pass taken back is refused, staff's too."""
    for known in (citizen(), staff()):
        revoked = type(known)(known.pass_, known.person, known.room, known.appointment, revoked=True)
        said = says(facts(revoked, room(), Asks.AUTHENTICATE))
        assert said is not None
        assert said.reason is Reason.PASS_REVOKED


@pytest.mark.parametrize(
    ("used", "reason"),
    [
        (None, Reason.PASS_REVOKED),
        (NOW - 60, Reason.PASS_REVOKED),
        (NOW - 60 - LOGIN_LASTS, None),
        (NOW - 600, None),
    ],
)
def test_a_pass_nobody_used_dies_with_its_link(used: float | None, reason: Reason | None) -> None:
    """Not used before the link was taken back, or only just: dead. Whoever was in with it stays in."""
    known = replace(citizen(), link_died_at=NOW - 60)
    said = says(facts(known, room(), Asks.AUTHENTICATE, first_used_at=used))
    assert (said.reason if said else None) is reason


@pytest.mark.parametrize("fault", [Reason.NO_PASS, Reason.PASS_BROKEN, Reason.UNKNOWN_ROOM, None])
def test_nobody_without_a_pass_is_let_by(fault: Reason | None) -> None:
    """Without a holder the answer is a refusal, with the reason the reader of passes gave."""
    said = says(facts(None, room(), fault=fault))
    assert said is not None
    assert (said.decision, said.reason) == (Decision.REFUSE, fault or Reason.NO_PASS)


@pytest.mark.parametrize(
    "nick",
    [
        *("focus", "Focus", "FOCUS", "jibri", "portner", "", "-a", "a b", "ａｂ", "x" * 65, "a/b", "a\n"),
        *sorted(RESERVED),
    ],
)
def test_nicks_of_machines_and_strange_nicks_are_refused(nick: str) -> None:
    """No person enters or knocks under a machine's nick or one that clients do not make."""
    for asks in (Asks.CREATE, Asks.JOIN, Asks.KNOCK):
        said = says(facts(citizen(), room(), asks, nick=nick))
        assert said is not None
        assert said.reason is Reason.RESERVED_NAME


def test_questions_without_a_nick_are_not_judged_by_nick() -> None:
    """A conference request carries no nick and is not refused for it."""
    assert says(facts(staff(), room(), Asks.CONFERENCE, nick="")) is None


@pytest.mark.parametrize(
    ("system", "recording", "reason"),
    [
        (SystemUser.FOCUS, False, None),
        (SystemUser.RECORDER, True, None),
        (SystemUser.RECORDER, False, Reason.RECORDING_NOT_ALLOWED),
    ],
)
def test_the_recorder_comes_in_only_while_a_recording_is_on(
    system: SystemUser, recording: bool, reason: Reason | None
) -> None:
    """The focus needs no pass here; the recorder needs an authorised recording."""
    said = says(facts(None, room(recording=recording), system=system, nick="focus"))
    assert (said.reason if said else None) is reason


def test_a_machine_is_refused_in_a_room_nobody_knows() -> None:
    """Even the focus is refused where Portner knows no room."""
    said = says(facts(None, None, system=SystemUser.FOCUS))
    assert said is not None
    assert said.reason is Reason.UNKNOWN_ROOM


def test_a_pass_for_a_room_is_no_pass_where_there_is_no_known_room() -> None:
    """A room Portner does not know is another room."""
    said = says(facts(citizen(), None))
    assert said is not None
    assert said.reason is Reason.OTHER_ROOM
    assert citizen().pass_.room == ROOM.node
