"""Staff's own room: made for the day, opened in Jitsi, lent to a colleague."""

from contextlib import suppress
from dataclasses import replace

from xmpp_agent.flows.booking import queue_owner
from xmpp_agent.flows.issue import staff_pass
from xmpp_agent.flows.office import Office, new_id, refusal
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.appointments import Room
from xmpp_agent.model.people import Person
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Conflict
from xmpp_agent.rules.jitsi_address import Entrance, address
from xmpp_agent.rules.opening_hours import local_day


async def own_room(office: Office, person: str, unit: Unit) -> Room:
    """A member of staff's room of today, made when there is none. Raises Unavailable."""
    return await room_on(office, person, unit, office.clock.now())


async def room_on(office: Office, person: str, unit: Unit, at: float) -> Room:
    """A member of staff's room of the day in which that time lies, made when there is none. Raises Unavailable."""
    day = local_day(unit, at)
    room = await office.diary.room_of(person, day)
    if room is not None:
        return room
    made = Room(new_id(), unit.id, person, day)
    with suppress(Conflict):  # somebody booked it at the same moment
        await office.records.keep(office.line("room", person, room=made.node), made)
    room = await office.diary.room_of(person, day)
    if room is None:
        raise Unavailable("a room that was made is not there")
    return room


async def open_room(desk: StaffOffice, who: Session, node: str = "", language: str = "da") -> str:
    """The address in Jitsi of a room of theirs (none named: their own of today), with a pass of their own.

    Raises Refused (not theirs: a supervisor who wants in covers for it first), Unavailable.
    """
    office = desk.office
    person, unit = await staff_of(office, who), await unit_of(office, who.unit)
    room = await desk.room(node) if node else await own_room(office, who.person, unit)
    if room.unit != unit.id:
        unit = await unit_of(office, room.unit)
    token = await staff_pass(office, person, room, who.level)
    return address(Entrance(office.meet_origin, room.node, unit.meeting_title, language), token)


async def cover(desk: StaffOffice, who: Session, node: str, colleague: str) -> None:
    """Let a colleague of the unit open a room, too: whoever waits in its lobby waits for both.

    Raises Refused, Unavailable.
    """
    office = desk.office
    lender = await desk.room_for(who, node)
    person = await colleague_of(office, lender.unit, colleague)

    async def job() -> None:
        room = await desk.room(node)
        if person.id == room.owner or person.id in room.covers:
            return
        lent = replace(room, covers=room.covers | {person.id})
        await office.records.keep(office.line("cover", who.person, person.id, room=node), lent)
        state = office.house.rooms.get(node)
        if state is not None:
            office.house.settle(replace(state, room=lent))

    await desk.in_lane(node, job)


async def staff_of(office: Office, who: Session) -> Person:
    """The person of a session. Raises Refused, Unavailable."""
    person = await office.diary.person(who.person)
    if person is None:
        raise refusal("staff_act", Reason.NO_ROLE)
    return person


async def unit_of(office: Office, unit_id: str) -> Unit:
    """A unit. Raises Refused (its role names one that was never loaded), Unavailable."""
    unit = await office.diary.unit(unit_id)
    if unit is None:
        raise refusal("staff_act", Reason.NO_ROLE)
    return unit


async def colleagues_of(office: Office, unit: str) -> tuple[Person, ...]:
    """Staff of a unit by name, without the one in name only who stands for its shared queue. Raises Unavailable."""
    in_name_only = queue_owner(office.marks, unit)
    staff = (person for person in await office.diary.staff_of(unit) if person.id != in_name_only)
    return tuple(sorted(staff, key=lambda person: (person.name, person.id)))


async def colleague_of(office: Office, unit: str, person_id: str) -> Person:
    """Somebody of a unit's staff: the unit it is about, which is not always that of whoever acts.

    Raises Refused, Unavailable.
    """
    found = next((one for one in await colleagues_of(office, unit) if one.id == person_id), None)
    if found is None:
        raise refusal("staff_act", Reason.NOT_YOUR_UNIT)
    return found
