"""A terminal nobody reads for a while (a line that hangs, Ctrl-S), and then reads again; and a very full house."""

import asyncio
import os
from pathlib import Path

from tests.speed.bench_board import Terminal, on_terminal
from tests.speed.full_house import STAFF
from tests.speed.venue import cpu_seconds, resident_mb
from tests.tui.a_day import room
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.opened import opened

BURST = 20
STILL = 20
"""Bursts of changes in a row in which the console does nothing: it waits for the terminal."""
MOST = 1.0
"""MB."""


async def _read_until(terminal: Terminal, words: bytes) -> None:
    """Read the terminal until these words come."""
    loop, seen, news = asyncio.get_running_loop(), bytearray(), asyncio.Event()

    def read() -> None:
        seen.extend(os.read(terminal.handle, 65536))
        news.set()

    loop.add_reader(terminal.handle, read)
    async with asyncio.timeout(60):
        while words not in seen:
            news.clear()
            await news.wait()
            del seen[:-200_000]


async def test_a_terminal_nobody_reads_costs_no_memory_and_shows_the_truth_afterwards(tmp_path: Path) -> None:
    """The console comes to a stand, and so stops reading the agent, too: it grows no more. What it
    missed it asks for when it goes on, and shows how it is now, without a key."""
    rooms = [room(f"r{n}", f"{STAFF} {n:03}") for n in range(200)]
    agent = FakeAgent(rooms={row.key: row for row in rooms})
    console = ("xmpp_agent", "tui", "--socket", str(tmp_path / "s"))
    async with serving(agent, tmp_path / "s"), on_terminal(*console) as (terminal, process):
        await terminal.picture()
        asyncio.get_running_loop().remove_reader(terminal.handle)
        await _at_a_stand(agent, process.pid)
        before = resident_mb(process.pid)
        for step in range(40):
            await _burst(agent, step)
        assert resident_mb(process.pid) - before < MOST
        agent.put(*(room(f"r{n}", f"Sidste {n:03}") for n in range(200)))
        await _read_until(terminal, b"Sidste 000")


async def _at_a_stand(agent: FakeAgent, pid: int) -> None:
    """Change rooms until the console does nothing about it any more."""
    used, still = cpu_seconds(pid), 0
    for step in range(2000):
        await _burst(agent, step)
        now = cpu_seconds(pid)
        still, used = (still + 1 if now == used else 0), now
        if still == STILL:
            return
    raise AssertionError("the console goes on without a terminal")


async def _burst(agent: FakeAgent, step: int) -> None:
    """Each room on the screen says something else."""
    agent.put(*(room(f"r{n}", f"Anden {n:03}-{step}", unit="U" * 400) for n in range(BURST)))
    await asyncio.sleep(0.05)


async def test_ten_thousand_rooms_are_shown(tmp_path: Path) -> None:
    """The whole picture comes, is current, and can be filtered."""
    rows = [room(f"r{n}", f"{STAFF} {n:05}") for n in range(10_000)]
    async with opened(tmp_path, rows) as console:
        assert len(console.app.watched.board.rooms) == 10_000
        await console.until(lambda: len(console.shift.view.order) == 10_000)
        await console.pilot.press("end")
        await console.until(lambda: f"{STAFF} 09999" in console.text())
