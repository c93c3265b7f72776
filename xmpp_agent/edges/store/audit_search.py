"""Lines of the audit, found by what they are about. Newest first, some at a time."""

import asyncio
from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import ColumnElement, Result, Row, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from xmpp_agent.edges.store.audit_follow import Follower
from xmpp_agent.edges.store.audit_line import AS_WRITTEN, line_of
from xmpp_agent.edges.store.audit_tables import audit_index
from xmpp_agent.edges.store.audit_things import chunks
from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.edges.store.tables import appointments, audit, people, rooms
from xmpp_agent.model.audit_trail import About, Named, OldLine, Query, Spot, Term
from xmpp_agent.model.people import Role
from xmpp_agent.ports.audit import Booked

_i = audit_index.c
_FOUND = (_i.at, _i.shard, _i.seq, _i.unit, _i.appointment, _i.person, _i.actor, *AS_WRITTEN)
_SAYS = ("note", "said", "room", "decision")
"""Parts of a line that words are looked for in."""
_IN_CHAIN = and_(audit.c.shard == _i.shard, audit.c.seq == _i.seq)
FoundValues = tuple[float, str, int, str, str, str, str, bytes, bytes, bytes]
READ_AT_ONCE = 100
"""Lines read before anybody else has a turn: an export has thousands, and a door must not wait for all of them."""


class SqlAuditTrail(Reader):
    """The `AuditTrail` of ports."""

    def __init__(self, engine: AsyncEngine, cipher: Cipher) -> None:
        super().__init__(engine, cipher)
        self._follower = Follower(engine)

    async def follow(self) -> tuple[OldLine, ...]:
        """See `xmpp_agent.ports.audit.AuditTrail.follow`."""
        return await self._follower.follow()

    async def find(self, query: Query, most: int) -> tuple[OldLine, ...]:
        """See `xmpp_agent.ports.audit.AuditTrail.find`."""
        async with self.reading() as db:
            if query.appointments is not None or query.actors is not None or query.room or "*" in query.units:
                return await _found(db, _narrowed(query, units=None), most)
            # Unit by unit each walks its own part of an index, however little of the whole that is.
            parts = [line for unit in query.units for line in await _found(db, _narrowed(query, units=unit), most)]
            return tuple(sorted(parts, key=lambda line: line.spot, reverse=True)[:most])

    async def line(self, shard: str, seq: int) -> OldLine | None:
        """See `xmpp_agent.ports.audit.AuditTrail.line`."""
        async with self.reading() as db:
            one = select(*_FOUND).join(audit, _IN_CHAIN).where(_i.shard == shard, _i.seq == seq)
            row = (await db.execute(one)).one_or_none()
            return _old(row) if row is not None else None

    async def acts(self) -> tuple[str, ...]:
        """See `xmpp_agent.ports.audit.AuditTrail.acts`."""
        found: list[str] = []
        async with self.reading() as db:
            while True:  # by leaps from one act to the next: reading every line for it would take long
                after = select(_i.act).where(_i.act > (found[-1] if found else "")).order_by(_i.act).limit(1)
                act = await db.scalar(after)
                if act is None:
                    return tuple(found)
                found.append(act)

    async def named(self, ids: Collection[str]) -> Mapping[str, Named]:
        """See `xmpp_agent.ports.audit.AuditTrail.named`."""
        found: dict[str, Named] = {}
        async with self.reading() as db:
            for some in chunks(ids):
                for row in (await db.execute(select(people).where(people.c.id.in_(some)))).mappings():
                    is_staff = row[people.c.role] == Role.STAFF.value
                    found[row[people.c.id]] = Named(self.person_of(row).name, is_staff)
        return found

    async def unit_of_room(self, node: str) -> str | None:
        """See `xmpp_agent.ports.audit.AuditTrail.unit_of_room`."""
        async with self.reading() as db:
            unit: str | None = await db.scalar(select(rooms.c.unit).where(rooms.c.node == node))
            return unit

    async def appointment(self, appointment_id: str) -> Booked | None:
        """See `xmpp_agent.ports.audit.AuditTrail.appointment`."""
        found = await self._booked(appointments.c.id == appointment_id)
        return found[0] if found else None

    async def appointments_of(self, citizens: Collection[str]) -> tuple[Booked, ...]:
        """See `xmpp_agent.ports.audit.AuditTrail.appointments_of`."""
        return await self._booked(appointments.c.citizen.in_(citizens))

    async def _booked(self, where: ColumnElement[bool]) -> tuple[Booked, ...]:
        columns = (appointments.c.id, appointments.c.unit, appointments.c.citizen)
        async with self.reading() as db:
            rows = await db.execute(select(*columns).where(where).order_by(appointments.c.id))
            return tuple(Booked(row.id, row.unit, row.citizen) for row in rows)


async def _found(db: AsyncConnection, wanted: Select[tuple[object, ...]], most: int) -> tuple[OldLine, ...]:
    rows: Result[FoundValues] = await db.execute(wanted.limit(most))
    found: list[OldLine] = []
    for some in rows.partitions(READ_AT_ONCE):
        found += map(_old, some)
        await asyncio.sleep(0)
    return tuple(found)


def _old(row: Row[FoundValues]) -> OldLine:
    whose = About(row.unit, row.appointment, row.person, row.actor)
    return line_of(Spot(row.at, row.shard, row.seq), (row.line, row.prev, row.hash), whose)


def _narrowed(query: Query, units: str | None) -> Select[tuple[object, ...]]:
    """`units`: the one unit of this part; None: those of the query, looked at line by line."""
    wanted: Select[tuple[object, ...]] = select(*_FOUND).join(audit, _IN_CHAIN)
    ordered = wanted.order_by(_i.at.desc(), _i.shard.desc(), _i.seq.desc())
    return ordered.where(*_units(query, units), *_about(query), *_times(query), *map(_holds, query.terms))


def _units(query: Query, unit: str | None) -> Iterator[ColumnElement[bool]]:
    if unit is not None:
        yield _i.unit == unit
    elif "*" not in query.units:
        yield _unindexed(_i.unit).in_(query.units)


def _about(query: Query) -> Iterator[ColumnElement[bool]]:
    if query.room:
        yield _i.room == query.room
    if query.appointments is not None:
        yield _i.appointment.in_(query.appointments)
    if query.actors is not None:
        yield _i.actor.in_(query.actors)
    if query.kinds is not None:
        yield _unindexed(_i.act).in_(query.kinds)


def _times(query: Query) -> Iterator[ColumnElement[bool]]:
    if query.since is not None:
        yield _i.at >= query.since
    if query.until is not None:
        yield _i.at < query.until
    if query.before is not None:
        yield _i.at <= query.before.at
        yield _is_before(query.before)


def _is_before(spot: Spot) -> ColumnElement[bool]:
    same = and_(_i.at == spot.at, or_(_i.shard < spot.shard, and_(_i.shard == spot.shard, _i.seq < spot.seq)))
    return or_(_i.at < spot.at, same)


def _holds(term: Term) -> ColumnElement[bool]:
    there = [_says(term.text)] if term.text else []
    return or_(_unindexed(_i.act).in_(term.acts), _unindexed(_i.reason).in_(term.reasons), *there)


def _says(text: str) -> ColumnElement[bool]:
    """Who did it and to whom is not looked for by words: that is a look at a person, which needs a reason."""
    line = case((func.json_valid(audit.c.line), audit.c.line))  # else the whole search would be an error
    parts = (func.json_extract(line, f"$.{name}") for name in _SAYS)
    return and_(
        audit.c.line.icontains(text, autoescape=True), or_(*(part.icontains(text, autoescape=True) for part in parts))
    )


def _unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same, so written that no index is taken for it: there is a better one, which has the order, too."""
    return column + ""
