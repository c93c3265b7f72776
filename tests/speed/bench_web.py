"""What booking costs: appointments imported one by one over HTTP, and a full day listed, on a disk that is flushed.

`make bench-web`, or `python -m tests.speed.bench_web [--quick]`. Prints figures and one last line of `name=value`;
fails nothing: whether a figure is good is for the reader (docs/performance.md says what is aimed at).
"""

import argparse
import asyncio
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from tests.speed.booking_house import POLICY, UNITS
from tests.speed.venue import cpu_seconds, median, quantile, resident_mb

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
SLOTS = 8
"""Appointments of one member of staff on one day, an hour each."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    days: int
    a_day: int
    connections: int
    echoes: int
    listings: int


FULL = Plan(5, 2_000, 8, 2_000, 40)
QUICK = Plan(1, 24, 4, 20, 3)


@dataclass(frozen=True, slots=True)
class House:
    """The server under measurement."""

    booking: int
    echo: int
    key: str
    pid: int


class Line:
    """One connection that is kept, with as much of HTTP as the server speaks here."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        self._reader, self._writer, self._key = reader, writer, key

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body."""
        head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {self._key}\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        status, *fields = answer.decode().split("\r\n")
        length = next(int(f.partition(":")[2]) for f in fields if f.lower().startswith("content-length:"))
        return int(status.split()[1]), await self._reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def line(port: int, key: str) -> Line:
    """A new connection."""
    return Line(*await asyncio.open_connection("127.0.0.1", port, limit=4_000_000), key)


def say(text: str) -> None:
    """A line for the reader."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def wishes(plan: Plan) -> list[bytes]:
    """Appointments as a calendar sends them: each citizen, number and address another one."""
    made = []
    for number in range(plan.days * plan.a_day):
        day, place = divmod(number, plan.a_day)
        staff, slot = divmod(place, SLOTS)
        starts_at = START + timedelta(days=day, hours=slot)
        made.append(
            json.dumps(
                {
                    "externalId": f"bench-{number}",
                    "unit": UNITS[staff % len(UNITS)],
                    "policy": POLICY.id,
                    "startsAt": starts_at.isoformat(),
                    "endsAt": (starts_at + timedelta(minutes=45)).isoformat(),
                    "citizen": {
                        "name": f"Borger Nummer {number}",
                        "cpr": f"{number:010d}",
                        "phone": str(22_100_000 + number),
                        "email": f"borger{number}@borger.example",
                    },
                    "staffId": f"staff{staff}@lilleby.example",
                    "staffName": f"Medarbejder {staff}",
                    "caseRef": f"2027-{number}",
                }
            ).encode()
        )
    return made


async def posted(port: int, key: str, bodies: list[bytes], connections: int) -> list[float]:
    """Seconds each took; raises when one is not booked."""
    rest, took = iter(bodies), list[float]()

    async def one() -> None:
        own = await line(port, key)
        for body in rest:
            before = time.perf_counter()
            status, answer = await own.ask("POST", "/api/v1/appointments", body)
            took.append(time.perf_counter() - before)
            if status != 201:
                raise SystemExit(f"not booked: {status} {answer.decode()}")
        own.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return took


async def listed(house: House, plan: Plan) -> list[float]:
    """Seconds each listing of a whole day took."""
    own, took = await line(house.booking, house.key), []
    for number in range(plan.listings):
        day = (START + timedelta(days=number % plan.days)).date().isoformat()
        before = time.perf_counter()
        status, answer = await own.ask("GET", f"/api/v1/appointments?day={day}&limit=2000")
        took.append(time.perf_counter() - before)
        found = len(json.loads(answer)["appointments"])
        if status != 200 or found != plan.a_day:
            raise SystemExit(f"{found} of {plan.a_day} listed: {status}")
    own.close()
    return took


def bare_inserts(folder: Path, count: int, connections: int) -> float:
    """Seconds for as many rows in plain SQLite, flushed to the disk after every `connections` of them."""
    with closing(sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE bookings (id TEXT PRIMARY KEY, body TEXT)")
        before = time.perf_counter()
        for begin in range(0, count, connections):
            db.execute("BEGIN IMMEDIATE")
            for number in range(begin, min(begin + connections, count)):
                db.execute("INSERT INTO bookings VALUES (?, ?)", (f"{number:026d}", "x" * 500))
            db.execute("COMMIT")
        return time.perf_counter() - before


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    """The server, in a process of its own; ended with this one."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.speed.booking_house", str(folder)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        yield House(said["booking"], said["echo"], said["key"], process.pid)
    finally:
        process.stdin.close()
        await process.wait()


async def web(plan: Plan) -> str:
    """Measure everything; answers the last line."""
    bodies = wishes(plan)
    say(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; {len(bodies)} bookings")
    with tempfile.TemporaryDirectory(prefix="bench-web-") as name:
        folder = Path(name)
        bare = bare_inserts(folder, len(bodies), plan.connections)
        async with open_house(folder) as house:
            echoes = await posted(house.echo, house.key, bodies[: plan.echoes], plan.connections)
            cpu, before = cpu_seconds(house.pid), time.perf_counter()
            took = await posted(house.booking, house.key, bodies, plan.connections)
            seconds, cpu = time.perf_counter() - before, cpu_seconds(house.pid) - cpu
            days = await listed(house, plan)
            say(f"bare SQLite, as many rows, the same flushes: {bare:.2f} s")
            say(f"echo of the same requests: p50 {1000 * median(echoes):.2f} ms")
            say(
                f"import: {seconds:.1f} s, {len(bodies) / seconds:.0f} a second over {plan.connections} connections, "
                f"p50 {1000 * median(took):.1f} ms, p95 {1000 * quantile(took, 0.95):.1f} ms; "
                f"server {1000 * cpu / len(bodies):.2f} ms CPU each, {resident_mb(house.pid):.0f} MB"
            )
            say(f"a day of {plan.a_day}: p50 {1000 * median(days):.1f} ms, p95 {1000 * quantile(days, 0.95):.1f} ms")
    return f"web: import_s={seconds:.1f} day_p95_ms={1000 * quantile(days, 0.95):.1f}"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="only show that it runs")
    plan = QUICK if parser.parse_args().quick else FULL
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        say(runner.run(web(plan)))


if __name__ == "__main__":
    main()
