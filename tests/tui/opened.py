"""A console opened on a fake agent over a real Unix socket, and how tests wait for what they expect."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from tests.tui.a_day import a_day, a_days_alerts
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.some_numbers import a_days_numbers
from tui.app import PortnerApp
from tui.kept import Fault
from tui.screens.live import LiveScreen
from tui.screens.shift import ShiftScreen
from tui.settings import Settings
from xmpp_agent import wire

NARROW = (80, 24)
WIDE = (160, 50)


@dataclass
class Clock:
    """A monotonic clock that can be put forward."""

    ahead: float = 0.0
    frozen: bool = False

    def __call__(self) -> float:
        return (0.0 if self.frozen else time.monotonic()) + self.ahead


@dataclass
class Opened:
    """What a test works with."""

    app: PortnerApp
    agent: FakeAgent
    pilot: Pilot[None]
    clock: Clock

    @property
    def shift(self) -> ShiftScreen:
        """The shift screen, whatever lies over it."""
        bottom = self.app.screen_stack[0]
        assert isinstance(bottom, ShiftScreen)
        return bottom

    @property
    def live(self) -> LiveScreen:
        """The screen of the mode looked at, whatever lies over it."""
        bottom = self.app.screen_stack[0]
        assert isinstance(bottom, LiveScreen)
        return bottom

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition, at most about half a minute; draws in between."""
        for _ in range(1500):
            if self.live.is_mounted:
                self.live.flush()
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError("it did not come about")

    async def go_to(self, key: str) -> None:
        """Choose a room as its row."""
        self.shift.go_to(f"s1/{key}")
        await self.pilot.pause()

    def text(self) -> str:
        """What is on the screen, as lines of characters."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in lines)

    def notices(self) -> str:
        """All short notices given so far."""
        return "\n".join(notice.message for notice in self.app._notifications)


@asynccontextmanager
async def opened(
    folder: Path,
    rows: list[wire.RoomRow] | None = None,
    *,
    size: tuple[int, int] = WIDE,
    settings: Settings | None = None,
    agent: FakeAgent | None = None,
    frozen: bool = False,
    faults: Sequence[Fault] = (),
) -> AsyncIterator[Opened]:
    """The console on `rows` (a whole day's if none are given, with its alerts and numbers), live."""
    agent, now = agent or FakeAgent(), time.time()
    agent.rooms = {row.key: row for row in (a_day(now) if rows is None else rows)}
    if rows is None:
        agent.alerts |= {row.key: row for row in a_days_alerts(now)}
        agent.numbers = a_days_numbers(now) | agent.numbers
    clock = Clock(frozen=frozen)
    async with serving(agent, folder / "s"):
        app = PortnerApp(folder / "s", settings, clock, faults=faults)
        async with app.run_test(size=size, notifications=True) as pilot:
            console = Opened(app, agent, pilot, clock)
            await console.until(lambda: app.watched.standing().may_act)
            yield console
