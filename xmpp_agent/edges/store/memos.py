"""What a journal adapter must not forget between two attempts, in the database."""

from collections.abc import Mapping

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from xmpp_agent.edges.store.custody_tables import memos
from xmpp_agent.edges.store.sqlite.file import writing
from xmpp_agent.ports import Clock, Unavailable


class SqlMemos:
    """The `Memo` of ports. What is remembered is on disk before the journal is asked on."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock

    async def recall(self, entry_id: str) -> Mapping[str, str]:
        """See `xmpp_agent.ports.recordings.Memo.recall`."""
        try:
            async with self._engine.connect() as db:
                rows = await db.execute(select(memos.c.step, memos.c.value).where(memos.c.entry == entry_id))
                return {row.step: row.value for row in rows}
        except SQLAlchemyError as error:
            raise Unavailable(f"the database cannot answer: {type(error).__name__}") from error

    async def remember(self, entry_id: str, step: str, value: str) -> None:
        """See `xmpp_agent.ports.recordings.Memo.remember`."""
        here = and_(memos.c.entry == entry_id, memos.c.step == step)
        row = {"entry": entry_id, "step": step, "value": value, "at": self._clock.now()}
        try:
            async with writing(self._engine) as db:
                await db.execute(delete(memos).where(here))
                await db.execute(insert(memos), [row])
        except SQLAlchemyError as error:
            raise Unavailable(f"the database cannot write: {type(error).__name__}") from error
