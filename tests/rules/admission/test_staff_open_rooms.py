"""staff_open_rooms: only staff make a room exist, and only their own; the focus only when they asked."""

import pytest

from tests.rules.scenes import ANNA, NOW, changed, citizen, companion, facts, inside, room, staff
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import SystemUser
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.facts import Asks
from xmpp_agent.rules.admission.staff_open_rooms import ASKED_LIFE, may_open, says


@pytest.mark.parametrize("asks", [Asks.CREATE, Asks.JOIN, Asks.CONFERENCE])
def test_owner_and_cover_open_the_room_and_other_staff_do_not(asks: Asks) -> None:
    """The owner and whoever covers may make and enter the room; a colleague who does neither may not."""
    said = [says(facts(staff(name), room(), asks)) for name in ("mette", "kim", "stranger")]
    assert [word.decision for word in said if word] == [Decision.OPEN, Decision.OPEN, Decision.REFUSE]


@pytest.mark.parametrize("known", [citizen(), companion()])
def test_a_visitor_never_makes_a_room_even_when_the_visit_is_theirs(known: Known) -> None:
    """Creating is a no for visitors, also in the instant in which the room is destroyed with staff still in it."""
    for asks, exists in ((Asks.CREATE, True), (Asks.CREATE, False), (Asks.JOIN, False), (Asks.CONFERENCE, False)):
        said = says(facts(known, room(inside(staff()), of=ANNA, exists=exists), asks))
        assert said is not None
        assert (said.decision, said.reason) == (Decision.WAIT, Reason.ROOM_NOT_OPEN)


def test_an_existing_room_says_nothing_for_a_visitor() -> None:
    """In a room that exists this rule leaves a visitor to the others."""
    assert says(facts(citizen(), room())) is None


@pytest.mark.parametrize(
    ("asked_ago", "asks", "exists", "opens"),
    [
        (None, Asks.CREATE, False, False),
        (0.0, Asks.CREATE, False, True),
        (ASKED_LIFE, Asks.CREATE, False, True),
        (ASKED_LIFE + 0.1, Asks.CREATE, False, False),
        (-1.0, Asks.CREATE, False, False),
        (None, Asks.JOIN, True, True),
        (None, Asks.JOIN, False, False),
    ],
)
def test_the_focus_makes_a_room_only_shortly_after_staff_asked(
    asked_ago: float | None, asks: Asks, exists: bool, opens: bool
) -> None:
    """Jicofo makes a room within 15 s of staff's request, and joins one that exists; else no."""
    state = room(exists=exists, asked_at=None if asked_ago is None else NOW - asked_ago)
    said = says(facts(None, state, asks, system=SystemUser.FOCUS))
    assert said is not None
    assert (said.decision is Decision.OPEN) is opens


def test_the_recorder_never_makes_a_room() -> None:
    """A recorder is refused as creator whatever staff asked for."""
    said = says(facts(None, room(exists=False, asked_at=NOW), Asks.CREATE, system=SystemUser.RECORDER))
    assert said is not None
    assert said.reason is Reason.NOT_ASKED_BY_STAFF


def test_a_citizen_with_the_owners_person_id_is_no_staff() -> None:
    """The role of the pass decides, not the name of the person."""
    posing = changed(citizen(), person="mette")
    assert not may_open(Known(posing.pass_, staff().person, posing.room, posing.appointment), room().room)
