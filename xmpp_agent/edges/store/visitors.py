"""Links, arrivals and sessions, read from the database."""

from collections.abc import Collection, Mapping

from sqlalchemy import RowMapping, and_, select

from xmpp_agent.edges.store.nouns import SESSION
from xmpp_agent.edges.store.reading import ENTRIES, Reader
from xmpp_agent.edges.store.stays import in_chunks
from xmpp_agent.edges.store.tables import appointments, arrivals, links, sessions
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.people import Level
from xmpp_agent.model.visitors import Arrival, DeviceTest, Link, Session
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
            body = await db.scalar(select(sessions.c.body).where(sessions.c.mark == mark))
            return None if body is None else SESSION.validate_json(body)


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
