"""An appointment is handed over to a colleague: their room, the same link, the same place in the lobby.

Whoever waits is told, and comes back by the same link to the colleague's lobby, where the place they had is theirs.
Nobody is written to: letters, pages and calendar file name the authority or the unit, never who is met, so what people
were told stays true, and `sequence` with it.
"""

from functools import partial

from xmpp_agent.flows.hooks import tells
from xmpp_agent.flows.office import Refused, new_id, refusal
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import colleague_of, room_on, unit_of
from xmpp_agent.flows.withdraw import judge_anew
from xmpp_agent.model.appointments import Appointment, Room
from xmpp_agent.model.callers import Event
from xmpp_agent.model.rooms import Place
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Session
from xmpp_agent.model.words import HANDED_OVER, both
from xmpp_agent.ports.diary import Conflict, Look
from xmpp_agent.rules import queue
from xmpp_agent.rules.next_citizen import assigned, may_be_given

DONE = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("hand_over", Decision.OPEN, Reason.ALLOWED),))


async def hand_over(desk: StaffOffice, who: Session, appointment_id: str, colleague: str) -> None:
    """Give an appointment to a colleague of its unit. Raises Refused (also when its visit goes on), Unavailable."""
    office = desk.office
    entry, room = await desk.entry_for(who, appointment_id)
    person = await colleague_of(office, entry.appointment.unit, colleague)
    theirs = await room_on(office, person.id, await unit_of(office, person.unit), entry.appointment.starts_at)
    if theirs.node != room.node:
        await desk.in_lane(room.node, partial(_hand_over, desk, who, appointment_id, room.node, theirs))
        office.changed(appointment_id)


async def _hand_over(desk: StaffOffice, who: Session, appointment_id: str, node: str, theirs: Room) -> None:
    office = desk.office
    entry, _ = await desk.entry_for(who, appointment_id)  # as it is, and as they may, now that the lane is ours
    booked = entry.appointment
    if booked.room != node:
        raise refusal("hand_over", Reason.CHANGED_MEANWHILE)
    fits = may_be_given(booked, theirs)
    if not fits.is_open:
        raise Refused(fits)
    state = office.house.rooms.get(node)
    if state is not None and state.visit is not None and state.visit.appointment == appointment_id:
        raise refusal("hand_over", Reason.OTHERS_INSIDE)
    if booked.cancelled or booked.outcome is not None:
        raise refusal("hand_over", Reason.APPOINTMENT_OVER)
    after = assigned(booked, theirs)
    try:
        line = office.line("hand-over", who.person, appointment_id, DONE, node)
        look = Look(new_id(), entry.citizen.id, line.at, who.person, line.act)
        await office.records.keep(line, after, *tells(after, Event.CHANGED, line.at), look)
    except Conflict:
        raise refusal("hand_over", Reason.CHANGED_MEANWHILE) from None
    judge_anew(office.house, after)  # passes for the old room are dead from here on
    await _tell_who_waits(desk, who, node, after)


async def _tell_who_waits(desk: StaffOffice, who: Session, node: str, after: Appointment) -> None:
    house = desk.office.house
    state = house.rooms.get(node)
    for person in state.queue if state is not None else ():
        if person.appointment != after.id:
            continue
        now = house.clock.now()
        old = Place(node, person.seat, after.id, person.since, left_at=now, done=True)
        new = Place(after.room, person.seat, after.id, person.since, left_at=now, passed_over=person.passed_over)
        for place in (old, new):
            written = await house.write("hand-over", DONE, room=place.node, actor=who.person, place=place)
            if not written.is_open:
                raise Refused(written)
        house.places.pop((node, person.seat), None)
        if person.jid:
            house.lobby.end(node, person.jid, person.nick, both(HANDED_OVER))
        house.settle(queue.give_up(house.rooms[node], frozenset({person.seat})))
