"""Walking the audit chain that stands in the database, and comparing lines that were taken away with it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from xmpp_agent.edges.store.audit_line import AS_WRITTEN, text_of
from xmpp_agent.edges.store.chain import Broken, ChainCheck, Head, Link, is_itself
from xmpp_agent.edges.store.tables import audit

_PAGE = 1000
_LINK = (audit.c.shard, audit.c.seq, *AS_WRITTEN)


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
                select(*_LINK)
                .where(tuple_(audit.c.shard, audit.c.seq) > tuple_(literal(at[0]), literal(at[1])))
                .order_by(audit.c.shard, audit.c.seq)
                .limit(_PAGE)
            )
            rows = (await db.execute(page)).all()
            for row in rows:
                if not check.look(_link(row)):
                    return AuditReport(lines, check.heads, check.broken)
                lines += 1
            if len(rows) < _PAGE:
                return AuditReport(lines, check.heads, None)
            at = (rows[-1].shard, rows[-1].seq)


class NoExport(Exception):
    """A text that is not a whole export of the console."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How many lines of an export hold, and the first that does not, if any."""

    lines: int
    broken: Broken | None = None


def read_export(text: str) -> tuple[Link, ...]:
    """The lines of a file the console saved. Raises NoExport, also when some of them are missing."""
    try:
        head, *lines = (json.loads(each) for each in text.splitlines() if each)
        links = tuple(
            Link(str(one["shard"]), int(one["seq"]), str(one["line"]), str(one["prev"]), str(one["hash"]))
            for one in lines
        )
        is_whole = head["portner"] == "audit-export" and head["lines"] == len(links)
    except (ValueError, KeyError, TypeError):
        raise NoExport from None
    if not is_whole:
        raise NoExport
    return links


async def check_export(engine: AsyncEngine, links: Sequence[Link]) -> Checked:
    """Compare each line with its own hash and with the chain. Raises SQLAlchemyError as `verify_audit`."""
    async with engine.connect() as db:
        for count, link in enumerate(links):
            if not is_itself(link):
                return Checked(count, Broken(link.shard, link.seq, "its text is not what was written"))
            wanted = select(*_LINK).where(audit.c.shard == link.shard, audit.c.seq == link.seq)
            row = (await db.execute(wanted)).one_or_none()
            if row is None or _link(row) != link:
                return Checked(count, Broken(link.shard, link.seq, "it does not stand so in the chain"))
    return Checked(len(links))


def _link(row: Row[tuple[str, int, bytes, bytes, bytes]]) -> Link:
    shard, seq, *written = row
    return Link(shard, seq, *map(text_of, written))
