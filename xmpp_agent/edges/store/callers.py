"""Calling systems, read from the database and written to it."""

import json

from sqlalchemy import RowMapping, select

from xmpp_agent.edges.store.reading import Reader
from xmpp_agent.edges.store.rows import Values
from xmpp_agent.edges.store.tables import api_keys
from xmpp_agent.model.callers import Caller


class SqlCallers(Reader):
    """The `Callers` of ports."""

    async def by_key(self, mark: str) -> Caller | None:
        """See `xmpp_agent.ports.booking.Callers.by_key`."""
        async with self.reading() as db:
            row = (await db.execute(select(api_keys).where(api_keys.c.mark == mark))).mappings().first()
            return None if row is None else _caller(row)

    async def callers(self) -> tuple[Caller, ...]:
        """See `xmpp_agent.ports.booking.Callers.callers`."""
        async with self.reading() as db:
            rows = (await db.execute(select(api_keys).order_by(api_keys.c.made_at, api_keys.c.id))).mappings()
            return tuple(_caller(row) for row in rows)


def caller_values(caller: Caller) -> Values:
    """A row of `api_keys`, but for the key's mark and the secret."""
    return {
        "id": caller.id,
        "name": caller.name,
        "units": json.dumps(sorted(caller.units), ensure_ascii=False),
        "per_minute": caller.per_minute,
        "made_at": caller.made_at,
        "revoked_at": caller.revoked_at,
        "hook_url": caller.hook_url,
    }


def _caller(row: RowMapping) -> Caller:
    return Caller(
        id=row[api_keys.c.id],
        name=row[api_keys.c.name],
        units=frozenset(json.loads(row[api_keys.c.units])),
        per_minute=row[api_keys.c.per_minute],
        made_at=row[api_keys.c.made_at],
        revoked_at=row[api_keys.c.revoked_at],
        hook_url=row[api_keys.c.hook_url],
    )
