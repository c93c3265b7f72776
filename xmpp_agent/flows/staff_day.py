"""Staff's day: their appointments in order, those of rooms they cover, the unit's queue, and what they supervise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xmpp_agent.flows.office import new_id, refusal
from xmpp_agent.flows.staff_facts import Papers, facts, papers_of
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import colleagues_of, staff_of, unit_of
from xmpp_agent.model.appointments import Entry, Room
from xmpp_agent.model.notes import Note
from xmpp_agent.model.people import Person
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports.diary import Look
from xmpp_agent.rules import names
from xmpp_agent.rules import staff_day as rules
from xmpp_agent.rules.opening_hours import local_day, local_span
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.rules.staff_day import Facts, Offer, Proof, Stage

ALL_UNITS = "*"
LEAST_REASON = 3
"""Letters a reason for looking at a name has at least."""


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One appointment as it is shown to this member of staff. `repr` tells nothing."""

    facts: Facts
    name: str
    """In full for those who may read it, else initials."""
    is_named: bool
    stage: Stage
    waits_since: float | None
    proof: Proof
    offers: tuple[Offer, ...]
    """Empty for whoever may not act here."""


@dataclass(frozen=True, slots=True, repr=False)
class RoomDay:
    """One room's day. `room` None: nothing is booked in it, and it was not opened yet. `repr` tells nothing."""

    room: Room | None
    owner: str
    """Name of the member of staff."""
    state: RoomState | None
    rows: tuple[Row, ...]


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
    supervised: tuple[RoomDay, ...]
    unwritten: tuple[Note, ...]
    """Notes this member of staff has not written, of whatever day."""
    colleagues: tuple[Person, ...]


async def my_day(desk: StaffOffice, who: Session) -> Day:
    """The day as it is now; changes nothing. Raises Refused (a unit that is not loaded), Unavailable."""
    office, now = desk.office, desk.office.clock.now()
    me, unit = await staff_of(office, who), await unit_of(office, who.unit)
    entries = await _entries(desk, who, unit)
    line = await office.visitors.in_line(unit.id)
    nodes = {entry.appointment.room for entry in (*entries, *line)}
    rooms = await office.store.rooms(nodes)
    own = await office.diary.room_of(me.id, local_day(unit, now))
    papers = await papers_of(desk, tuple({entry.appointment.id for entry in (*entries, *line)}))
    owners = await _owners(desk, who)

    def row(entry: Entry) -> Row:
        return _row(desk, who, entry, rooms[entry.appointment.room], papers)

    in_line = {entry.appointment.id for entry in line}

    def of(room: Room | None, nodes: frozenset[str]) -> RoomDay:
        theirs = [e for e in entries if e.appointment.room in nodes and e.appointment.id not in in_line]
        state = office.house.rooms.get(room.node) if room is not None else None
        owner = owners.get(room.owner, me.name) if room is not None else me.name
        return RoomDay(room, owner, state, tuple(row(entry) for entry in theirs))

    days = sorted((r for r in rooms.values() if r.day), key=lambda r: (r.unit, r.owner, r.node))
    others = [room for room in days if room.owner != me.id]
    return Day(
        now=now,
        unit=unit,
        me=me,
        live=desk.is_live(),
        mine=of(own, frozenset(room.node for room in days if room.owner == me.id)),
        covered=tuple(of(room, frozenset({room.node})) for room in others if me.id in room.covers),
        line=tuple(row(entry) for entry in line),
        supervised=tuple(
            of(room, frozenset({room.node}))
            for room in others
            if me.id not in room.covers and may_see(who.supervises, room.unit)
        ),
        unwritten=await desk.notes.drafts_of(me.id),
        colleagues=await colleagues_of(office, unit.id),
    )


async def reveal(desk: StaffOffice, who: Session, appointment_id: str, why: str) -> str:
    """One name that is not shown without a reason; the reason is on record before the name is answered.

    Raises Refused (another unit's, no reason), Unavailable.
    """
    office = desk.office
    entry = await desk.entry(appointment_id)
    booked = entry.appointment
    if booked.unit != who.unit and not may_see(who.supervises, booked.unit):
        raise refusal("reveal", Reason.NOT_YOUR_UNIT)
    if len(why.strip()) < LEAST_REASON:
        raise refusal("reveal", Reason.BAD_REQUEST)
    verdict = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("reveal", Decision.OPEN, Reason.ALLOWED),))
    line = office.line("reveal", who.person, booked.id, verdict, booked.room)
    await office.records.keep(line, Look(new_id(), entry.citizen.id, line.at, who.person, "reveal", why.strip()))
    return entry.citizen.name


async def _entries(desk: StaffOffice, who: Session, unit: Unit) -> tuple[Entry, ...]:
    """Appointments of the day that somebody of this session may look at, in order of start."""
    office = desk.office
    since, until = local_span(unit, office.clock.now())
    found = {entry.appointment.id: entry for entry in await office.diary.day(since, until, staff=who.person)}
    rooms = await desk.rooms.on_day(local_day(unit, office.clock.now()), {unit.id})
    for owner in {room.owner for room in rooms if who.person in room.covers}:
        theirs = await office.diary.day(since, until, staff=owner)
        lent = {room.node for room in rooms if who.person in room.covers}
        found |= {entry.appointment.id: entry for entry in theirs if entry.appointment.room in lent}
    if who.supervises:
        units = None if ALL_UNITS in who.supervises else who.supervises
        found |= {entry.appointment.id: entry for entry in await office.diary.day(since, until, units=units)}
    return tuple(sorted(found.values(), key=lambda entry: (entry.appointment.starts_at, entry.appointment.id)))


async def _owners(desk: StaffOffice, who: Session) -> Mapping[str, str]:
    """Names of staff by person id, of every unit that is looked at."""
    units: Iterable[str] = {who.unit} | who.supervises
    if ALL_UNITS in who.supervises:
        units = [unit.id for unit in await desk.office.diary.units()]
    return {person.id: person.name for unit in units for person in await desk.office.diary.staff_of(unit)}


def _row(desk: StaffOffice, who: Session, entry: Entry, room: Room, papers: Papers) -> Row:
    known = facts(desk, entry, room, papers)
    is_named = rules.may_read_name(who.person, entry.appointment, room)
    may_act = rules.may_act(who.person, who.supervises, room).is_open
    offers = rules.offers(known) if may_act else ()
    return Row(
        facts=known,
        name=entry.citizen.name if is_named else names.masked(entry.citizen.name),
        is_named=is_named,
        stage=rules.stage(known),
        waits_since=rules.waits_since(known),
        proof=rules.proof(known),
        offers=tuple(offer for offer in offers if is_named or offer.act not in rules.NAMES_PEOPLE),
    )
