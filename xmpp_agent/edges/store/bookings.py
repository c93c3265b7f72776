"""Booking from the command line: people, rooms of the day and appointments are made as needed."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from xmpp_agent.edges.store.sqlite.file import writing
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.edges.store.tables import appointments, companions, people, policies, rooms
from xmpp_agent.model.people import CompanionKind, Role


class BookingFault(Exception):
    """A booking that cannot be made as asked; the text names no person."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be booked. `invited` is the keyed hash of the citizen's identity, or empty."""

    unit: str
    staff: str
    citizen: str
    invited: str
    policy: str
    starts_at: float
    ends_at: float
    companions: tuple[tuple[CompanionKind, str], ...] = ()
    case_ref: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """Ids of what was booked; companions in the order of the wish."""

    appointment: str
    room: str
    staff: str
    citizen: str
    companions: tuple[str, ...]


async def book(engine: AsyncEngine, cipher: Cipher, wish: Wish) -> Booked:
    """Book one appointment, whole or not at all. Raises BookingFault, or SQLAlchemyError."""
    async with writing(engine) as db:
        level = await db.scalar(select(policies.c.level).where(policies.c.id == wish.policy))
        if level is None:
            raise BookingFault(f"There is no policy {wish.policy!r}.")
        if level > 0 and not wish.invited:
            raise BookingFault(f"Policy {wish.policy!r} needs the citizen's CPR number.")
        if not wish.starts_at < wish.ends_at:
            raise BookingFault("An appointment ends after it starts.")
        staff = await _staff(db, cipher, wish.unit, wish.staff)
        room = await room_of_the_day(db, wish.unit, staff, wish.starts_at)
        citizen = await _add_person(db, cipher, wish.unit, Role.CITIZEN, wish.citizen)
        appointment = await _add_appointment(db, cipher, wish, room, citizen)
        followers = [await _add_companion(db, cipher, wish.unit, appointment, *who) for who in wish.companions]
        return Booked(appointment, room, staff, citizen, tuple(followers))


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


async def room_of_the_day(db: AsyncConnection, unit: str, staff: str, at: float) -> str:
    """Node of the staff member's room on that day (UTC), made when there is none."""
    day = datetime.fromtimestamp(at, UTC).date().isoformat()
    node = await db.scalar(select(rooms.c.node).where(rooms.c.owner == staff, rooms.c.day == day))
    if node is None:
        node = new_id()
        await db.execute(insert(rooms).values(node=node, unit=unit, owner=staff, day=day, covers=""))
    return node


def new_id() -> str:
    """128 random bits in lower-case base32 (26 characters); also what a room is called."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


async def _staff(db: AsyncConnection, cipher: Cipher, unit: str, name: str) -> str:
    found = await find_staff(db, cipher, unit, name)
    return found or await _add_person(db, cipher, unit, Role.STAFF, name)


async def _add_person(db: AsyncConnection, cipher: Cipher, unit: str, role: Role, name: str) -> str:
    if not 0 < len(name.strip()) <= 200 or not name.isprintable():
        raise BookingFault("A name has 1 to 200 printable characters.")
    person = new_id()
    sealed = cipher.seal(name.strip(), f"people.name:{person}")
    await db.execute(insert(people).values(id=person, unit=unit, role=role.value, name=sealed))
    return person


async def _add_appointment(db: AsyncConnection, cipher: Cipher, wish: Wish, room: str, citizen: str) -> str:
    appointment = new_id()
    sealed = cipher.seal(wish.case_ref, f"appointments.case_ref:{appointment}") if wish.case_ref else ""
    await db.execute(
        insert(appointments).values(
            id=appointment,
            unit=wish.unit,
            citizen=citizen,
            invited=wish.invited,
            room=room,
            policy=wish.policy,
            starts_at=wish.starts_at,
            ends_at=wish.ends_at,
            case_ref=sealed,
            external_id=wish.external_id,
        )
    )
    return appointment


async def _add_companion(
    db: AsyncConnection, cipher: Cipher, unit: str, appointment: str, kind: CompanionKind, name: str
) -> str:
    person = await _add_person(db, cipher, unit, Role.COMPANION, name)
    await db.execute(insert(companions).values(appointment=appointment, person=person, kind=kind.value))
    return person
