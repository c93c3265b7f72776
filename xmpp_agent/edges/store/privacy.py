"""What is held of citizens and companions, found in the database and erased from it."""

import asyncio
import sqlite3
from collections.abc import Collection, Mapping
from pathlib import Path

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.elements import SQLCoreOperations

from xmpp_agent.edges.store.alert_tables import alerts, shift_notes
from xmpp_agent.edges.store.chain import canonical
from xmpp_agent.edges.store.changes import Entry
from xmpp_agent.edges.store.custody_tables import consents
from xmpp_agent.edges.store.erasing import erasures
from xmpp_agent.edges.store.exporting import exported, looks_at
from xmpp_agent.edges.store.ledger import Writer
from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import pass_of
from xmpp_agent.edges.store.sqlite.file import empty_log
from xmpp_agent.edges.store.stays import STAYS, in_chunks, stays_from, stays_of
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.edges.store.tables import (
    appointments,
    arrivals,
    calls,
    companions,
    hooks,
    letters,
    links,
    looks,
    notes,
    passes,
    people,
    places,
    sessions,
)
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import Role
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Look
from xmpp_agent.ports.privacy import Held, Kept, Number, Party, Piece

_MORE = or_(
    *(column != "" for column in (appointments.c.case_ref, appointments.c.subject, appointments.c.description)),
    appointments.c.external_id != "",
    *(exists().where(table.c.appointment == appointments.c.id) for table in (links, letters, arrivals, consents)),
    exists().where(and_(notes.c.appointment == appointments.c.id, notes.c.text != "")),
    exists().where(and_(calls.c.appointment == appointments.c.id, calls.c.number != "")),
)
"""Something personal is kept of the appointment, beside who was invited."""
_LOOKED_AT = exists().where(looks.c.person == appointments.c.citizen)
_TIMES: dict[Held, tuple[SQLCoreOperations[str], ColumnElement[float]]] = {
    Held.SESSION: (sessions.c.mark, sessions.c.expires_at),
    Held.HOOK: (hooks.c.id, hooks.c.at),
    Held.LOOK: (looks.c.id, looks.c.at),
    Held.ALERT: (alerts.c.id, alerts.c.changed_at),
    Held.SHIFT_NOTE: (shift_notes.c.unit, shift_notes.c.at),
    Held.PLACE: (places.c.node + " " + places.c.seat, func.coalesce(places.c.left_at, places.c.since)),
}
"""Key and time of what goes by time alone."""


class SqlHoldings(Reader):
    """The `Holdings` of ports. `path`: the database file."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher, writer: Writer, path: Path) -> None:
        super().__init__(engine, cipher)
        self._writer, self._path = writer, path

    async def like(self, person_id: str) -> tuple[str, ...]:
        """See `xmpp_agent.ports.privacy.Holdings.like`."""
        identities = select(appointments.c.invited).where(
            appointments.c.citizen == person_id, appointments.c.invited != ""
        )
        async with self.reading() as db:
            known = await db.scalars(select(people.c.id).where(people.c.id == person_id))
            same = await db.scalars(select(appointments.c.citizen).where(appointments.c.invited.in_(identities)))
            return tuple(sorted({*known, *same}))

    async def invited(self, identity: str) -> tuple[str, ...]:
        """See `xmpp_agent.ports.privacy.Holdings.invited`."""
        wanted = select(appointments.c.citizen).distinct().where(appointments.c.invited == identity)
        async with self.reading() as db:
            return tuple(await db.scalars(wanted.order_by(appointments.c.citizen))) if identity else ()

    async def parties(self, person_ids: Collection[str]) -> tuple[Party, ...]:
        """See `xmpp_agent.ports.privacy.Holdings.parties`."""
        found: list[Party] = []
        async with self.reading() as db:
            for some in in_chunks(person_ids):
                found += await self._parties(db, select(people).where(people.c.id.in_(some)).order_by(people.c.id))
        return tuple(found)

    async def forgettable(self, held: Held, over: float, after: str, most: int) -> tuple[Party, ...]:
        """See `xmpp_agent.ports.privacy.Holdings.forgettable`."""
        later = ~_over(over)
        is_kept = people.c.reach.is_not(None) if held is Held.REACH else people.c.name != ""
        wanted = (
            select(people)
            .where(
                people.c.id > after,
                people.c.role != Role.STAFF.value,
                is_kept,
                ~exists().where(and_(appointments.c.citizen == people.c.id, later)),
                ~exists().where(
                    and_(companions.c.person == people.c.id, companions.c.appointment == appointments.c.id, later)
                ),
            )
            .order_by(people.c.id)
            .limit(most)
        )
        async with self.reading() as db:
            return await self._parties(db, wanted)

    async def kept(self, over: float, after: str, most: int) -> tuple[Kept, ...]:
        """See `xmpp_agent.ports.privacy.Holdings.kept`."""
        more, looked = _MORE.label("more"), _LOOKED_AT.label("looked")
        something = or_(_MORE, and_(appointments.c.invited != "", ~_LOOKED_AT))
        wanted = (
            STAYS.add_columns(more, looked)
            .where(appointments.c.id > after, _over(over), something)
            .order_by(appointments.c.id)
            .limit(most)
        )
        async with self.reading() as db:
            rows = (await db.execute(wanted)).mappings().all()
            stays = await stays_from(db, rows)
            return tuple(
                Kept(
                    stays[row[appointments.c.id]],
                    has_identity=row[appointments.c.invited] != "",
                    has_more=bool(row["more"]),
                    looked_at=bool(row["looked"]),
                )
                for row in rows
            )

    async def numbers(self, due: float, after: str, most: int) -> tuple[Number, ...]:
        """See `xmpp_agent.ports.privacy.Holdings.numbers`."""
        wanted = (
            select(calls.c.id, calls.c.appointment, calls.c.erase_at)
            .where(calls.c.number != "", calls.c.erase_at <= due, calls.c.id > after)
            .order_by(calls.c.id)
            .limit(most)
        )
        async with self.reading() as db:
            rows = (await db.execute(wanted)).all()
            theirs = STAYS.where(appointments.c.id.in_([row.appointment for row in rows]))
            stays = await stays_from(db, (await db.execute(theirs)).mappings().all())
            return tuple(Number(row.id, row.erase_at, stays.get(row.appointment)) for row in rows)

    async def past(self, held: Held, before: float, after: str, most: int) -> tuple[str, ...]:
        """See `xmpp_agent.ports.privacy.Holdings.past`."""
        async with self.reading() as db:
            if held is Held.PASS:
                return await _past_passes(db, before, after, most)
            key, time = _TIMES[held]
            wanted = select(key).where(key > after, time < before).order_by(key).limit(most)
            return tuple(await db.scalars(wanted))

    async def everything(self, person_ids: Collection[str]) -> tuple[Piece, ...]:
        """See `xmpp_agent.ports.privacy.Holdings.everything`."""
        async with self.reading() as db:
            booked: dict[str, float] = {}
            for some in in_chunks(person_ids):
                wanted = select(appointments.c.id, appointments.c.ends_at).where(appointments.c.citizen.in_(some))
                booked |= {row.id: row.ends_at for row in await db.execute(wanted)}
            everybody = {*person_ids, *await _only_with(db, booked.keys())}
            pieces = [Piece(Held.NAME, who, last) for who, last in (await _last_ends(db, everybody)).items()]
            for appointment, ends_at in booked.items():
                pieces += (Piece(held, appointment, ends_at) for held in (Held.APPOINTMENT, Held.IDENTITY))
            pieces += await _traces(db, everybody)
        return tuple(pieces)

    async def erase(self, line: AuditLine, pieces: Collection[Piece]) -> None:
        """See `xmpp_agent.ports.privacy.Holdings.erase`."""
        await self._writer.write(Entry(canonical(line), erasures(pieces, line.at)))

    async def settle(self) -> bool:
        """See `xmpp_agent.ports.privacy.Holdings.settle`."""
        try:
            return await asyncio.to_thread(empty_log, self._path)
        except sqlite3.Error as error:
            raise Unavailable(f"the database cannot answer: {type(error).__name__}") from error

    async def export(self, person_ids: Collection[str]) -> Mapping[str, object]:
        """See `xmpp_agent.ports.privacy.Holdings.export`."""
        async with self.reading() as db:
            return await exported(db, self.cipher, sorted(person_ids))

    async def looks(self, person_ids: Collection[str]) -> tuple[Look, ...]:
        """See `xmpp_agent.ports.privacy.Holdings.looks`."""
        async with self.reading() as db:
            return await looks_at(db, person_ids)

    async def _parties(self, db: AsyncConnection, wanted: Select[tuple[object, ...]]) -> tuple[Party, ...]:
        rows = (await db.execute(wanted)).mappings().all()
        stays = await stays_of(db, [row[people.c.id] for row in rows])
        return tuple(
            Party(
                person=row[people.c.id],
                role=Role(row[people.c.role]),
                unit=row[people.c.unit],
                has_reach=row[people.c.reach] is not None,
                has_name=row[people.c.name] != "",
                stays=stays.get(row[people.c.id], ()),
            )
            for row in rows
        )


def _over(at: float) -> ColumnElement[bool]:
    """`Stay.over_at` is not after this."""
    return or_(
        appointments.c.ends_at <= at, and_(appointments.c.cancelled_at.is_not(None), appointments.c.cancelled_at <= at)
    )


async def _past_passes(db: AsyncConnection, before: float, after: str, most: int) -> tuple[str, ...]:
    """A pass says itself how long it lives; one revoked unused is useless ten minutes after it was made."""
    touched = func.coalesce(passes.c.first_used_at, passes.c.revoked_at)
    found: list[str] = []
    while len(found) < most:
        page = select(passes).where(passes.c.id > after, touched < before).order_by(passes.c.id).limit(most)
        rows = (await db.execute(page)).mappings().all()
        if not rows:
            break
        after = rows[-1][passes.c.id]
        claims = ((row[passes.c.id], row[passes.c.claims]) for row in rows)
        found += (ident for ident, text in claims if text is None or pass_of(text).expires_at < before)
    return tuple(found[:most])


async def _only_with(db: AsyncConnection, appointment_ids: Collection[str]) -> set[str]:
    """Companions of these appointments who come with no other."""
    found: set[str] = set()
    for some in in_chunks(appointment_ids):
        found.update(await db.scalars(select(companions.c.person).where(companions.c.appointment.in_(some))))
    elsewhere: set[str] = set()
    for some in in_chunks(found):
        all_of_them = select(companions.c.person, companions.c.appointment).where(companions.c.person.in_(some))
        elsewhere.update(row.person for row in await db.execute(all_of_them) if row.appointment not in appointment_ids)
    return found - elsewhere


async def _last_ends(db: AsyncConnection, person_ids: Collection[str]) -> Mapping[str, float]:
    stays = await stays_of(db, person_ids)
    return {who: max((stay.ends_at for stay in stays.get(who, ())), default=0.0) for who in sorted(person_ids)}


async def _traces(db: AsyncConnection, person_ids: Collection[str]) -> list[Piece]:
    """What people left behind elsewhere: as companions, signed in, with passes."""
    pieces: list[Piece] = []
    for some in in_chunks(person_ids):
        came = select(companions.c.appointment, companions.c.person).where(companions.c.person.in_(some))
        pieces += (Piece(Held.TRACES, f"{row.appointment} {row.person}") for row in await db.execute(came))
        signed_in = select(sessions.c.mark).where(sessions.c.person.in_(some))
        pieces += (Piece(Held.SESSION, mark) for mark in await db.scalars(signed_in))
    for person in sorted(person_ids):
        theirs = passes.c.claims.contains(f'"person":"{person}"', autoescape=True)
        pieces += (Piece(Held.LIVE_PASS, ident) for ident in await db.scalars(select(passes.c.id).where(theirs)))
    return pieces
