"""*Next*: the first who may come in, nobody twice, nobody passed over but by a rule."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flows.staffed import STAFF, Staffed, open_staffed
from xmpp_agent.flows import rebooking
from xmpp_agent.flows.booking import By
from xmpp_agent.flows.next_citizen import call_next
from xmpp_agent.flows.office import Refused
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import ArrivalStep, Part
from xmpp_agent.rules.staff_day import HERE_FOR

BOSS = By("boss")


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """A unit with nothing booked."""
    async with open_staffed(tmp_path) as staffed:
        yield staffed


async def refusal(unit: Staffed, person: str, node: str) -> Reason:
    """Why nobody was called."""
    with pytest.raises(Refused) as caught:
        await call_next(unit.desk, unit.who(person), node)
    return caught.value.verdict.reason


async def test_the_first_of_the_lobby_comes_in(unit: Staffed) -> None:
    """In order of arrival, one after the other; each visit is finished before the next begins."""
    room = await unit.opens()
    for name in ("anna", "bo"):
        await unit.book(name)
        assert await unit.comes(name) == "lobby"
        unit.around.clock.at += 1
    assert await call_next(unit.desk, unit.who(), room.node) == "anna"
    assert await unit.obeys("anna") == "inside"
    assert await refusal(unit, "mette", room.node) is Reason.OTHERS_INSIDE
    await unit.leaves("anna")
    assert await call_next(unit.desk, unit.who(), room.node) == "bo"
    assert await unit.obeys("bo") == "inside"
    assert unit.inside(room.node) == ["bo", "mette"]


async def test_whoever_is_called_from_the_line_walks_straight_in(unit: Staffed) -> None:
    """The appointment is theirs who called, in their room; the visit has begun, so the door is open when they come."""
    await unit.book("anna", staff="")
    room = await unit.opens()
    await unit.stands_in_line("anna")
    before = await unit.appointment("anna")

    assert await call_next(unit.desk, unit.who(), room.node) == "anna"

    after = await unit.appointment("anna")
    assert (after.staff, after.room, after.version) == ("mette", room.node, before.version + 1)
    assert after.sequence == before.sequence, "nobody is written to because of it"
    assert await unit.comes("anna") == "inside"


async def test_those_who_wait_for_me_come_before_the_shared_line(unit: Staffed) -> None:
    """Somebody with an appointment in this room first, then the unit's queue."""
    room = await unit.opens()
    await unit.book("shared", staff="")
    await unit.stands_in_line("shared", since=-600)
    await unit.book("anna")
    await unit.comes("anna")
    assert await call_next(unit.desk, unit.who(), room.node) == "anna"
    await unit.obeys("anna")
    await unit.leaves("anna")
    assert await call_next(unit.desk, unit.who(), room.node) == "shared"


async def test_who_is_not_at_the_page_is_passed_over_and_keeps_the_place(unit: Staffed) -> None:
    """The page says every ten seconds that it is open; after thirty it counts as closed."""
    room = await unit.opens()
    for name, since in (("anna", -60.0), ("bo", -30.0)):
        await unit.book(name, staff="")
        await unit.stands_in_line(name, since=since)
    unit.around.clock.at += HERE_FOR + 1
    await unit.stands_in_line("bo", since=-30.0 - HERE_FOR)
    assert await call_next(unit.desk, unit.who(), room.node) == "bo"
    unit.around.clock.at += 20
    await unit.stands_in_line("anna", since=-120.0)
    assert await call_next(unit.desk, unit.who(), room.node) == "anna"


async def test_a_visit_is_cleared_for_whoever_is_meant_alone(unit: Staffed) -> None:
    """Asked for somebody whose turn it is no more: nobody comes in, and of the visit before nothing is cleared."""
    room = await unit.opens()
    for name in ("anna", "bo"):
        await unit.book(name)
        await unit.comes(name)
        unit.around.clock.at += 1
    assert await call_next(unit.desk, unit.who(), room.node) == "anna"
    await unit.obeys("anna")
    await unit.leaves("anna")
    over = unit.house.rooms[room.node].visit
    await unit.book("shared", staff="")
    await unit.stands_in_line("shared")
    for meant in ("anna", "shared"):
        with pytest.raises(Refused) as caught:
            await call_next(unit.desk, unit.who(), room.node, meant)
        assert caught.value.verdict.reason is Reason.CHANGED_MEANWHILE
    assert unit.house.rooms[room.node].visit == over
    unit.prosody.close(unit.clients["bo"])
    await unit.settled()
    with pytest.raises(Refused):
        await call_next(unit.desk, unit.who(), room.node, "bo")
    assert unit.house.rooms[room.node].visit == over
    assert await call_next(unit.desk, unit.who(), room.node, "shared") == "shared"


async def test_a_recording_of_the_visit_before_is_ended_on_the_way(unit: Staffed) -> None:
    """`Next` clears a visit that is over also while it counts as recorded: clearing is what ends that."""
    room = await unit.opens()
    for name in ("anna", "bo"):
        await unit.book(name)
        await unit.comes(name)
    assert await call_next(unit.desk, unit.who(), room.node) == "anna"
    await unit.obeys("anna")
    await unit.leaves("anna")
    unit.house.settle(replace(unit.house.rooms[room.node], recording=True))
    assert await call_next(unit.desk, unit.who(), room.node) == "bo"


async def test_the_wrong_person_is_not_called(unit: Staffed) -> None:
    """The rules of admission judge before anybody is taken."""
    room = await unit.opens()
    await unit.book("anna", staff="")
    await unit.stands_in_line("anna", verified=False)
    assert await refusal(unit, "mette", room.node) is Reason.WRONG_PERSON
    assert (await unit.appointment("anna")).staff == ""


async def test_who_was_called_and_is_cancelled_holds_no_room(unit: Staffed) -> None:
    """Called from the line, then called off: the room is free at once, and whoever still comes is refused in words."""
    room = await unit.opens()
    for name in ("anna", "bo"):
        await unit.book(name, staff="")
        await unit.stands_in_line(name)
        unit.around.clock.at += 1
    assert await call_next(unit.desk, unit.who(), room.node) == "anna"
    anna = await unit.connects("anna", await unit.pass_of("anna"))
    await rebooking.cancel(unit.office, "anna", BOSS)
    await unit.settled()
    state = unit.house.rooms[room.node]
    assert (state.visit, state.turnover_open) == (None, False)
    assert await unit.prosody.join(anna, room.node) == "refused"
    assert unit.inside(room.node) == ["mette"]
    assert await call_next(unit.desk, unit.who(), room.node) == "bo"


async def test_who_was_let_in_and_is_cancelled_holds_no_room(unit: Staffed) -> None:
    """The same for somebody who stands in the lobby with the invitation in hand; a visit going on is staff's to end."""
    room = await unit.opens()
    for name in ("anna", "bo"):
        await unit.book(name)
        await unit.comes(name)
        unit.around.clock.at += 1
    assert await call_next(unit.desk, unit.who(), room.node) == "anna"
    await rebooking.cancel(unit.office, "anna", BOSS)
    await unit.settled()
    assert unit.house.rooms[room.node].visit is None
    assert await unit.obeys("anna") != "inside"
    assert await call_next(unit.desk, unit.who(), room.node) == "bo"
    assert await unit.obeys("bo") == "inside"
    await rebooking.cancel(unit.office, "bo", BOSS)
    await unit.settled()
    assert unit.inside(room.node) == ["bo", "mette"]


async def test_nobody_is_called_into_an_empty_room(unit: Staffed) -> None:
    """Without staff inside the appointment stays in the line, for a colleague who is there."""
    room = await unit.opens()
    await unit.book("anna", staff="")
    await unit.stands_in_line("anna")
    await unit.leaves("mette")
    assert await refusal(unit, "mette", room.node) in (Reason.NO_STAFF_INSIDE, Reason.ROOM_NOT_OPEN)
    assert (await unit.appointment("anna")).staff == ""


async def test_nobody_calls_for_anothers_room_or_without_prosody(unit: Staffed) -> None:
    """A colleague who does not cover may not; with the link down nobody may."""
    room = await unit.opens()
    assert await refusal(unit, "lars", room.node) is Reason.NOT_STAFF_HERE
    unit.porter.lose_link()
    assert await refusal(unit, "mette", room.node) is Reason.PROSODY_DID_NOT_DO_IT


async def test_an_empty_line_is_said(unit: Staffed) -> None:
    """Nobody waits."""
    room = await unit.opens()
    assert await refusal(unit, "mette", room.node) is Reason.NOT_WAITING


async def test_what_cannot_be_written_calls_nobody(unit: Staffed) -> None:
    """A booking that changed at that moment is somebody else's: the following one is taken."""
    room = await unit.opens()
    for name, since in (("anna", -60.0), ("bo", -30.0)):
        await unit.book(name, staff="")
        await unit.stands_in_line(name, since=since)
    booked = await unit.appointment("anna")
    office = unit.office
    line = office.visitors.in_line

    async def meanwhile(unit_id: str) -> object:
        found = await line(unit_id)
        await office.records.keep(office.line("change", "test", "anna"), replace(booked, case_ref="2", version=2))
        return found

    office.visitors.in_line = meanwhile  # type: ignore[method-assign,assignment]  # a change between look and act
    assert await call_next(unit.desk, unit.who(), room.node) == "bo"


@given(
    plan=st.lists(st.sampled_from(STAFF), min_size=1, max_size=9),
    waiting=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=0, max_size=6),
    at_once=st.integers(1, 3),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nobody_is_called_twice_and_nobody_skipped_but_by_rule(
    tmp_path_factory: pytest.TempPathFactory,
    plan: list[str],
    waiting: list[tuple[bool, bool]],
    at_once: int,
) -> None:
    """Several colleagues press in any order, several at once: each citizen goes to one of them, in order of arrival.

    `waiting`: for each citizen in line whether they are verified and at their page; the others are passed over.
    """
    async with open_staffed(tmp_path_factory.mktemp("unit")) as unit:
        rooms = {person: (await unit.opens(person)).node for person in STAFF}
        for number, (verified, present) in enumerate(waiting):
            await unit.book(f"c{number}", staff="")
            await unit.stands_in_line(f"c{number}", since=-100.0 + number, verified=verified)
            if not present:
                await _goes_from_the_page(unit, f"c{number}")
        may_come = [f"c{n}" for n, (verified, present) in enumerate(waiting) if verified and present]
        called: list[str] = []
        while plan:
            now, plan = plan[:at_once], plan[at_once:]
            answers = await asyncio.gather(
                *(call_next(unit.desk, unit.who(person), rooms[person]) for person in now), return_exceptions=True
            )
            assert all(isinstance(one, str | Refused) for one in answers), answers
            got = [one for one in answers if isinstance(one, str)]
            assert sorted(got) == sorted(may_come[len(called) : len(called) + len(got)]), "in order of arrival"
            presses = len({person for person in now if person not in _busy(unit, rooms, called)})
            assert len(got) == min(presses, len(may_come) - len(called)), "nobody who might have come was left"
            called += got
        assert len(set(called)) == len(called)
        for name in called:
            booked = await unit.appointment(name)
            assert rooms[booked.staff] == booked.room
            assert await unit.comes(name) == "inside"


def _busy(unit: Staffed, rooms: dict[str, str], called: list[str]) -> set[str]:
    """Staff whose room has a visit of somebody called before."""
    visits = {person: unit.house.rooms[node].visit for person, node in rooms.items()}
    return {person for person, visit in visits.items() if visit is not None and visit.appointment in called}


async def _goes_from_the_page(unit: Staffed, name: str) -> None:
    arrival = await unit.office.visitors.arrival(name, name)
    assert arrival is not None
    away = replace(arrival, seen_at=unit.around.clock.at - HERE_FOR - 1)
    await unit.office.records.keep(unit.office.line("away", name, name), ArrivalStep(away, Part.SEEN))
