"""What is remembered, read from the database. Names are opened here and go nowhere but into the answer."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import Column, RowMapping, Select, and_, bindparam, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from xmpp_agent.edges.store.rows import appointment_of, memory_of, pass_of, place_of, room_of
from xmpp_agent.edges.store.tables import (
    appointments,
    companions,
    links,
    passes,
    people,
    places,
    policies,
    room_memory,
    rooms,
)
from xmpp_agent.model.appointments import Appointment, Known, Room
from xmpp_agent.model.people import NO_NAME, Pass, PassRecord, Person, Role
from xmpp_agent.model.rooms import Place, RoomMemory
from xmpp_agent.ports import Unavailable

_CHUNK = 1000
"""Values in one statement: databases bound them, and other work gets its turn between two."""

_KNOWN = (
    select(
        *(people, rooms, appointments, policies),
        *(companions.c.kind, passes.c.revoked_at, links.c.revoked_at.label("link_died_at")),
    )
    .select_from(people)
    .join(rooms, rooms.c.node == bindparam("room"))
    .outerjoin(appointments, appointments.c.id == bindparam("appointment"))
    .outerjoin(policies, policies.c.id == appointments.c.policy)
    .outerjoin(
        companions,
        and_(companions.c.appointment == appointments.c.id, companions.c.person == people.c.id),
    )
    .outerjoin(passes, passes.c.id == bindparam("pass"))
    .outerjoin(links, links.c.mark == bindparam("link"))
    .where(people.c.id == bindparam("person"))
)
"""Everything about the holder of a pass in one statement."""


class Cipher(Protocol):
    """Seals personal columns; `place` binds a value to its table, column and row."""

    @property
    def newest(self) -> str:
        """Which key seals."""
        ...

    def key_of(self, sealed: str) -> str:
        """Which key a text was sealed with; its first eight characters are enough. Raises ValueError."""
        ...

    def seal(self, text: str, place: str) -> str:
        """The text, unreadable without the key."""
        ...

    def open(self, sealed: str, place: str) -> str:
        """The text again. Raises ValueError when it does not open."""
        ...


class SqlStore:
    """The `Store` of ports."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher) -> None:
        self._engine = engine
        self._cipher = cipher

    async def known(self, pass_: Pass) -> Known | None:
        """See `xmpp_agent.ports.Store.known`. Fits: same role; the appointment is in that room and theirs."""
        async with self._reading() as db:
            asked = {
                "person": pass_.person,
                "room": pass_.room,
                "appointment": pass_.appointment,
                "pass": pass_.id,
                "link": pass_.link,
            }
            row = (await db.execute(_KNOWN, asked)).mappings().first()
            if row is None or not _fits(pass_, row):
                return None
            appointment = None if row[appointments.c.id] is None else appointment_of(row, self._cipher.open)
            person = person_of(row, self._cipher)
            revoked = row[passes.c.revoked_at] is not None
            return Known(pass_, person, room_of(row), appointment, revoked, row["link_died_at"])

    async def pass_record(self, pass_id: str) -> PassRecord | None:
        """See `xmpp_agent.ports.Store.pass_record`. None for a pass revoked before it was ever used."""
        async with self._reading() as db:
            row = (await db.execute(select(passes).where(passes.c.id == pass_id))).mappings().first()
            if row is None or row[passes.c.claims] is None:
                return None
            return PassRecord(pass_of(row[passes.c.claims]), row[passes.c.first_used_at], row[passes.c.revoked_at])

    async def appointment(self, appointment_id: str) -> Appointment | None:
        """See `xmpp_agent.ports.Store.appointment`."""
        wanted = (
            select(appointments, policies)
            .join(policies, policies.c.id == appointments.c.policy)
            .where(appointments.c.id == appointment_id)
        )
        async with self._reading() as db:
            row = (await db.execute(wanted)).mappings().first()
            return None if row is None else appointment_of(row, self._cipher.open)

    async def pass_records(self, pass_ids: Collection[str]) -> Mapping[str, PassRecord]:
        """See `xmpp_agent.ports.Store.pass_records`."""
        async with self._reading() as db:
            rows = await _in_chunks(db, select(passes), passes.c.id, pass_ids)
            return {row[passes.c.id]: _record(row) for row in rows if row[passes.c.claims] is not None}

    async def rooms(self, nodes: Collection[str]) -> Mapping[str, Room]:
        """See `xmpp_agent.ports.Store.rooms`."""
        async with self._reading() as db:
            rows = await _in_chunks(db, select(rooms), rooms.c.node, nodes)
            return {row[rooms.c.node]: room_of(row) for row in rows}

    async def person(self, person_id: str) -> Person | None:
        """One person, with name. Raises Unavailable."""
        async with self._reading() as db:
            row = (await db.execute(select(people).where(people.c.id == person_id))).mappings().first()
            return None if row is None else person_of(row, self._cipher)

    async def memories(self, nodes: frozenset[str] | None = None) -> tuple[RoomMemory, ...]:
        """See `xmpp_agent.ports.Store.memories`."""
        async with self._reading() as db:
            if nodes is None:
                return await _open_memories(db)
            rows = await _in_chunks(db, select(room_memory), room_memory.c.node, nodes)
            return tuple(memory_of(row) for row in rows)

    async def places(self, since: float) -> tuple[Place, ...]:
        """See `xmpp_agent.ports.Store.places`."""
        wanted = (
            select(places)
            .where(or_(places.c.left_at.is_(None), places.c.left_at > since))
            .order_by(places.c.since, places.c.node, places.c.seat)
        )
        async with self._reading() as db:
            return tuple(place_of(row) for row in (await db.execute(wanted)).mappings())

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection; whatever the database cannot do, and what does not open or parse, is Unavailable."""
        try:
            async with self._engine.connect() as db:
                yield db
        except (SQLAlchemyError, OSError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"the database cannot answer: {type(error).__name__}") from error


def person_of(row: RowMapping, cipher: Cipher) -> Person:
    """The person of a row that holds `people`; an erased name is a dash."""
    ident, sealed = row[people.c.id], row[people.c.name]
    return Person(ident, row[people.c.unit], cipher.open(sealed, f"people.name:{ident}") if sealed else NO_NAME)


def _fits(pass_: Pass, row: RowMapping) -> bool:
    """Whether the pass says of its holder what the database says."""
    if row[people.c.role] != pass_.role.value:
        return False
    if pass_.appointment is None:
        return pass_.role is Role.STAFF
    if row[appointments.c.room] != pass_.room:
        return False
    match pass_.role:
        case Role.CITIZEN:
            return bool(row[appointments.c.citizen] == pass_.person)
        case Role.COMPANION:
            return pass_.kind is not None and bool(row[companions.c.kind] == pass_.kind.value)
        case Role.STAFF:
            return True


def _record(row: RowMapping) -> PassRecord:
    return PassRecord(pass_of(row[passes.c.claims]), row[passes.c.first_used_at], row[passes.c.revoked_at])


async def _in_chunks(
    db: AsyncConnection, wanted: Select[Any], column: Column[str], values: Collection[str]
) -> list[RowMapping]:
    """Rows whose column has one of many values."""
    found: list[RowMapping] = []
    rest = iter(sorted(values))
    while some := tuple(islice(rest, _CHUNK)):
        found.extend((await db.execute(wanted.where(column.in_(some)))).mappings())
    return found


async def _open_memories(db: AsyncConnection) -> tuple[RoomMemory, ...]:
    """Of every room with an open visit, open turnover, a freeze or a kept place."""
    kept = await db.scalars(select(places.c.node).where(places.c.left_at.is_(None)).distinct())
    nodes = set(kept)
    busy = or_(
        room_memory.c.visit.is_not(None),
        room_memory.c.turnover_open,
        room_memory.c.frozen_since.is_not(None),
        room_memory.c.node.in_(select(places.c.node).where(places.c.left_at.is_(None))),
    )
    found = [memory_of(row) for row in (await db.execute(select(room_memory).where(busy))).mappings()]
    bare = sorted(nodes - {memory.node for memory in found})
    return (*found, *(RoomMemory(node) for node in bare))
