"""Who was really there, on record by itself: somebody came in, a visit was finished, a hotline caller is in or gone."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from xmpp_agent.flows.hooks import tells
from xmpp_agent.flows.house import Change
from xmpp_agent.flows.office import Office, new_id
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.appointments import Outcome
from xmpp_agent.model.callers import Event
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.people import Role
from xmpp_agent.model.rooms import RoomState, Visit
from xmpp_agent.model.visitors import Arrival, ArrivalStep, Part
from xmpp_agent.ports.diary import Conflict
from xmpp_agent.rules import visits
from xmpp_agent.rules.hotline import follows
from xmpp_agent.rules.opening_hours import local_span
from xmpp_agent.rules.passes import seat_of
from xmpp_agent.rules.staff_day import open_note

TRIES = 3
"""How often an outcome is tried to be written while others change the same appointment."""


def watch(desk: StaffOffice, change: Change) -> None:
    """For `House.on_change`: put down what a change of a room means, in order, beside the room's own lane."""
    after = change.after
    if after is None:
        return
    lanes, key = desk.office.house.lanes, told_in(after.room.node)
    for pass_id in _newcomers(change.before, after):
        lanes.put(key, partial(came_inside, desk, pass_id))
    over = _finished(change.before, after)
    if over is not None:
        lanes.put(key, partial(finished, desk, over))
    if not after.room.day and _occupied(change.before) != _occupied(after):
        lanes.put(key, partial(follow_call, desk, after.room.node))


def told_in(node: str) -> str:
    """The lane in which what a room tells is put down, one after the other."""
    return f"attendance {node}"


def note_lane(appointment_id: str) -> str:
    """The lane in which the notes of an appointment are begun and written, so that no draft covers what was written."""
    return f"note {appointment_id}"


async def came_inside(desk: StaffOffice, pass_id: str) -> None:
    """Somebody is inside for the first time; with the citizen the duty to take a note begins."""
    office = desk.office
    known = await office.house.holder(pass_id)
    if known is None or known.appointment is None:
        return
    booked, person, now = known.appointment, known.person.id, office.clock.now()
    arrival = await office.visitors.arrival(booked.id, person) or Arrival(booked.id, person)
    if arrival.inside_at is not None:
        return
    line = office.line("came-inside", person, booked.id, room=known.room.node)
    is_citizen, owner = known.pass_.role is Role.CITIZEN, known.room.owner
    hooks = tells(booked, Event.ARRIVED, now) if is_citizen else ()

    async def begin() -> None:
        has_note = bool((await desk.notes.of([booked.id])).get(booked.id)) or not is_citizen
        note = () if has_note else (Note(new_id(), booked.id, owner, "", NoteState.DRAFT, now, now),)
        await office.records.keep(line, ArrivalStep(replace(arrival, inside_at=now), Part.INSIDE), *note, *hooks)

    await desk.in_lane(note_lane(booked.id), begin)
    office.changed(booked.id)


async def finished(desk: StaffOffice, visit: Visit) -> None:
    """A visit was finished for the next one to come. Whoever was put back to wait for their turn has not had it."""
    entry = await desk.office.diary.entry(visit.appointment)
    if entry is not None and seat_of(entry.citizen.id, visit.appointment) not in visit.sent_out:
        await attended(desk, visit.appointment)


async def attended(desk: StaffOffice, appointment_id: str) -> None:
    """The people of an appointment attended, and the note to be written knows until when. Raises Unavailable."""
    await was_held(desk.office, appointment_id)
    await desk.in_lane(note_lane(appointment_id), partial(_note_is_due, desk, appointment_id))


async def _note_is_due(desk: StaffOffice, appointment_id: str) -> None:
    office = desk.office
    draft = open_note((await desk.notes.of([appointment_id])).get(appointment_id, ()))
    if draft is not None:
        due = replace(draft, changed_at=office.clock.now())
        await office.records.keep(office.line("note-due", "agent", appointment_id), due)
        office.changed(appointment_id)


async def was_held(office: Office, appointment_id: str) -> None:
    """The people of an appointment attended. Somebody who comes after that is too late."""
    for _ in range(TRIES):
        entry = await office.diary.entry(appointment_id)
        if entry is None or entry.appointment.outcome is not None:
            return
        booked = entry.appointment
        held = replace(booked, outcome=Outcome.ATTENDED, version=booked.version + 1)
        try:
            line = office.line("attended", "agent", appointment_id, room=booked.room)
            await office.records.keep(line, held, *tells(held, Event.ATTENDED, line.at))
        except Conflict:
            continue
        office.changed(appointment_id)
        return


async def settle_outcomes(office: Office, now: float) -> int:
    """For the daily run: whoever was inside yesterday, in a visit nobody finished, attended. Answers how many."""
    settled = 0
    for unit in await office.diary.units():
        today, _ = local_span(unit, now)
        since, until = local_span(unit, today - 1.0)
        booked = [e.appointment for e in await office.diary.day(since, until, units={unit.id})]
        open_ = [one for one in booked if one.outcome is None and not one.cancelled]
        arrivals = await office.visitors.arrivals([one.id for one in open_])
        for one in open_:
            citizen = arrivals.get((one.id, one.citizen))
            if citizen is not None and citizen.inside_at is not None:
                await was_held(office, one.id)
                settled += 1
    return settled


async def follow_call(desk: StaffOffice, node: str) -> None:
    """A hotline call as its room is now: the caller is in, or gone without anybody saying that the call is over."""
    office = desk.office
    call = await desk.calls.in_room(node)
    if call is None:
        return
    after = follows(call, inside=_occupied(office.house.rooms.get(node)), now=office.clock.now())
    if after is not call:
        await office.records.keep(office.line(f"call-{after.state.value}", "agent", call.appointment, room=node), after)
        office.changed(call.appointment)


def _newcomers(before: RoomState | None, after: RoomState) -> Iterator[str]:
    there = {o.pass_id for o in before.visitors() if o.arrived} if before is not None else set[str]()
    yield from (o.pass_id for o in after.visitors() if o.arrived and o.pass_id not in there)


def _finished(before: RoomState | None, after: RoomState) -> Visit | None:
    """The visit that staff finished. Neither a room that is gone nor a visit that ends by itself finishes anything:
    those people may come back."""
    visit = before.visit if before is not None else None
    if visit is None or not visit.arrived or not after.exists or visit.let_in_by == visits.BY_POLICY:
        return None
    return visit if after.visit is None or after.visit.seq != visit.seq else None


def _occupied(state: RoomState | None) -> bool:
    return state is not None and any(o.arrived for o in state.visitors())
