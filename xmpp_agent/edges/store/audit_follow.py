"""Follows the audit chain: makes each line findable soon after it was written, beside the door and never in its way.

What a line is about is looked up then and kept: a pass tells of its holder for a day only.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Row, func, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from xmpp_agent.edges.store.audit_line import AS_WRITTEN, line_of
from xmpp_agent.edges.store.audit_tables import audit_index
from xmpp_agent.edges.store.audit_things import rooms_of, things_of
from xmpp_agent.edges.store.sqlite.file import writing
from xmpp_agent.edges.store.tables import audit
from xmpp_agent.model.audit_trail import UNREADABLE, About, OldLine, Spot
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules.audit_lines import NOTHING, about

AT_ONCE = 200
"""Lines made findable in one transaction: it holds the door's writer up for some milliseconds at most."""
_FROM_CHAIN = (audit.c.shard, audit.c.seq, *AS_WRITTEN)
LongRow = Row[tuple[str, int, bytes, bytes, bytes]]

log = structlog.get_logger("store.audit")


@dataclass
class Follower:
    """One for a database. Another process may follow the same chain: whoever comes second finds it done."""

    engine: AsyncEngine

    def __post_init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._known: dict[str, int] = {}
        """By shard: the last line that can be found."""

    async def follow(self) -> tuple[OldLine, ...]:
        """See `xmpp_agent.ports.audit.AuditTrail.follow`."""
        async with self._one_at_a_time:
            try:
                return await self._next()
            except (SQLAlchemyError, OSError, ValueError, KeyError, TypeError) as error:
                raise Unavailable(f"the audit cannot be followed: {type(error).__name__}") from error

    async def _next(self) -> tuple[OldLine, ...]:
        async with self.engine.connect() as db:
            rows: list[LongRow] = []
            for shard in await _shards(db):
                if shard not in self._known:
                    self._known[shard] = await _last(db, shard)
                rows += await _after(db, shard, self._known[shard], AT_ONCE - len(rows))
            lines = await _looked_at(db, await _read(db, rows))
        if lines and not await self._keep(lines):
            self._known.clear()  # somebody else was at it: begin from what stands
            return await self._next()
        for line in lines:
            self._known[line.spot.shard] = line.spot.seq
            if line.act == UNREADABLE:  # once in its life: whoever made it findable says so
                log.error("audit_line_unreadable", shard=line.spot.shard, seq=line.spot.seq)
        return lines

    async def _keep(self, lines: Sequence[OldLine]) -> bool:
        async with writing(self.engine) as db:
            for shard in {line.spot.shard for line in lines}:
                if await _last(db, shard) != self._known[shard]:
                    return False
            await db.execute(insert(audit_index), [_values(line) for line in lines])
            return True


async def _shards(db: AsyncConnection) -> list[str]:
    """Each shard once, by leaps: reading every line for it would take long."""
    found: list[str] = []
    while True:
        after = select(func.min(audit.c.shard)).where(audit.c.shard > (found[-1] if found else ""))
        shard = await db.scalar(after)
        if shard is None:
            return found
        found.append(shard)


async def _last(db: AsyncConnection, shard: str) -> int:
    return await db.scalar(select(func.max(audit_index.c.seq)).where(audit_index.c.shard == shard)) or 0


async def _after(db: AsyncConnection, shard: str, seq: int, most: int) -> Sequence[LongRow]:
    wanted = select(*_FROM_CHAIN).where(audit.c.shard == shard, audit.c.seq > seq).order_by(audit.c.seq).limit(most)
    return (await db.execute(wanted)).all()


async def _read(db: AsyncConnection, rows: Sequence[LongRow]) -> tuple[OldLine, ...]:
    """The lines, before anybody looked up what they are about. One that tells no time has that of the line before."""
    read: list[OldLine] = []
    times: dict[str, float] = {}
    for shard, seq, *written in rows:
        if shard not in times:
            times[shard] = await _time_before(db, shard, seq)
        line = line_of(Spot(times[shard], shard, seq), (written[0], written[1], written[2]), About())
        times[shard] = line.spot.at
        read.append(line)
    return tuple(read)


async def _time_before(db: AsyncConnection, shard: str, seq: int) -> float:
    before = select(audit_index.c.at).where(audit_index.c.shard == shard, audit_index.c.seq < seq)
    return await db.scalar(before.order_by(audit_index.c.seq.desc()).limit(1)) or 0.0


async def _looked_at(db: AsyncConnection, read: Sequence[OldLine]) -> tuple[OldLine, ...]:
    if not read:
        return ()
    units = await rooms_of(db, {line.room for line in read})
    things = await things_of(db, {one for line in read for one in (line.subject, line.actor)})
    found: list[OldLine] = []
    for line in read:
        subject, actor = things.get(line.subject, NOTHING), things.get(line.actor, NOTHING)
        whose = about(units.get(line.room, ""), subject, actor, line.actor)
        found.append(replace(line, about=whose))
    return tuple(found)


def _values(line: OldLine) -> dict[str, object]:
    return {
        "shard": line.spot.shard,
        "seq": line.spot.seq,
        "at": line.spot.at,
        "unit": line.about.unit,
        "room": line.room,
        "appointment": line.about.appointment,
        "person": line.about.person,
        "actor": line.about.actor,
        "act": line.act,
        "reason": line.reason,
    }
