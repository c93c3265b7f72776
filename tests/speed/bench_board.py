"""What the console costs: 5,000 rooms, 200 changes a second, from the real agent's web app over its Unix socket, drawn
to a real terminal (a pty whose bytes are counted), and the same in Textual's own DataTable.

`make bench-board`, or `python -m tests.speed.bench_board [--quick]`. Prints figures and one last line of `name=value`;
fails nothing: whether a figure is good is for the reader (docs/performance.md says what is aimed at).
"""

import argparse
import asyncio
import json
import os
import pty
import signal
import sys
import tempfile
import termios
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.speed.board_console import Figures
from tests.speed.full_house import SOCKET, STAFF
from tests.speed.venue import median

ROOT = Path(__file__).resolve().parents[2]
SIZE = (120, 40)
_SHOWN_WITHIN = 60.0
_QUIT = b"\x11"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rooms: int
    changes: int
    """A second."""
    seconds: float
    starts: int


FULL = Plan(5_000, 200, 30.0, 5)
QUICK = Plan(100, 50, 0.5, 1)


@dataclass
class Terminal:
    """The far end of a pty: reads all the time, and knows when how much had come."""

    handle: int
    began: float
    shown_at: float | None = None
    """When the first room was drawn."""
    _reads: list[tuple[float, int]] = field(default_factory=list)
    _tail: bytes = b""
    _shown: asyncio.Event = field(default_factory=asyncio.Event)

    def read(self) -> None:
        """Take in what is there."""
        try:
            data = os.read(self.handle, 65536)
        except OSError:  # nobody at the other end any more
            asyncio.get_running_loop().remove_reader(self.handle)
            return
        self._reads.append((time.monotonic(), len(data)))
        if self.shown_at is None and STAFF.encode() in self._tail + data:
            self.shown_at = time.monotonic()
            self._shown.set()
        self._tail = data[-len(STAFF) :]

    async def picture(self) -> float:
        """Seconds from the start of the process to the first room on the screen."""
        async with asyncio.timeout(_SHOWN_WITHIN):
            await self._shown.wait()
        assert self.shown_at is not None
        return self.shown_at - self.began

    def bytes_between(self, begins: float, ends: float) -> int:
        """How many came between two moments of the monotonic clock."""
        return sum(count for at, count in self._reads if begins <= at < ends)


@asynccontextmanager
async def on_terminal(*command: str, **more: str) -> AsyncIterator[tuple[Terminal, asyncio.subprocess.Process]]:
    """A Python process on a pty of its own; ended with the block. `more`: of its environment."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (SIZE[1], SIZE[0]))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTNER_", "TEXTUAL"))}
    terminal = Terminal(ours, time.monotonic())
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env=kept | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "da_DK.UTF-8", **more},
        start_new_session=True,
    )
    os.close(theirs)
    asyncio.get_running_loop().add_reader(ours, terminal.read)
    try:
        yield terminal, process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        asyncio.get_running_loop().remove_reader(ours)
        os.close(ours)


@asynccontextmanager
async def full_house(folder: Path, plan: Plan) -> AsyncIterator[Path]:
    """The agent's process; its socket."""
    data = folder / "agent"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.speed.full_house", str(data), str(plan.rooms), str(plan.changes)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_SHOWN_WITHIN):
            async for line in process.stdout:
                if line == b"ready\n":
                    break
        yield data / SOCKET
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def first_pictures(times: int, *command: str, **env: str) -> list[float]:
    """A Python program on a terminal, opened and closed so many times: seconds to the first room on the screen."""
    took = []
    for _ in range(times):
        async with on_terminal(*command, **env) as (terminal, process):
            took.append(await terminal.picture())
            os.write(terminal.handle, _QUIT)
            async with asyncio.timeout(_SHOWN_WITHIN):
                await process.wait()
    return took


async def measured(kind: str, socket: Path, folder: Path, plan: Plan) -> tuple[Figures, float]:
    """One console, measured; and the bytes a second it drew with."""
    file = folder / f"{kind}.json"
    what = ("tests.speed.board_console", kind, str(socket), str(plan.seconds), str(file))
    async with on_terminal(*what) as (terminal, process):
        if await process.wait():
            raise RuntimeError(f"the {kind} console broke")
    figures = Figures(**json.loads(file.read_text(encoding="utf-8")))
    took = figures.ends - figures.begins
    rate = terminal.bytes_between(figures.begins, figures.ends) / took
    _say(
        f"{kind}: {figures.changes / took:.0f} changes/s; {100 * figures.cpu / took:.1f} % of a core;"
        f" loop late p50 {_ms(figures.lag_p50)} p99 {_ms(figures.lag_p99)} most {_ms(figures.lag_most)} ms;"
        f" {rate / 1000:.1f} kB/s to the terminal; {figures.memory:.0f} MB"
    )
    return figures, rate


async def board(plan: Plan) -> str:
    """Measure everything; answers the last line. SIGTERM ends it, and every process it started."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    _say(
        f"{plan.rooms} rooms, {plan.changes} changes/s for {plan.seconds:.0f} s at {SIZE[0]}x{SIZE[1]};"
        f" {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory(prefix="bench-board-") as made:
        folder = Path(made)
        async with full_house(folder, plan) as socket:
            bare = await first_pictures(plan.starts, "tests.speed.bare_textual", STAFF)
            pictures = await first_pictures(plan.starts, "xmpp_agent", "tui", PORTNER_SOCKET=str(socket))
            _say(f"first picture: {_all(pictures)} s; one word in an empty app of Textual's: {_all(bare)} s")
            ours, rate = await measured("portner", socket, folder, plan)
            plain, _ = await measured("datatable", socket, folder, plan)
    _say(f"load average at the end {os.getloadavg()[0]:.1f}")
    figures = {
        "cpu_share": f"{_share(ours):.3f}",
        "lag_p99_ms": _ms(ours.lag_p99),
        "first_picture_s": f"{median(pictures):.2f}",
        "bytes_per_s": f"{rate:.0f}",
        "datatable_cpu_share": f"{_share(plain):.3f}",
    }
    return "board: " + " ".join(f"{name}={value}" for name, value in figures.items())


def _share(figures: Figures) -> float:
    return figures.cpu / (figures.ends - figures.begins)


def _all(times: list[float]) -> str:
    return " ".join(f"{each:.2f}" for each in times)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="What the console costs.")
    parser.add_argument("--quick", action="store_true", help="only see that it runs")
    plan = QUICK if parser.parse_args().quick else FULL
    _say(asyncio.run(board(plan)))


if __name__ == "__main__":
    main()
