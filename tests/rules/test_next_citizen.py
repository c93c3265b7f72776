"""Who is next: order of arrival, and the rules of admission before anybody is called."""

from dataclasses import replace

import pytest

from tests.rules.scenes import ANNA, BO, NOW, ROOM, appointment, citizen, companion, inside, room, staff, standing
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.people import Level, Person
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules.next_citizen import assigned, in_lobby, judge_from_line, may_be_given

SHARED = replace(appointment(), room="queue", staff="")
ENTRY = Entry(SHARED, Person(ANNA, "Jobcenter", "Anna Hansen"))
HERE = Arrival(ANNA, ANNA, level=Level.SUBSTANTIAL, verified=True, waiting_since=NOW - 60, seen_at=NOW - 5)
READY = room(inside(staff()))


def test_citizens_in_order_of_arrival() -> None:
    """Whoever stands there; companions come with theirs, and an empty place is nobody."""
    first, second = standing(citizen(BO), NOW - 90), standing(citizen(), NOW - 30)
    helper = standing(companion(), NOW - 120)
    away = replace(standing(citizen("carla"), NOW - 200), jid="")
    assert in_lobby(room(queue=(second, helper, away, first))) == (first, second)


def test_whom_the_rules_allow_is_called() -> None:
    """Staff inside, the invited person, at the page."""
    assert judge_from_line(ENTRY, HERE, READY, NOW).is_open


@pytest.mark.parametrize(
    ("arrival", "state", "reason"),
    [
        (None, READY, Reason.NOT_WAITING),
        (replace(HERE, seen_at=None), READY, Reason.NOT_WAITING),
        (replace(HERE, seen_at=NOW - 31), READY, Reason.NOT_WAITING),
        (replace(HERE, verified=False), READY, Reason.WRONG_PERSON),
        (replace(HERE, level=Level.LOW), READY, Reason.LEVEL_TOO_LOW),
        (HERE, room(), Reason.NO_STAFF_INSIDE),
        (HERE, RoomState(ROOM), Reason.ROOM_NOT_OPEN),
        (HERE, room(inside(staff()), inside(citizen(BO)), of=BO), Reason.OTHERS_INSIDE),
        (HERE, replace(READY, turnover_open=True), Reason.TURNOVER_OPEN),
        (HERE, replace(READY, recording=True), Reason.RECORDING_ON),
    ],
    ids=[
        "never came",
        "never said it is there",
        "page closed",
        "another person",
        "level too low",
        "no staff",
        "room not open",
        "others inside",
        "not cleared",
        "recording",
    ],
)
def test_nobody_else_is(arrival: Arrival | None, state: RoomState, reason: Reason) -> None:
    """Judged as if they stood at the door."""
    verdict = judge_from_line(ENTRY, arrival, state, NOW)
    assert (verdict.decision, verdict.reason) == (Decision.WAIT, reason)


def test_out_of_time_is_out_of_the_question() -> None:
    """Cancelled, too early, too late."""
    for odd, reason in (
        (replace(SHARED, cancelled_at=NOW), Reason.APPOINTMENT_CANCELLED),
        (replace(SHARED, starts_at=NOW + 9000), Reason.TOO_EARLY),
        (replace(SHARED, ends_at=NOW - SHARED.policy.late - 1), Reason.APPOINTMENT_OVER),
    ):
        assert judge_from_line(replace(ENTRY, appointment=odd), HERE, READY, NOW).reason is reason


def test_taken_by_whose_room_it_is() -> None:
    """Staff, room and version change; time, link and the calendar's own count do not."""
    taken = assigned(SHARED, ROOM)
    assert taken == replace(SHARED, staff="mette", room=ROOM.node, version=2)


def test_an_appointment_stays_in_its_unit() -> None:
    """A room elsewhere takes it from nobody, whoever forgot to ask."""
    elsewhere = replace(ROOM, unit="ward7")
    assert may_be_given(SHARED, ROOM).is_open
    assert may_be_given(SHARED, elsewhere).reason is Reason.NOT_YOUR_UNIT
    with pytest.raises(ValueError, match="stays in its unit"):
        assigned(SHARED, elsewhere)
