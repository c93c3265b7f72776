"""One database: opened with its checks, closed with nothing left behind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from xmpp_agent.edges.store.audit_search import SqlAuditTrail
from xmpp_agent.edges.store.callers import SqlCallers
from xmpp_agent.edges.store.calls import SqlCalls
from xmpp_agent.edges.store.day_rooms import SqlDayRooms
from xmpp_agent.edges.store.diary import SqlDiary
from xmpp_agent.edges.store.figures import SqlFigures
from xmpp_agent.edges.store.hooks import SqlHooks
from xmpp_agent.edges.store.ledger import SqlLedger
from xmpp_agent.edges.store.mailroom import SqlMailroom
from xmpp_agent.edges.store.notes import SqlNotes
from xmpp_agent.edges.store.privacy import SqlHoldings
from xmpp_agent.edges.store.recordings import SqlRecordings
from xmpp_agent.edges.store.records import SqlRecords
from xmpp_agent.edges.store.sqlite.file import DatabaseFault, Durability, open_engine, open_writer, prepare, writing
from xmpp_agent.edges.store.sqlite.sealers import lay_down, take_seal
from xmpp_agent.edges.store.sqlite.writer import SqliteWriter
from xmpp_agent.edges.store.standing import SqlBookings
from xmpp_agent.edges.store.store import Cipher, SqlStore
from xmpp_agent.edges.store.tables import key_marks
from xmpp_agent.edges.store.visitors import SqlVisitors
from xmpp_agent.model.recordings import Recording


@dataclass(frozen=True, slots=True)
class Database:
    """Reading, writing, and (for the command line) the engine to book with."""

    store: SqlStore
    ledger: SqlLedger
    diary: SqlDiary
    visitors: SqlVisitors
    calls: SqlCalls
    mailroom: SqlMailroom
    notes: SqlNotes
    day_rooms: SqlDayRooms
    bookings: SqlBookings
    callers: SqlCallers
    hooks: SqlHooks
    records: SqlRecords
    holdings: SqlHoldings
    recordings: SqlRecordings
    figures: SqlFigures
    audit_trail: SqlAuditTrail
    engine: AsyncEngine
    cipher: Cipher
    on_recording: list[Callable[[Recording], None]]
    """Called with each recording this process has written, once it is on disk."""


@asynccontextmanager
async def open_database(
    path: Path, cipher: Cipher, identity_mark: str, shard: str, durability: Durability = "full"
) -> AsyncIterator[Database]:
    """The database at `path`, made when there is none; `shard` names the audit chain this process writes.

    `identity_mark` and `cipher` must be those of the keys the database was made with. Raises DatabaseFault, and
    leaves the file as it was, when they are not or when it is no whole database of a known version.
    """
    await asyncio.to_thread(prepare, path)
    engine = open_engine(path)
    try:
        # Held before the keys are compared: whoever seals anew first changes what they are compared with.
        seal = await asyncio.to_thread(take_seal, path, cipher.newest)
    except OSError as error:
        await engine.dispose()
        raise DatabaseFault(f"Database {path} cannot be used: {error.strerror}.") from None
    try:
        await _same_keys(engine, cipher, identity_mark, path)
        writer = SqliteWriter(await asyncio.to_thread(open_writer, path, durability), shard)
        try:
            yield _everything(engine, cipher, writer, path)
        finally:
            await writer.close()
    finally:
        await engine.dispose()
        await asyncio.to_thread(lay_down, path, cipher.newest, seal)


async def _same_keys(engine: AsyncEngine, cipher: Cipher, identity_mark: str, path: Path) -> None:
    """A wrong identity key would make everybody the wrong person, a wrong column key everybody nameless."""
    async with writing(engine) as db:
        marks = {row.name: row.mark for row in await db.execute(select(key_marks))}
        if not marks:
            sealed = cipher.seal("portner", "key_marks.mark:columns")
            await db.execute(
                insert(key_marks),
                [{"name": "columns", "mark": sealed}, {"name": "identity", "mark": identity_mark}],
            )
            return
    if marks.get("identity") != identity_mark:
        raise DatabaseFault(f"Database {path} was made with another identity key.")
    try:
        cipher.open(marks.get("columns", ""), "key_marks.mark:columns")
    except ValueError:
        raise DatabaseFault(f"Database {path} was made with other column keys.") from None


def _everything(engine: AsyncEngine, cipher: Cipher, writer: SqliteWriter, path: Path) -> Database:
    on_recording: list[Callable[[Recording], None]] = []
    return Database(
        store=SqlStore(engine, cipher),
        ledger=SqlLedger(writer, on_recording),
        diary=SqlDiary(engine, cipher),
        visitors=SqlVisitors(engine, cipher),
        calls=SqlCalls(engine, cipher),
        mailroom=SqlMailroom(engine, cipher),
        notes=SqlNotes(engine, cipher),
        day_rooms=SqlDayRooms(engine, cipher),
        bookings=SqlBookings(engine, cipher),
        callers=SqlCallers(engine, cipher),
        hooks=SqlHooks(engine, cipher),
        records=SqlRecords(writer, cipher, on_recording),
        holdings=SqlHoldings(engine, cipher, writer, path),
        recordings=SqlRecordings(engine, cipher),
        figures=SqlFigures(engine, cipher),
        audit_trail=SqlAuditTrail(engine, cipher),
        engine=engine,
        cipher=cipher,
        on_recording=on_recording,
    )
