"""The SQLite file: looked at before it is opened, made whole or not at all, never repaired or overwritten."""

import os
import secrets
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from xmpp_agent.edges.store.migrations.apply import known_revisions, upgrade

_MAGIC = b"SQLite format 3\x00"
_BUSY_MS = 2000
"""How long a write waits for another process (the command line) to finish its own; below the door's 4 s."""

READERS = 16
"""Connections kept for reading, each with a thread of its own; what more ask for at once is opened and closed again."""

Durability = Literal["full", "normal"]


class DatabaseFault(Exception):
    """A database the agent does not start with; says which file and why. The file is left as it was."""


def prepare(path: Path) -> None:
    """Make the database when there is none, bring an older one up to date, refuse any other. Blocks.

    Raises DatabaseFault.
    """
    try:
        if path.exists() or path.is_symlink():
            if _look(path):
                _with(path, upgrade)
        else:
            _make(path)
    except (sqlite3.Error, OSError) as error:
        raise DatabaseFault(f"Database {path} cannot be opened: {error}.") from None


def open_writer(path: Path, durability: Durability) -> sqlite3.Connection:
    """A connection for the writer thread: autocommit, WAL. Blocks. Raises DatabaseFault."""
    try:
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        _tune(db.execute, durability)
        return db
    except sqlite3.Error as error:
        raise DatabaseFault(f"Database {path} cannot be opened for writing: {error}.") from None


def open_engine(path: Path) -> AsyncEngine:
    """The engine for everything but the ledger: each statement its own transaction, unless `writing` says otherwise.

    Statements with their values never stand in its errors.
    """
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path.absolute())),
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_reset_on_return=None,
        pool_size=READERS,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connected(db: DBAPIConnection, _record: object) -> None:
        cursor = db.cursor()
        _tune(cursor.execute, "full")
        cursor.close()

    return engine


@asynccontextmanager
async def writing(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction that holds the write lock from its first statement; undone when the block raises."""
    async with engine.connect() as db:
        await db.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            await db.exec_driver_sql("ROLLBACK")
            raise
        await db.exec_driver_sql("COMMIT")


def empty_log(path: Path) -> bool:
    """Empty the write-ahead log, where pages stand as they were before something was erased.

    Blocks, but waits for nobody: False when somebody was reading or writing; the next try may succeed.
    Raises sqlite3.Error.
    """
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as db:
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return bool(busy == 0)


def _tune(execute: Callable[[str], object], durability: Durability) -> None:
    execute("PRAGMA journal_mode = WAL")
    execute(f"PRAGMA synchronous = {durability.upper()}")
    execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    execute("PRAGMA foreign_keys = ON")
    execute("PRAGMA secure_delete = ON")  # what is erased is overwritten with zeros, not only let go of


def _look(path: Path) -> bool:
    """Whether the file is ours but older than the code; reads only. Raises DatabaseFault for anything else."""
    _is_sqlite(path)
    for needed in (path, path.parent):
        if not os.access(needed, os.W_OK, effective_ids=True):
            raise DatabaseFault(f"Database {path} cannot be used: {needed} cannot be written.")
    try:
        revision = _revision(path)
    except sqlite3.OperationalError:
        raise  # locked or unreadable, which says nothing about its content
    except sqlite3.DatabaseError as error:
        raise DatabaseFault(f"Database {path} is damaged: {error}. Restore it from a backup.") from None
    known = known_revisions()
    if revision not in known:
        raise DatabaseFault(f"Database {path} has revision {revision}, which this version does not know.")
    return revision != known[-1]


def _is_sqlite(path: Path) -> None:
    if not stat.S_ISREG(path.stat().st_mode):
        raise DatabaseFault(f"Database {path} is not a regular file.")
    with path.open("rb") as file:
        head = file.read(len(_MAGIC))
    if not head:
        raise DatabaseFault(f"Database {path} is empty: it was cut short or is another file.")
    if head != _MAGIC:
        raise DatabaseFault(f"Database {path} is not a SQLite file.")


def _revision(path: Path) -> str:
    """The schema revision of a whole file of ours."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        found = db.execute("PRAGMA quick_check(1)").fetchone()
        if found != ("ok",):
            raise DatabaseFault(f"Database {path} is damaged: {found[0]}. Restore it from a backup.")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise DatabaseFault(f"Database {path} is a SQLite file of another program.")
        rows = db.execute("SELECT version_num FROM alembic_version").fetchall()
    finally:
        db.close()
    if len(rows) != 1:
        raise DatabaseFault(f"Database {path} has {len(rows)} revisions instead of one.")
    return str(rows[0][0])


def _make(path: Path) -> None:
    """A new database under another name first: one that stands under its own name is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _with(draft, upgrade)
        # A name taken meanwhile by another process is left to it: `link` never replaces.
        os.link(draft, path)
    except FileExistsError:
        _look(path)
    finally:
        draft.unlink(missing_ok=True)


def _with(path: Path, work: Callable[[Connection], None]) -> None:
    """Run something in one transaction on the file, through a connection of its own."""
    engine = create_engine(URL.create("sqlite", database=str(path.absolute())), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connected(db: sqlite3.Connection, _record: object) -> None:
        db.isolation_level = None
        db.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    try:
        with engine.begin() as connection:
            work(connection)
    finally:
        engine.dispose()
