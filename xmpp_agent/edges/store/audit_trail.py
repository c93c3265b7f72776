"""Walking the audit chain that stands in the database."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from xmpp_agent.edges.store.chain import Broken, ChainCheck, Head, Link
from xmpp_agent.edges.store.tables import audit

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How many lines hold, the last line of each shard that does, and the first bad one, if any."""

    lines: int
    heads: Mapping[str, Head]
    broken: Broken | None


async def verify_audit(engine: AsyncEngine) -> AuditReport:
    """Walk every shard's chain from its first line. Raises SQLAlchemyError when the database cannot be read."""
    check = ChainCheck()
    lines = 0
    at = ("", 0)
    async with engine.connect() as db:
        while True:
            page = (
                select(audit)
                .where(tuple_(audit.c.shard, audit.c.seq) > tuple_(literal(at[0]), literal(at[1])))
                .order_by(audit.c.shard, audit.c.seq)
                .limit(_PAGE)
            )
            rows = (await db.execute(page)).all()
            for row in rows:
                if not check.look(Link(**row._mapping)):
                    return AuditReport(lines, check.heads, check.broken)
                lines += 1
            if len(rows) < _PAGE:
                return AuditReport(lines, check.heads, None)
            at = (rows[-1].shard, rows[-1].seq)
