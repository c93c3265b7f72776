"""One database: opened with its checks, closed with nothing left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from xmpp_agent.edges.store.ledger import SqlLedger
from xmpp_agent.edges.store.sqlite.file import Durability, open_engine, open_writer, prepare
from xmpp_agent.edges.store.sqlite.writer import SqliteWriter
from xmpp_agent.edges.store.store import Cipher, SqlStore


@dataclass(frozen=True, slots=True)
class Database:
    """Reading, writing, and (for the command line) the engine to book with."""

    store: SqlStore
    ledger: SqlLedger
    engine: AsyncEngine
    cipher: Cipher


@asynccontextmanager
async def open_database(
    path: Path, cipher: Cipher, shard: str, durability: Durability = "full"
) -> AsyncIterator[Database]:
    """The database at `path`, made when there is none; `shard` names the audit chain this process writes.

    Raises DatabaseFault before anything is changed when the file is not a whole database of a known version.
    """
    await asyncio.to_thread(prepare, path)
    writer = SqliteWriter(await asyncio.to_thread(open_writer, path, durability), shard)
    engine = open_engine(path)
    try:
        yield Database(SqlStore(engine, cipher), SqlLedger(writer), engine, cipher)
    finally:
        await writer.close()
        await engine.dispose()
