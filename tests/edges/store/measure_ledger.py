"""What a write costs: `python -m tests.edges.store.measure_ledger [folder]` prints µs per write for each durability.

The folder decides which disk is measured (default: the system's temporary folder). Not a test: figures, no limits.
"""

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import uvloop

from tests.edges.store.samples import CIPHER, MARK, a_booking, a_line, a_pass
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.edges.store.sqlite.file import Durability
from xmpp_agent.model.people import PassRecord
from xmpp_agent.model.rooms import Place, RoomMemory, Visit

_WRITES = 4000
_VISIT = Visit(1, "appointment", 1.0, "staff")


def _quantiles(spans: list[float]) -> str:
    spans.sort()
    return " ".join(f"p{q}={spans[len(spans) * q // 100] * 1e6:.0f}" for q in (50, 95, 99))


async def _run(name: str, tasks: int, act: Callable[[int], Awaitable[object]]) -> None:
    spans: list[float] = []

    async def one(task: int) -> None:
        for number in range(_WRITES // tasks):
            start = time.perf_counter()
            await act(task * _WRITES + number)
            spans.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(one(task) for task in range(tasks)))
    whole = time.perf_counter() - start
    sys.stdout.write(f"{name}, {tasks} at once: {whole / _WRITES * 1e6:.0f} µs each; latency µs {_quantiles(spans)}\n")


async def _measure(folder: Path, durability: Durability) -> None:
    async with open_database(folder / durability, CIPHER, MARK, "one", durability) as database:
        for tasks in (1, 50):
            await _run(f"{durability}: line", tasks, lambda _: database.ledger.write(a_line()))
        await _run(f"{durability}: line, memory, place, pass", 1, lambda number: _all(database, number))
        if durability == "full":
            booked = await a_booking(database)
            pass_ = a_pass(booked.citizen, booked.room, appointment=booked.appointment)
            await _run("look-up: known", 1, lambda _: database.store.known(pass_))
            await _run("look-up: pass_record", 1, lambda _: database.store.pass_record("p1"))


async def _all(database: Database, number: int) -> None:
    memory = RoomMemory(f"room{number % 50}", number, _VISIT)
    place = Place("room", f"seat{number % 50}", "appointment", 1.0)
    await database.ledger.write(a_line(), memory, place, PassRecord(a_pass("anna", f"p{number}"), 1.0))


def _bare(folder: Path, durability: Durability) -> None:
    """One INSERT a transaction from one thread and nothing around it: what SQLite and the disk take."""
    with closing(sqlite3.connect(folder / f"bare-{durability}", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {durability.upper()}")
        db.execute("CREATE TABLE line (seq INTEGER PRIMARY KEY, text TEXT)")
        spans = []
        for _ in range(_WRITES):
            start = time.perf_counter()
            db.execute("INSERT INTO line (text) VALUES (?)", ("x" * 600,))
            spans.append(time.perf_counter() - start)
    sys.stdout.write(f"{durability}: bare SQLite: latency µs {_quantiles(spans)}\n")


def _sync(folder: Path) -> None:
    """4 kB appended and fdatasync: what the disk takes."""
    handle = os.open(folder / "sync", os.O_WRONLY | os.O_CREAT, 0o600)
    spans = []
    for _ in range(500):
        os.write(handle, bytes(4096))
        start = time.perf_counter()
        os.fdatasync(handle)
        spans.append(time.perf_counter() - start)
    os.close(handle)
    sys.stdout.write(f"fdatasync of 4 kB appended: latency µs {_quantiles(spans)}\n")


def main() -> None:
    """Measure both durabilities on one disk."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        folder = Path(name)
        _sync(folder)
        durabilities: tuple[Durability, ...] = ("normal", "full")
        for durability in durabilities:
            _bare(folder, durability)
            uvloop.run(_measure(folder, durability))


if __name__ == "__main__":
    main()
