"""The SQLite writer: one thread, one connection, one transaction for everything that waits (group commit).

A write is one hop: into the thread's queue and back by one call into the event loop. While the thread commits,
more writes gather; they share the next commit. Figures in docs/decisions/0001-audit-durability.md.
"""

import asyncio
import contextlib
import sqlite3
import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import structlog
from sqlalchemy.dialects import sqlite

from xmpp_agent.edges.store.chain import Head, Link, link
from xmpp_agent.edges.store.changes import INSERT_LINE, Entry, Statement
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Conflict

log = structlog.get_logger("store.writer")
_MOST = 256
"""Entries in one transaction: bounds how long the first one waits for the others."""
_PATIENCE = 0.02
"""Seconds an entry nobody waits for may wait for one that shares its commit (and its flush to the disk)."""
_DIALECT = sqlite.dialect(paramstyle="named")
_HEAD = "SELECT seq, hash FROM audit WHERE shard = ? ORDER BY seq DESC LIMIT 1"


class Overtaken(Exception):
    """A change that must meet one row met another number: somebody else was first."""


_OF_ONE_ENTRY = (
    Overtaken,
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    ValueError,
    OverflowError,
)
"""Failures that one entry may cause for all that share its transaction: each is then tried alone."""


@dataclass(slots=True)
class _Job:
    entry: Entry
    done: asyncio.Future[None] | None
    """None: nobody waits for it."""
    fault: Exception | None = None


class SqliteWriter:
    """Writes entries of one shard's chain, in the order of the calls. Made inside the event loop it serves.

    `db` must be in autocommit mode (isolation_level None) and belongs to the writer from then on.
    """

    def __init__(self, db: sqlite3.Connection, shard: str) -> None:
        self._db = db
        self._shard = shard
        self._sql: dict[Statement, str] = {}
        self._head: Head | None = None
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="portner-ledger", daemon=True)
        self._thread.start()

    async def write(self, entry: Entry) -> None:
        """Returns when the entry is committed. Raises Unavailable: then nothing of it stands.

        A caller that is cancelled while it waits does not know: the entry may stand.
        """
        done = self._loop.create_future()
        with self._gate:
            if not self._open:
                raise Unavailable("the ledger is closed")
            self._jobs.put(_Job(entry, done))
        await done

    def jot(self, entry: Entry) -> None:
        """Commit with the next write, or soon by itself; nobody waits, a failure is logged."""
        with self._gate:
            if self._open:
                self._jobs.put(_Job(entry, None))
            else:
                log.error("ledger_closed")

    async def close(self) -> None:
        """Commits what waits, then closes the connection."""
        with self._gate:
            if self._open:
                self._open = False
                self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        jobs: list[_Job] = []
        try:
            going = True
            while going:
                going, jobs = self._gather()
                if jobs:
                    self._commit(jobs)
                    self._answer(jobs)
        except BaseException:
            self._refuse_from_now_on(jobs)
            raise
        finally:
            self._db.close()

    def _gather(self) -> tuple[bool, list[_Job]]:
        """What waits (at least one), and whether there will be more."""
        job = self._jobs.get()
        jobs: list[_Job] = []
        somebody_waits, until = False, time.monotonic() + _PATIENCE
        while job is not None:
            jobs.append(job)
            somebody_waits = somebody_waits or job.done is not None
            if len(jobs) == _MOST:
                return True, jobs
            try:
                job = self._jobs.get(timeout=0.0 if somebody_waits else max(0.0, until - time.monotonic()))
            except Empty:
                return True, jobs
        return False, jobs

    def _commit(self, jobs: list[_Job]) -> None:
        fault = self._try(jobs)
        if isinstance(fault, _OF_ONE_ENTRY):
            # The chain may also have grown by another process's hand (command line), and may again between two of
            # these: the head is read anew for each.
            for job in jobs:
                self._head = None
                job.fault = self._try([job])
        elif fault is not None:
            for job in jobs:
                job.fault = fault

    def _try(self, jobs: list[_Job]) -> Exception | None:
        """One transaction for all; None when it stands, else why nothing of it does."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            head = self._head or self._last()
            for job in jobs:
                head = self._put(head, job.entry)
            self._db.execute("COMMIT")
        except (sqlite3.Error, Overtaken, ValueError, OverflowError) as fault:
            self._head = None
            # A rollback that fails leaves the transaction open: the next BEGIN fails and the answer stays no.
            with contextlib.suppress(sqlite3.Error):
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            return fault
        self._head = head
        return None

    def _put(self, head: Head, entry: Entry) -> Head:
        new: Link = link(head, self._shard, entry.line)
        self._db.execute(self._text(INSERT_LINE), new.values())
        for change in entry.changes:
            met = 1
            for statement in change.statements:
                met = self._db.execute(self._text(statement), change.values).rowcount
            if change.one_row and met != 1:
                raise Overtaken
        return Head(new.seq, new.hash)

    def _last(self) -> Head:
        row = self._db.execute(_HEAD, (self._shard,)).fetchone()
        return Head() if row is None else Head(row[0], row[1])

    def _text(self, statement: Statement) -> str:
        text = self._sql.get(statement)
        if text is None:
            text = self._sql[statement] = str(statement.compile(dialect=_DIALECT))
        return text

    def _answer(self, jobs: list[_Job]) -> None:
        # A closed loop has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_settle, jobs)

    def _refuse_from_now_on(self, jobs: list[_Job]) -> None:
        """The thread ends on something unforeseen: whoever waits hears no, whoever comes later too."""
        with self._gate:
            self._open = False
            while True:
                try:
                    job = self._jobs.get_nowait()
                except Empty:
                    break
                if job is not None:
                    jobs.append(job)
        for job in jobs:
            job.fault = job.fault or RuntimeError("the ledger's thread ended")
        self._answer(jobs)


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.done is None:
            if job.fault is not None:
                log.error("jot_lost", exc_info=job.fault)
            continue
        if job.done.done():
            continue
        if job.fault is None:
            job.done.set_result(None)
        else:
            overtaken = isinstance(job.fault, Overtaken | sqlite3.IntegrityError)
            refusal = (Conflict if overtaken else Unavailable)(f"the audit line cannot be written: {job.fault}")
            refusal.__cause__ = job.fault
            job.done.set_exception(refusal)
