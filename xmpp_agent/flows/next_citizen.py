"""`Next`: the first who may come in, from the room's own lobby, else from the queue the unit shares.

Two colleagues who press at once never get the same person: an appointment is taken by being written with a version one
higher, which the database takes from one of them only; the other one goes on to the following.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from xmpp_agent.flows.hooks import tells
from xmpp_agent.flows.house import House
from xmpp_agent.flows.let_in import as_if_cleared, begin, judge, let_in, make_ready
from xmpp_agent.flows.office import Refused, new_id, refusal
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.appointments import Entry, Room
from xmpp_agent.model.callers import Event
from xmpp_agent.model.rooms import Place, RoomState, Waiting
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.model.visitors import Arrival, Session
from xmpp_agent.ports.diary import Conflict, Look
from xmpp_agent.rules import visits
from xmpp_agent.rules.next_citizen import assigned, in_lobby, judge_from_line
from xmpp_agent.rules.passes import seat_of
from xmpp_agent.rules.queue import pass_over


@dataclass(frozen=True, slots=True, repr=False)
class Upcoming:
    """Who is next. `repr` tells nothing."""

    appointment: str
    name: str
    since: float
    """Since when they wait."""
    shared: bool
    """In the queue the unit shares."""


async def call_next(desk: StaffOffice, who: Session, node: str, meant: str = "") -> str:
    """Let in whoever is next in a room, or call them to it; answers their appointment.

    `meant`: the appointment that was next when it was asked for; when it is another's turn now, nobody is let in.
    Raises Refused (nobody waits, or what the rules say of the first who does), Unavailable.
    """
    room = await desk.room_for(who, node)
    desk.see_prosody()
    return await desk.in_lane(node, partial(_next, desk, who, room, meant))


async def who_is_next(desk: StaffOffice, who: Session, node: str) -> Upcoming:
    """Whom `call_next` would let in now; changes nothing. Raises as that does."""
    room = await desk.room_for(who, node)
    house, state = desk.office.house, _state(desk, room)
    why: list[Verdict] = []
    for person in in_lobby(state):
        verdict = judge(house, as_if_cleared(house, state, person.appointment), person, staff_lets_in=True)
        known = await house.holder(person.pass_id)
        if verdict.is_open and known is not None:
            return Upcoming(person.appointment, known.person.name, person.since, shared=False)
        why.append(verdict)
    now = house.clock.now()
    for entry, arrival in await _line(desk, room) if room.day else ():
        verdict = judge_from_line(entry, arrival, as_if_cleared(house, state, entry.appointment.id), now)
        if verdict.is_open and arrival is not None:
            since = arrival.waiting_since if arrival.waiting_since is not None else now
            return Upcoming(entry.appointment.id, entry.citizen.name, since, shared=True)
        why.append(verdict)
    raise _nobody(why)


async def _next(desk: StaffOffice, who: Session, room: Room, meant: str) -> str:
    why: list[Verdict] = []
    for person in in_lobby(_state(desk, room)):
        verdict = await _let_in(desk, who, room, person, meant)
        if verdict.is_open:
            return person.appointment
        why.append(verdict)
    for entry, arrival in await _line(desk, room) if room.day else ():
        from_line = partial(_from_line, desk, entry, arrival)
        verdict = await _ready(desk, who, room, entry.appointment.id, meant, from_line)
        if not verdict.is_open:
            why.append(verdict)
            continue
        if await _take(desk, who, entry, room):
            await _open_the_door(desk, who, room, entry, verdict, arrival)
            return entry.appointment.id
    raise _nobody(why)


def _state(desk: StaffOffice, room: Room) -> RoomState:
    state = desk.office.house.rooms.get(room.node)
    if state is None:
        raise refusal("next_citizen", Reason.NO_STAFF_INSIDE)
    return state


def _is_meant(appointment: str, meant: str) -> None:
    if meant not in ("", appointment):
        raise refusal("next_citizen", Reason.CHANGED_MEANWHILE)


def _nobody(why: list[Verdict]) -> Refused:
    return Refused(why[0]) if why else refusal("next_citizen", Reason.NOT_WAITING)


async def _let_in(desk: StaffOffice, who: Session, room: Room, person: Waiting, meant: str) -> Verdict:
    """Somebody in the room's own lobby. Judged first, so that only whoever is let in is on record as that."""
    house = desk.office.house

    def verdict(state: RoomState) -> Verdict:
        return judge(house, state, person, staff_lets_in=True)

    ready = await _ready(desk, who, room, person.appointment, meant, verdict)
    return await let_in(house, room.node, person.seat, who.person) if ready.is_open else ready


async def _ready(
    desk: StaffOffice, who: Session, room: Room, appointment: str, meant: str, verdict: Callable[[RoomState], Verdict]
) -> Verdict:
    """What the rules say of somebody once the room is theirs to enter.

    A visit that is over is cleared for whoever is meant and may come, not on the way to a no. One that somebody has
    begun to clear is cleared in any case. Raises Refused when it is another's turn than was meant.
    """
    house = desk.office.house
    if _state(desk, room).turnover_open:
        cleared = await make_ready(house, room.node, appointment, who.person)
        if not cleared.is_open:
            return cleared
    before = verdict(_at_best(house, _state(desk, room), appointment))
    if not before.is_open:
        return before
    _is_meant(appointment, meant)
    cleared = await make_ready(house, room.node, appointment, who.person)
    return verdict(_state(desk, room)) if cleared.is_open else cleared


def _at_best(house: House, state: RoomState, appointment: str) -> RoomState:
    """The room as clearing leaves it when what records there stops at once."""
    after = as_if_cleared(house, state, appointment)
    return after if after is state else replace(after, recording=False, recorders=frozenset())


async def _line(desk: StaffOffice, room: Room) -> tuple[tuple[Entry, Arrival | None], ...]:
    """The unit's shared queue, first come first."""
    visitors = desk.office.visitors
    line = await visitors.in_line(room.unit)
    arrivals = await visitors.arrivals([entry.appointment.id for entry in line])
    return tuple((entry, arrivals.get((entry.appointment.id, entry.citizen.id))) for entry in line)


def _from_line(desk: StaffOffice, entry: Entry, arrival: Arrival | None, state: RoomState) -> Verdict:
    return judge_from_line(entry, arrival, state, desk.office.house.clock.now())


async def _take(desk: StaffOffice, who: Session, entry: Entry, room: Room) -> bool:
    """Whether the appointment belongs to this room now; False: somebody else took or changed it a moment before."""
    office = desk.office
    look = Look(new_id(), entry.citizen.id, office.clock.now(), who.person, "call-next")
    line = office.line("call-next", who.person, entry.appointment.id, room=room.node)
    taken = assigned(entry.appointment, room)
    try:
        await office.records.keep(line, taken, *tells(taken, Event.CHANGED, line.at), look)
    except Conflict:
        return False
    office.changed(entry.appointment.id)
    return True


async def _open_the_door(
    desk: StaffOffice, who: Session, room: Room, entry: Entry, verdict: Verdict, arrival: Arrival | None
) -> None:
    """Their visit begins now, so that the door is open when they come, from the page they wait at.

    Raises Refused when it cannot be written: then they come to the lobby of this room, where they are first.
    """
    house, booked = desk.office.house, entry.appointment
    seat, now = seat_of(entry.citizen.id, booked.id), house.clock.now()
    since = arrival.waiting_since if arrival is not None and arrival.waiting_since is not None else now
    after = pass_over(visits.begin(house.rooms[room.node], booked.id, who.person, now, seat), booked.id, since)
    written = await house.write(
        "let-in",
        verdict,
        room=room.node,
        subject=booked.id,
        actor=who.person,
        memory=visits.memory(after),
        place=Place(room.node, seat, booked.id, since, left_at=now),
    )
    if not written.is_open:
        raise Refused(written)
    begin(house, after)
