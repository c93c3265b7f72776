"""What is changed about an appointment is known at the door at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.an_office import CPR, NobodyThere
from tests.flows.calendar import CALENDAR, WISH, WRITTEN_TO, Desk, open_desk
from tests.flows.test_citizen import token_of
from tests.rules.scenes import NOW
from xmpp_agent.edges.store import changes as store
from xmpp_agent.edges.store.ledger import SqlLedger
from xmpp_agent.flows import citizen, companions, rebooking
from xmpp_agent.flows.booking import By, Whom
from xmpp_agent.flows.connect import authenticate
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.questions import Question
from xmpp_agent.flows.rebooking import Change, To
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.callers import Event
from xmpp_agent.model.people import CompanionKind, Level
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.model.words import WORDS, both
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import NewLink
from xmpp_agent.ports.login import Identity
from xmpp_agent.rules.guests import Typed

STAFF = By("mette")
"""Somebody who may everything, and is no calling system."""
LATER = (NOW + 4200, NOW + 6000)
"""The same evening."""
TOMORROW = (NOW + 86400, NOW + 88200)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """An office with two units, three policies and a calendar system."""
    async with open_desk(tmp_path, hook_url="https://calendar.example/hook") as opened:
        yield opened


@pytest.fixture
async def booked(desk: Desk) -> Entry:
    """Anna's appointment in an hour, with her interpreter; people are written to."""
    companions = ((CompanionKind.INTERPRETER, Typed("Ole Tolk", "28 10 00 00")),)
    return await desk.book(replace(WISH, policy=WRITTEN_TO.id, companions=companions))


async def events(desk: Desk) -> list[tuple[Event, int]]:
    """What the calendar is to be told, and of which version."""
    return [(errand.hook.event, errand.hook.version) for errand in await desk.database.hooks.due(NOW, 50)]


async def test_the_door_judges_by_the_new_time_at_once(desk: Desk, booked: Entry) -> None:
    """Whoever is known by the appointment is known by what it says now; a pass that still fits lives on."""
    pass_id = desk.waits(booked)
    soon = (NOW + 600, NOW + 2400)
    after = await rebooking.move(desk.office, booked.appointment.id, To(*soon), CALENDAR)
    known = desk.office.house.known[pass_id]
    assert (known.appointment, known.revoked) == (after.appointment, False)
    assert desk.lobby.told == []
    assert desk.lobby.recalled == []


async def test_who_waits_for_another_hour_is_told_so(desk: Desk, booked: Entry) -> None:
    """The room is the same, the time is not: words instead of waiting in vain; the pass fits and lives."""
    desk.clock.at = NOW + 3000
    pass_id = desk.waits(booked)
    await rebooking.move(desk.office, booked.appointment.id, To(NOW + 6000, NOW + 7800), CALENDAR)
    assert desk.lobby.told == [(booked.appointment.room, both(WORDS[Reason.APPOINTMENT_MOVED]))]
    assert not desk.office.house.known[pass_id].revoked
    assert desk.office.house.rooms[booked.appointment.room].queue == ()


async def test_a_pass_for_the_room_of_before_is_dead(desk: Desk, booked: Entry) -> None:
    """Moved to a colleague at the same time, the old door stays shut: told, taken back, recalled."""
    desk.clock.at = NOW + 3000
    pass_id = desk.waits(booked)
    when = (booked.appointment.starts_at, booked.appointment.ends_at)
    await rebooking.move(desk.office, booked.appointment.id, To(*when, staff=Whom("lars@lilleby.example")), CALENDAR)
    assert desk.lobby.told == [(booked.appointment.room, both(WORDS[Reason.APPOINTMENT_MOVED]))]
    assert desk.office.house.known[pass_id].revoked
    assert desk.lobby.recalled == [pass_id]


class FullDisk:
    """A writer that can write nothing."""

    async def write(self, entry: store.Entry) -> None:
        """See `edges.store.ledger.Writer`."""
        raise Unavailable("disk full")

    def jot(self, entry: store.Entry) -> None:
        """See `edges.store.ledger.Writer`."""

    async def close(self) -> None:
        """See `edges.store.ledger.Writer`."""


async def test_a_pass_is_dead_though_nobody_confirms_it(desk: Desk, booked: Entry) -> None:
    """What the agent knows waits neither for the disk nor for the link to come back."""
    companion = booked.companions[0].person
    annas, oles = desk.waits(booked), desk.waits(booked, companion)
    house = desk.office.house
    house.prosody, house.ledger = NobodyThere(), SqlLedger(FullDisk())
    await companions.remove_companion(desk.office, booked.appointment.id, companion.id, CALENDAR)
    assert (house.known[oles].revoked, house.known[annas].revoked) == (True, False)
    await rebooking.move(desk.office, booked.appointment.id, To(*TOMORROW), CALENDAR)
    assert house.known[annas].revoked


async def test_a_visit_that_goes_on_is_not_moved(desk: Desk, booked: Entry) -> None:
    """Nothing changes, in the database or at the door."""
    desk.visits(booked)
    with pytest.raises(Refused) as caught:
        await rebooking.move(desk.office, booked.appointment.id, To(*TOMORROW), CALENDAR)
    assert caught.value.verdict.reason is Reason.VISIT_GOING_ON
    assert await desk.stands(booked) == booked


async def test_nobody_is_let_in_while_it_is_moved(desk: Desk, booked: Entry) -> None:
    """The move waits for what goes on in the room, and sees what came of it."""
    let_in, begun = asyncio.Event(), asyncio.Event()

    async def staff_let_in() -> None:
        begun.set()
        await let_in.wait()
        desk.visits(booked)

    desk.office.house.lanes.put(booked.appointment.room, staff_let_in)
    await begun.wait()
    move = asyncio.create_task(rebooking.move(desk.office, booked.appointment.id, To(*TOMORROW), CALENDAR))
    assert await asyncio.wait({move}, timeout=0.5) == (set(), {move})
    let_in.set()
    with pytest.raises(Refused) as caught:
        await move
    assert caught.value.verdict.reason is Reason.VISIT_GOING_ON


async def test_cancelled_it_is_known_at_the_door_and_to_whoever_waits(desk: Desk, booked: Entry) -> None:
    """Citizen and companion are told in words; a second time changes nothing."""
    passes = [desk.waits(booked), desk.waits(booked, booked.companions[0].person)]
    after = await rebooking.cancel(desk.office, booked.appointment.id, CALENDAR, 1)
    assert after == await desk.stands(booked)
    assert (after.appointment.cancelled_at, after.appointment.version, after.appointment.sequence) == (NOW, 2, 1)
    assert all(desk.office.house.known[p].appointment == after.appointment for p in passes)
    words = both(WORDS[Reason.APPOINTMENT_CANCELLED])
    assert desk.lobby.told == [(booked.appointment.room, words)] * 2
    assert await rebooking.cancel(desk.office, booked.appointment.id, CALENDAR, 2) == after
    assert await events(desk) == [(Event.BOOKED, 1), (Event.CANCELLED, 2)]


async def pass_by_link(desk: Desk, entry: Entry) -> str:
    """The citizen opens their link, logs in and presses the last button: the token their browser takes to Jitsi."""
    [code] = [new.code for new in await desk.office.visitors.links_of(entry.appointment.id) if is_theirs(new, entry)]
    session, _ = await citizen.begin(desk.office, code)
    anna = Identity("https://broker.test", "sub", Level.SUBSTANTIAL, name="Anna", cpr=CPR)
    session, _ = await citizen.logged_in(desk.office, session, anna)
    return token_of(await citizen.go(desk.office, session))


def is_theirs(new: NewLink, entry: Entry) -> bool:
    """Whether it is the citizen's own link."""
    return new.link.person == entry.citizen.id


async def knocks_with(desk: Desk, token: str) -> Reason:
    """What the door says of a token."""
    asked = Question("authenticate", desk.clock.at, token=token, user="someone")
    return (await authenticate(desk.office.house, asked)).verdict.reason


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        (Change(phone="20 65 43 21"), Reason.PASS_REVOKED),
        (Change(email=""), Reason.PASS_REVOKED),
        (Change(cpr="0202020202"), Reason.PASS_REVOKED),
        (Change(name="Anna Jensen"), Reason.ALLOWED),
    ],
)
async def test_a_pass_from_a_link_that_died_is_dead_though_nobody_used_it_yet(
    desk: Desk, booked: Entry, wish: Change, says: Reason
) -> None:
    """The browser at the address of before holds a pass that no door has seen; an agent that starts anew knows it."""
    desk.clock.at = booked.appointment.starts_at - 60
    token = await pass_by_link(desk, booked)
    desk.clock.at += 30
    await rebooking.change(desk.office, booked.appointment.id, wish, CALENDAR)
    desk.office.house.forget_everything()
    assert await knocks_with(desk, token) is says


async def test_an_address_that_is_added_leaves_link_and_pass_alive(desk: Desk) -> None:
    """Nobody lost anything: whoever held the link holds it still."""
    booked = await desk.book(replace(WISH, citizen=Typed("Anna Hansen", "20 12 34 56", "", CPR)))
    desk.clock.at = booked.appointment.starts_at - 60
    token = await pass_by_link(desk, booked)
    await rebooking.change(desk.office, booked.appointment.id, Change(email="anna@borger.example"), CALENDAR)
    assert await knocks_with(desk, token) is Reason.ALLOWED


async def test_a_login_on_its_way_while_the_link_dies_is_shut_out(desk: Desk, booked: Entry) -> None:
    """Asked before, judged before, written down after: the look the door takes then sees that the link is dead."""
    desk.clock.at = booked.appointment.starts_at - 60
    token = await pass_by_link(desk, booked)
    house, ident = desk.office.house, booked.appointment.id
    write = house.ledger.write

    async def write_late(*args: object, **named: object) -> None:
        house.ledger.write = write  # type: ignore[method-assign]  # late on purpose
        await rebooking.change(desk.office, ident, Change(phone="20 65 43 21"), CALENDAR)
        await write(*args, **named)  # type: ignore[arg-type]  # whatever is written

    house.ledger.write = write_late  # type: ignore[method-assign]  # late on purpose
    asked = Question("authenticate", desk.clock.at, token=token, user="someone")
    desk.clock.at += 1
    assert (await authenticate(house, asked)).verdict.decision is Decision.REFUSE
    assert "someone" not in house.connections
    assert await knocks_with(desk, token) is Reason.PASS_REVOKED
