"""One console on this terminal, measured from inside: `python -m tests.speed.board_console KIND SOCKET SECONDS FILE`.

KIND `portner` is the product's own `PortnerApp`; `datatable` shows the same rooms from the same stream in Textual's own
`DataTable`, each changed cell updated as its event comes, which is how its documentation has it. After a warm-up both
are measured for SECONDS, write what they found to FILE as JSON, and end.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.text import Text
from textual.app import App, ComposeResult
from textual.widgets import DataTable
from typing_extensions import override

from tests.speed.venue import quantile
from tui.agent.client import AgentClient
from tui.agent.stream import Stream
from tui.app import PortnerApp
from tui.board.board import Board
from tui.board.heard import Happened, Picture
from tui.board.need import NOTHING
from tui.board.numbers import wait_target
from tui.settings import Settings
from tui.starting import collect_seldom
from tui.text.rooms import cells, columns
from tui.text.words import Words

WARM_UP = 3.0
"""Seconds from the picture to where measuring begins, at most as long as is measured."""
BEAT = 0.01
"""Seconds between two looks at how late the loop is."""
_LOOK_AGAIN, _LOOKS = 0.05, 1200


@dataclass(frozen=True, slots=True)
class Figures:
    """What one console found. Times are seconds of the machine's monotonic clock."""

    begins: float
    ends: float
    cpu: float
    """Seconds of CPU time in between, all threads."""
    lag_p50: float
    lag_p99: float
    lag_most: float
    changes: int
    """Events taken in."""
    memory: float
    """MB (10^6 bytes) resident at most, ever."""


async def _beat(lags: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(BEAT)
        lags.append(time.perf_counter() - before - BEAT)


async def measure(board: Callable[[], Board], seconds: float) -> Figures:
    """Measure the loop this runs in, from a while after the picture came."""
    for _ in range(_LOOKS):
        if board().rooms:
            break
        await asyncio.sleep(_LOOK_AGAIN)
    await asyncio.sleep(min(WARM_UP, seconds))
    lags: list[float] = []
    beat = asyncio.create_task(_beat(lags))
    taken, cpu, begins = _taken(board()), time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    cpu, ends = time.process_time() - cpu, time.monotonic()
    beat.cancel()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    late = (quantile(lags, 0.5), quantile(lags, 0.99), max(lags))
    return Figures(begins, ends, cpu, *late, _taken(board()) - taken, memory)


def _taken(board: Board) -> int:
    return sum(board.newest().values())


class PlainTable(App[None]):
    """Rooms in a DataTable: a row each, a cell updated when it says something else."""

    def __init__(self, socket: Path) -> None:
        super().__init__()
        self.board = Board()
        self._client = AgentClient(socket)
        self._words = Words(Settings())
        self._shown: dict[str, list[str]] = {}

    @override
    def compose(self) -> ComposeResult:
        """Nothing but the table."""
        yield DataTable[Text](cursor_type="row")

    def on_mount(self) -> None:
        """Begin to listen."""
        table = self.query_one(DataTable[Text])
        for column in columns(self._words):
            table.add_column(column.title, key=column.id, width=column.least + 4)
        self.run_worker(self._listen(), exclusive=True)

    async def _listen(self) -> None:
        async with self._client:
            async for heard in Stream(self._client).follow():
                if isinstance(heard, Picture | Happened):
                    for key in self.board.take(heard):
                        self._show(key)

    def _show(self, key: str) -> None:
        table, row = self.query_one(DataTable[Text]), self.board.rooms.get(key)
        before = self._shown.pop(key, None)
        if row is None:
            if before is not None:
                table.remove_row(key)
            return
        now = [cell.text for cell in cells(row, time.time(), NOTHING, wait_target({}, row.unit), self._words)]
        self._shown[key] = now
        if before is None:
            table.add_row(*(Text(text) for text in now), key=key)
            return
        for column, was, text in zip(columns(self._words), before, now, strict=True):
            if was != text:
                table.update_cell(key, column.id, Text(text))


async def _run(app: PortnerApp | PlainTable, board: Callable[[], Board], seconds: float, file: Path) -> None:
    async def measured() -> None:
        found = json.dumps(asdict(await measure(board, seconds)))
        await asyncio.to_thread(file.write_text, found, encoding="utf-8")
        app.exit()

    async with asyncio.TaskGroup() as tasks:
        measuring = tasks.create_task(measured())
        await app.run_async()
        measuring.cancel()


def run(kind: str, socket: Path, seconds: float, file: Path) -> Coroutine[None, None, None]:
    """The console of that kind, to its end."""
    if kind == "portner":
        console = PortnerApp(socket)
        return _run(console, lambda: console.watched.live, seconds, file)
    table = PlainTable(socket)
    return _run(table, lambda: table.board, seconds, file)


def main() -> None:
    """Command line."""
    kind, socket, seconds, file = sys.argv[1:]
    collect_seldom()
    asyncio.run(run(kind, Path(socket), float(seconds), Path(file)))


if __name__ == "__main__":
    main()
