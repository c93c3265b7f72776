"""The console on an invented day, opened once for each look and walked through all its screens.

Run as a program it draws and keeps the pictures the tests compare with.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from rich.cells import cell_len
from typing_extensions import override

from tests.tui.a_day import a_day, notes
from tests.tui.draw import NOW, PICTURES, board_of_a_day, in_copenhagen
from tests.tui.inks import Inks
from tests.tui.opened import Opened, opened
from tui.keys import GROUPS, KEYS, MODES
from tui.settings import Settings
from tui.themes import DARK

SIZES: Final = ((80, 24), (120, 40), (200, 60))


@dataclass(frozen=True)
class Look:
    """How the console is drawn."""

    size: tuple[int, int]
    coloured: bool

    @override
    def __str__(self) -> str:
        width, height = self.size
        return f"{width}x{height}{'' if self.coloured else '-plain'}"

    @property
    def settings(self) -> Settings:
        """In colours: Danish, with signs; without: English, in ASCII."""
        return Settings() if self.coloured else Settings(lang="en", signs="ascii")


LOOKS: Final = tuple(Look(size, coloured) for coloured in (True, False) for size in SIZES)


@asynccontextmanager
async def looking(folder: Path, look: Look) -> AsyncIterator[Opened]:
    """The console in that look, with everything that happened that morning already told."""
    with pytest.MonkeyPatch.context() as env:
        if not look.coloured:
            env.setenv("NO_COLOR", "1")
        settings, agent = look.settings, board_of_a_day()
        async with opened(folder, a_day(NOW), size=look.size, settings=settings, agent=agent, frozen=True) as console:
            for note in notes():
                agent.tell("note", note)
            said = len(notes()) + 1  # the lost caller is told of as well
            await console.until(lambda: len(console.app.watched.happenings.lines) == said)
            yield console


async def go(console: Opened, mode: str) -> None:
    """To that screen by its key, with nothing left to move."""
    await console.pilot.press(KEYS[mode][0])
    await console.until(lambda: console.app.current_mode == mode and console.live.is_mounted)
    if mode == "rooms":
        await console.go_to("r1")
    await console.pilot.pause()
    await settle(console)


async def settle(console: Opened) -> None:
    """As it looks when no hand has moved for a while."""
    console.live._moved_at = float("-inf")
    console.live._second = -1
    console.live.flush()
    await console.pilot.pause()


NO_DIALOG: Final = frozenset({*GROUPS["screens"], "quit", "light", "next_panel", "previous_panel"})


def keys_of(console: Opened) -> list[str]:
    """Ids of the keys of the screen looked at, in their order, but for those that lead elsewhere."""
    ids = (active.binding.id for active in console.live.active_bindings.values())
    return [each for each in dict.fromkeys(ids) if each in KEYS and each not in NO_DIALOG]


async def pressed(console: Opened, name: str) -> None:
    """Press a key, and wait until what it asks for is there: a dialog, or the answer."""
    await console.pilot.press(KEYS[name][0].partition(",")[0])
    await console.until(lambda: console.app.screen is not console.live or not _acting(console))
    await console.pilot.pause()


def _acting(console: Opened) -> bool:
    return any(worker.group == "acts" and not worker.is_finished for worker in console.app.workers)


async def back(console: Opened) -> None:
    """Close whatever was opened."""
    for _ in range(4):
        await console.pilot.press("escape")
        if console.app.screen is console.live:
            return
    raise AssertionError(f"Escape does not close {console.app.screen}")


async def resized(console: Opened, size: tuple[int, int]) -> None:
    """The terminal is as large as that, and the screen drawn for it."""
    await console.pilot.resize_terminal(*size)
    await console.until(lambda: {cell_len(line) for line in console.text().splitlines()} == {size[0]})
    await settle(console)


async def screens(console: Opened) -> AsyncIterator[str]:
    """Each screen in its turn."""
    for mode in MODES:
        await go(console, mode)
        yield mode


def kept(look: Look, mode: str) -> Path:
    """Where the picture of a screen in a look is kept."""
    return PICTURES / str(look) / f"{mode}.txt"


def as_kept(look: Look, words: str, inks: str) -> str:
    """The characters; at the middle size, in colours, also the inks: they come from the same code at each size."""
    return f"{words}\n{inks}" if look == Look(SIZES[1], coloured=True) else words


async def draw_all() -> None:
    """Draw and keep every picture."""
    for look in LOOKS:
        with tempfile.TemporaryDirectory() as folder:
            async with looking(Path(folder), look) as console:
                async for mode in screens(console):
                    path = kept(look, mode)
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(as_kept(look, *Inks(DARK).picture(console.app)), encoding="utf-8")


if __name__ == "__main__":
    in_copenhagen()
    asyncio.run(draw_all())
