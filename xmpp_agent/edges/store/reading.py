"""What every reader of the database shares: a connection, whole nouns with personal columns opened, one kind of no."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from xmpp_agent.edges.store.rows import appointment_of
from xmpp_agent.edges.store.store import Cipher, person_of
from xmpp_agent.edges.store.tables import appointments, companions, people, policies
from xmpp_agent.model.appointments import Appointment, Companion, Entry
from xmpp_agent.model.people import CompanionKind, Person
from xmpp_agent.ports import Unavailable

ENTRIES: Select[tuple[object, ...]] = (
    select(appointments, policies, people)
    .join(policies, policies.c.id == appointments.c.policy)
    .join(people, people.c.id == appointments.c.citizen)
)
"""Appointments with policy and citizen; for `Reader.entries`."""


class Reader:
    """Base of the readers."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher) -> None:
        self.engine, self.cipher = engine, cipher

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection; whatever the database cannot do, and what does not open or parse, is Unavailable."""
        try:
            async with self.engine.connect() as db:
                yield db
        except (SQLAlchemyError, OSError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"the database cannot answer: {type(error).__name__}") from error

    def person_of(self, row: RowMapping) -> Person:
        """The person of a row that holds `people`."""
        return person_of(row, self.cipher)

    def appointment_of(self, row: RowMapping) -> Appointment:
        """The appointment of a row that holds `appointments` and `policies`."""
        return appointment_of(row, self.cipher.open)

    async def entries(self, db: AsyncConnection, wanted: Select[tuple[object, ...]]) -> tuple[Entry, ...]:
        """Appointments with their people, in the order of a selection narrowed from `ENTRIES`."""
        rows = (await db.execute(wanted)).mappings().all()
        ids = [row[appointments.c.id] for row in rows]
        followers: dict[str, list[Companion]] = {}
        for begin in range(0, len(ids), 500):
            some = ids[begin : begin + 500]
            theirs = select(companions, people).join(people, people.c.id == companions.c.person)
            for row in (await db.execute(theirs.where(companions.c.appointment.in_(some)))).mappings():
                companion = self.companion_of(row)
                followers.setdefault(companion.appointment, []).append(companion)
        return tuple(
            Entry(self.appointment_of(row), self.person_of(row), tuple(followers.get(row[appointments.c.id], ())))
            for row in rows
        )

    def companion_of(self, row: RowMapping) -> Companion:
        """The companion of a row that holds `companions` and `people`."""
        return Companion(row[companions.c.appointment], self.person_of(row), CompanionKind(row[companions.c.kind]))
