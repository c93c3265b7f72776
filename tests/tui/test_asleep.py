"""The laptop is closed, and opened an hour later: how old the picture is, what can be done on it, what comes next."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from typing_extensions import override

from tests.tui.a_day import person, room
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.opened import WIDE, Clock, Opened, opened
from tui.agent.client import AgentClient
from tui.agent.stream import Stream
from tui.app import PortnerApp
from tui.board.freshness import LATE_AFTER, State
from tui.board.watch import Watch
from tui.keys import KEYS, MODES
from tui.screens.doors import DOOR_ACTIONS
from tui.text.ages import clock

HOUR = 3600.0


def test_the_consoles_clock_goes_on_while_the_machine_sleeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's monotonic clock stands still meanwhile; Linux has another one, and the console goes by that."""
    goes_on = time.clock_gettime

    def after_sleep(which: int) -> float:
        return goes_on(which) + (HOUR if which == time.CLOCK_BOOTTIME else 0.0)

    watch = PortnerApp(tmp_path / "s").watched
    before = watch.clock()
    monkeypatch.setattr(time, "clock_gettime", after_sleep)

    assert HOUR <= watch.clock() - before < HOUR + 60


@pytest.mark.parametrize("mode", MODES)
async def test_after_an_hour_each_screen_says_how_old_it_is_and_lets_nobody_act(tmp_path: Path, mode: str) -> None:
    """Late by an hour, and the time the picture is of; no key asks anything of the agent. Then, by itself, the picture
    as it is now."""
    agent = FakeAgent()
    rows = [room("q", "Mette Holm", waiting=(person("k1", "A. H.", 5),))]
    async with opened(tmp_path, rows, agent=agent) as console:
        await console.pilot.press(KEYS[mode][0])
        await console.until(lambda: console.app.current_mode == mode)
        console.clock.ahead += HOUR
        seen = console.app.watched.now()
        standing = console.app.watched.standing()
        assert (standing.state, standing.may_act) == (State.LATE, False)
        assert standing.seconds >= HOUR
        console.live.flush()
        await console.pilot.pause()
        assert f"IKKE AKTUELT · set {clock(seen, console.app.words)}" in console.text()
        for key in "adwWfrlcbpmxh":
            await console.pilot.press(key)
        await console.pilot.pause()
        assert agent.asked == []

        agent.put(room("q", "Mette Holm", visit=7))

        await console.until(lambda: console.app.watched.standing().may_act)
        assert console.app.watched.board.rooms["s1/q"].visit == 7
        await console.until(lambda: "IKKE AKTUELT" not in console.text())


class ClosesTheLid(FakeAgent):
    """The laptop sleeps while the first stream is opened; meanwhile much happens."""

    clock: Clock
    closed = False

    @override
    async def stream(self, after: int) -> AsyncIterator[bytes]:
        """The lid first."""
        if not self.closed:
            self.closed = True
            self.clock.ahead += LATE_AFTER + 1
            for visit in range(1, 20):
                self.put(room("q", "Mette Holm", visit=visit))
        async for piece in super().stream(after):
            yield piece


async def test_a_sleep_between_the_picture_and_the_stream_is_noticed(tmp_path: Path) -> None:
    """What happened since the picture comes one by one: none of it makes the picture current before all of it did."""
    agent, time_of_day = ClosesTheLid(rooms={"s1/q": room("q", "Mette Holm")}), Clock()
    agent.clock = time_of_day
    watch, told = Watch(time_of_day), list[tuple[bool, int]]()
    async with (
        asyncio.timeout(30),
        serving(agent, tmp_path / "s"),
        AgentClient(tmp_path / "s") as client,
        aclosing(Stream(client, time_of_day).follow()) as stream,
    ):
        async for heard in stream:
            watch.take(heard)
            told.append((watch.standing().may_act, watch.board.rooms["s1/q"].visit))
            if agent.closed and told[-1] == (True, 19):
                break
    assert {visit for live, visit in told[1:] if live} == {19}


async def test_nothing_that_lay_around_is_shown_as_current(tmp_path: Path) -> None:
    """What the agent had said before the lid was closed is read after it is opened: at no moment is the console live
    with it, and live only with what the agent says anew."""
    agent = FakeAgent(rooms={"s1/q": room("q", "Mette Holm")})
    time_of_day = Clock()
    async with serving(agent, tmp_path / "s"):
        app = PortnerApp(tmp_path / "s", None, time_of_day)
        async with app.run_test(size=WIDE) as pilot:
            console = Opened(app, agent, pilot, time_of_day)
            await console.until(lambda: app.watched.standing().may_act)
            time_of_day.ahead += LATE_AFTER + 1
            for visit in range(1, 200):
                agent.put(room("q", "Mette Holm", visit=visit))

            def is_true() -> bool:
                live = app.watched.standing().may_act
                assert not live or app.watched.board.rooms["s1/q"].visit == 199
                assert live or {console.shift.check_action(act, ()) for act in DOOR_ACTIONS} == {None}
                return live

            await console.until(is_true)
