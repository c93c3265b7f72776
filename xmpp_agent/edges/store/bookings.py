"""Booking from the command line, where staff are called by their names; and looking things up there."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from xmpp_agent.edges.store.database import Database
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.edges.store.tables import appointments, companions, people
from xmpp_agent.flows import booking
from xmpp_agent.flows.booking import By, Whom
from xmpp_agent.flows.office import Refused, Register
from xmpp_agent.model.people import CompanionKind, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.words import WORDS
from xmpp_agent.ports import Clock
from xmpp_agent.ports.diary import Marks
from xmpp_agent.rules.guests import Typed, plain_name


class BookingFault(Exception):
    """A booking that cannot be made as asked; the text names no person."""


@dataclass(frozen=True, slots=True, repr=False)
class Wish:
    """What is to be booked. `invited` is the keyed hash of the citizen's identity, or empty. `repr` tells nothing."""

    unit: str
    staff: str
    """Name or person id."""
    citizen: str
    invited: str
    policy: str
    starts_at: float
    ends_at: float
    companions: tuple[tuple[CompanionKind, str], ...] = ()
    case_ref: str = ""
    cpr: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """Ids of what was booked; companions in the order of the wish."""

    appointment: str
    room: str
    staff: str
    citizen: str
    companions: tuple[str, ...]


def register_of(database: Database, marks: Marks, clock: Clock) -> Register:
    """What booking needs, for whoever books beside an agent."""
    return Register(
        clock=clock, diary=database.diary, bookings=database.bookings, records=database.records, marks=marks
    )


async def book(register: Register, wish: Wish, actor: str = "command line") -> Booked:
    """Book one appointment, whole or not at all. Raises BookingFault, Unavailable."""
    try:
        booked = await booking.book(register, await _named(register, wish), By(actor))
    except Refused as no:
        raise BookingFault(" ".join(WORDS[said.reason][1] for said in no.verdict.said)) from None
    made = booked.entry.appointment
    followers = tuple(companion.person.id for companion in booked.entry.companions)
    return Booked(made.id, made.room, made.staff, made.citizen, followers)


async def _named(register: Register, wish: Wish) -> booking.Wish:
    """The wish with the member of staff it names: known by name or id, or new under that name."""
    name = plain_name(wish.staff)
    if name is None:
        raise BookingFault(WORDS[Reason.BAD_NAME][1])
    known = [person for person in await register.diary.staff_of(wish.unit) if name in (person.id, person.name)]
    if len(known) > 1:
        raise BookingFault("Several members of staff have that name; use the id.")
    # No employer's account: whoever signs in under their own is somebody else.
    whom = Whom(person=known[0].id) if known else Whom(f"command line: {wish.unit}/{name}", name)
    return booking.Wish(
        unit=wish.unit,
        policy=wish.policy,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        citizen=Typed(wish.citizen, wish.phone, wish.email, wish.cpr),
        staff=whom,
        companions=tuple((kind, Typed(companion)) for kind, companion in wish.companions),
        case_ref=wish.case_ref,
        invited=wish.invited,
    )


async def listed(engine: AsyncEngine, since: float) -> tuple[Mapping[str, str | float | None], ...]:
    """Appointments that end after `since`, in order of start, as ids, times and policy: no names."""
    wanted = (
        select(
            appointments.c.id,
            appointments.c.unit,
            appointments.c.room,
            appointments.c.policy,
            appointments.c.starts_at,
            appointments.c.ends_at,
            appointments.c.cancelled_at,
        )
        .where(appointments.c.ends_at > since)
        .order_by(appointments.c.starts_at, appointments.c.id)
    )
    async with engine.connect() as db:
        return tuple(dict(row) for row in (await db.execute(wanted)).mappings())


async def companion_kind(engine: AsyncEngine, appointment: str, person: str) -> CompanionKind | None:
    """In what capacity somebody comes with an appointment's citizen; None when they do not."""
    wanted = select(companions.c.kind).where(companions.c.appointment == appointment, companions.c.person == person)
    async with engine.connect() as db:
        kind = await db.scalar(wanted)
        return None if kind is None else CompanionKind(kind)


async def find_staff(db: AsyncConnection, cipher: Cipher, unit: str | None, name_or_id: str) -> str | None:
    """Person id of a member of staff, by id or by name in a unit (None: in any). Names are unique per unit."""
    mine = select(people.c.id, people.c.name).where(people.c.role == Role.STAFF.value)
    if unit is not None:
        mine = mine.where(people.c.unit == unit)
    found = [
        row.id
        for row in await db.execute(mine)
        if row.id == name_or_id or cipher.open(row.name, f"people.name:{row.id}") == name_or_id
    ]
    if len(found) > 1:
        raise BookingFault("Several members of staff have that name; use the id.")
    return found[0] if found else None
