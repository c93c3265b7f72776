"""Links, arrivals and sessions, read from the database."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import RowMapping, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from xmpp_agent.edges.store.nouns import SESSION
from xmpp_agent.edges.store.reading import ENTRIES, Reader
from xmpp_agent.edges.store.rows import pass_of
from xmpp_agent.edges.store.stays import in_chunks
from xmpp_agent.edges.store.tables import appointments, arrivals, audit, links, passes, people, sessions
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.people import Level, Role
from xmpp_agent.model.visitors import Arrival, DeviceTest, Link, Session, SessionKind
from xmpp_agent.ports.diary import NewLink

_CHUNK = 500


class SqlVisitors(Reader):
    """The `Visitors` of ports."""

    async def link(self, mark: str) -> Link | None:
        """See `xmpp_agent.ports.diary.Visitors.link`."""
        async with self.reading() as db:
            row = (await db.execute(select(links).where(links.c.mark == mark))).mappings().first()
            return None if row is None else _link(row)

    async def links_of(self, appointment_id: str) -> tuple[NewLink, ...]:
        """See `xmpp_agent.ports.diary.Visitors.links_of`."""
        return await self.links_of_many((appointment_id,))

    async def links_of_many(self, appointment_ids: Collection[str]) -> tuple[NewLink, ...]:
        """See `xmpp_agent.ports.diary.Visitors.links_of_many`."""
        alive = select(links).where(links.c.revoked_at.is_(None)).order_by(links.c.made_at.desc(), links.c.mark)
        found: list[NewLink] = []
        async with self.reading() as db:
            for some in in_chunks(appointment_ids):
                rows = (await db.execute(alive.where(links.c.appointment.in_(some)))).mappings()
                found += (
                    NewLink(_link(row), self.cipher.open(row[links.c.code], f"links.code:{row[links.c.mark]}"))
                    for row in rows
                )
        return tuple(found)

    async def arrival(self, appointment_id: str, person_id: str) -> Arrival | None:
        """See `xmpp_agent.ports.diary.Visitors.arrival`."""
        wanted = select(arrivals).where(arrivals.c.appointment == appointment_id, arrivals.c.person == person_id)
        async with self.reading() as db:
            row = (await db.execute(wanted)).mappings().first()
            return None if row is None else _arrival(row)

    async def arrivals(self, appointment_ids: Collection[str]) -> Mapping[tuple[str, str], Arrival]:
        """See `xmpp_agent.ports.diary.Visitors.arrivals`."""
        found: dict[tuple[str, str], Arrival] = {}
        ids = sorted(appointment_ids)
        async with self.reading() as db:
            for begin in range(0, len(ids), _CHUNK):
                wanted = select(arrivals).where(arrivals.c.appointment.in_(ids[begin : begin + _CHUNK]))
                for row in (await db.execute(wanted)).mappings():
                    arrival = _arrival(row)
                    found[arrival.appointment, arrival.person] = arrival
        return found

    async def in_line(self, unit: str) -> tuple[Entry, ...]:
        """See `xmpp_agent.ports.diary.Visitors.in_line`."""
        theirs = and_(arrivals.c.appointment == appointments.c.id, arrivals.c.person == appointments.c.citizen)
        wanted = (
            ENTRIES.join(arrivals, theirs)
            .where(
                appointments.c.unit == unit,
                appointments.c.staff == "",
                appointments.c.cancelled_at.is_(None),
                arrivals.c.waiting_since.is_not(None),
            )
            .order_by(arrivals.c.waiting_since, appointments.c.id)
        )
        async with self.reading() as db:
            return await self.entries(db, wanted)

    async def session(self, mark: str) -> Session | None:
        """See `xmpp_agent.ports.diary.Visitors.session`."""
        async with self.reading() as db:
            row = (await db.execute(select(sessions).where(sessions.c.mark == mark))).mappings().first()
            return None if row is None else _session(row)

    async def staff_sessions(self, person: str, now: float) -> tuple[Session, ...]:
        """See `xmpp_agent.ports.diary.Visitors.staff_sessions`."""
        wanted = select(sessions).where(sessions.c.expires_at > now)
        if person:
            wanted = wanted.where(sessions.c.person == person)
        async with self.reading() as db:
            found = [_session(row) for row in (await db.execute(wanted)).mappings()]
        staff = (SessionKind.STAFF, SessionKind.CONSOLE)
        return tuple(session for session in found if session.kind in staff and not session.out)

    async def unused_passes(self, person: str, since: float) -> tuple[str, ...]:
        """See `xmpp_agent.ports.diary.Visitors.unused_passes`. Passes stand on record when they are made."""
        async with self.reading() as db:
            wanted = select(people.c.id).where(people.c.role == Role.STAFF.value)
            staff = {person} if person else set(await db.scalars(wanted))
            made: list[str] = []
            for shard in (await db.scalars(select(audit.c.shard).distinct())).all():
                made += await _made(db, shard, staff, since)
            known = set[str]()
            for begin in range(0, len(made), _CHUNK):
                known |= set(await db.scalars(select(passes.c.id).where(passes.c.id.in_(made[begin : begin + _CHUNK]))))
        return tuple(pass_id for pass_id in made if pass_id not in known)

    async def passes_in_use(self, person: str, now: float) -> tuple[str, ...]:
        """See `xmpp_agent.ports.diary.Visitors.passes_in_use`."""
        wanted = select(passes.c.claims).where(passes.c.claims.is_not(None), passes.c.revoked_at.is_(None))
        async with self.reading() as db:
            used = [pass_of(claims) for claims in await db.scalars(wanted)]
        alive = (one for one in used if one.role is Role.STAFF and now < one.expires_at)
        return tuple(one.id for one in alive if person in ("", one.person))


async def _made(db: AsyncConnection, shard: str, staff: set[str], since: float) -> list[str]:
    """Passes that were made for these since then, by one shard's record, read backwards."""
    made, before = list[str](), None
    while True:
        page = select(audit.c.seq, audit.c.line).where(audit.c.shard == shard).order_by(audit.c.seq.desc())
        rows = (await db.execute((page if before is None else page.where(audit.c.seq < before)).limit(_CHUNK))).all()
        for seq, text in rows:
            line, before = json.loads(text), seq
            if line["at"] < since:
                return made
            if line["act"] == "pass" and line["actor"] in staff:
                made.append(line["subject"])
        if len(rows) < _CHUNK:
            return made


def _session(row: RowMapping) -> Session:
    """The column knows the end of a session that was ended; whoever writes an older reading back does not undo it."""
    session = SESSION.validate_json(row[sessions.c.body])
    return replace(session, expires_at=min(session.expires_at, row[sessions.c.expires_at]))


def _link(row: RowMapping) -> Link:
    return Link(
        mark=row[links.c.mark],
        appointment=row[links.c.appointment],
        person=row[links.c.person],
        made_at=row[links.c.made_at],
        opened_at=row[links.c.opened_at],
        revoked_at=row[links.c.revoked_at],
    )


def _arrival(row: RowMapping) -> Arrival:
    device = row[arrivals.c.device]
    return Arrival(
        appointment=row[arrivals.c.appointment],
        person=row[arrivals.c.person],
        device=DeviceTest(device) if device else None,
        device_at=row[arrivals.c.device_at],
        level=Level(row[arrivals.c.level]),
        verified=bool(row[arrivals.c.verified]),
        login_at=row[arrivals.c.login_at],
        of_age_at=row[arrivals.c.of_age_at],
        waiting_since=row[arrivals.c.waiting_since],
        seen_at=row[arrivals.c.seen_at],
        passed_at=row[arrivals.c.passed_at],
        passed_by=row[arrivals.c.passed_by],
        inside_at=row[arrivals.c.inside_at],
    )
