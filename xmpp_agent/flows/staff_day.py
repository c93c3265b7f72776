"""Staff's day: their appointments in order, those of rooms they cover, the unit's queue, and what they supervise."""

from collections.abc import Collection
from dataclasses import dataclass

from xmpp_agent.flows.office import Refused, new_id, refusal
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import colleagues_of, staff_of, unit_of
from xmpp_agent.flows.staff_rows import RoomDay, Row, by_start, rows_of
from xmpp_agent.flows.supervised import Supervised, supervised
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.notes import Note
from xmpp_agent.model.people import Person
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports.diary import Look
from xmpp_agent.rules import reasons
from xmpp_agent.rules.opening_hours import local_day, local_span
from xmpp_agent.rules.staff_acts import may_see


@dataclass(frozen=True, slots=True, repr=False)
class Day:
    """Everything of the page. `repr` tells nothing."""

    now: float
    unit: Unit
    me: Person
    live: bool
    mine: RoomDay
    covered: tuple[RoomDay, ...]
    line: tuple[Row, ...]
    """The unit's shared queue, first come first."""
    supervised: Supervised
    unwritten: tuple[Note, ...]
    """Notes this member of staff has not written, of whatever day."""
    colleagues: tuple[Person, ...]


async def my_day(desk: StaffOffice, who: Session) -> Day:
    """The day as it is now; changes nothing. Raises Refused (a unit that is not loaded), Unavailable."""
    office, now = desk.office, desk.office.clock.now()
    me, unit = await staff_of(office, who), await unit_of(office, who.unit)
    line = await office.visitors.in_line(unit.id)
    own = await _own(desk, who, unit, {entry.appointment.id for entry in line})
    rows = await rows_of(desk, who, (*own, *line))
    theirs = {row.facts.appointment.id for row in rows}
    waiting = {entry.appointment.id for entry in line}
    mine = tuple(row for row in rows if row.facts.room.owner == me.id and row.facts.appointment.id not in waiting)
    room = await office.diary.room_of(me.id, local_day(unit, now))
    return Day(
        now=now,
        unit=unit,
        me=me,
        live=desk.is_live(),
        mine=RoomDay(room, me.name, office.house.rooms.get(room.node) if room is not None else None, mine),
        covered=await _covered(desk, who, rows),
        line=tuple(row for row in rows if row.facts.appointment.id in waiting),
        supervised=await supervised(desk, who, unit, theirs),
        unwritten=await desk.notes.drafts_of(me.id),
        colleagues=await colleagues_of(office, unit.id),
    )


async def reveal(desk: StaffOffice, who: Session, appointment_id: str, why: str) -> str:
    """One name that is not shown without a reason; the reason is on record before the name is answered.

    Raises Refused (another unit's, no reason, or one with a CPR number: the no is on record), Unavailable.
    """
    office = desk.office
    entry = await desk.entry(appointment_id)
    booked, verdict = entry.appointment, reasons.judged("reveal", why)
    if booked.unit != who.unit and not may_see(who.supervises, booked.unit):
        verdict = refusal("reveal", Reason.NOT_YOUR_UNIT).verdict
    line = office.line("reveal", who.person, booked.id, verdict, booked.room)
    if not verdict.is_open:
        await office.records.keep(line)
        raise Refused(verdict)
    look = Look(new_id(), entry.citizen.id, line.at, who.person, "reveal", reasons.kept(why))
    await office.records.keep(line, look)
    return entry.citizen.name


async def _own(desk: StaffOffice, who: Session, unit: Unit, without: Collection[str]) -> tuple[Entry, ...]:
    """Appointments of today of this member of staff and of rooms they cover, in order of start."""
    diary = desk.office.diary
    since, until = local_span(unit, desk.office.clock.now())
    found = list(await diary.day(since, until, staff=who.person))
    rooms = await desk.rooms.on_day(local_day(unit, desk.office.clock.now()), {unit.id})
    lent = {room.node: room.owner for room in rooms if who.person in room.covers}
    for owner in sorted(set(lent.values())):
        found += [e for e in await diary.day(since, until, staff=owner) if e.appointment.room in lent]
    kept = {entry.appointment.id: entry for entry in found if entry.appointment.id not in without}
    return tuple(sorted(kept.values(), key=by_start))


async def _covered(desk: StaffOffice, who: Session, rows: tuple[Row, ...]) -> tuple[RoomDay, ...]:
    """Rooms of colleagues that are theirs to open today, too."""
    office = desk.office
    unit = await unit_of(office, who.unit)
    rooms = await desk.rooms.on_day(local_day(unit, office.clock.now()), {unit.id})
    people = {person.id: person.name for person in await office.diary.staff_of(unit.id)}
    return tuple(
        RoomDay(
            room,
            people.get(room.owner, ""),
            office.house.rooms.get(room.node),
            tuple(row for row in rows if row.facts.room.node == room.node),
        )
        for room in rooms
        if who.person in room.covers
    )
