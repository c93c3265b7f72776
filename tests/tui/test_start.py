"""What the console does not wait for at its start."""

import asyncio
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from rich.console import RenderableType
from textual.app import App
from textual.screen import Screen
from typing_extensions import override

import tui
from tests.tui.a_day import room
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.opened import WIDE
from tui.agent.early import Early
from tui.app import PortnerApp
from tui.starting import run, settle

HTTP = {"httpx", "httpcore", "anyio", "http.client", "urllib.request"}
"""Not `ssl`: asyncio loads it."""


LATER = {f"tui.screens.{each}" for each in ("alerts", "audit", "charts", "recordings", "sign_in", "wall")} | {
    "tui.palette"
}


def test_the_console_is_loaded_without_what_the_first_picture_does_not_need() -> None:
    """No import may bring back HTTP or pydantic, a tenth of a second each, or a screen that is gone to later."""
    loaded = set(_printed("import sys, tui.agent.early, tui.starting; print(*sys.modules)").split())
    assert {*HTTP, *LATER, "pydantic"} & loaded == set()


def test_what_is_shown_later_is_loaded_once_the_picture_was_read() -> None:
    """Not when it is first gone to: that may be after an update of Portner, and old and new do not fit together."""
    on_screen = _printed("import sys, tui.starting; tui.starting.settle(); print(*sys.modules)").split()
    in_lines_or_elsewhere = _printed("import sys, tui.plain, tui.agent.sign_in; print(*sys.modules)").split()
    folder = Path(tui.__file__).parent
    files = (file.relative_to(folder.parent).with_suffix("") for file in folder.rglob("*.py"))
    names = {".".join(file.parts).removesuffix(".__init__") for file in files}
    assert names - {*on_screen, *in_lines_or_elsewhere} == set()


def _printed(code: str) -> str:
    """By a Python of its own."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=60)
    return run.stdout


class _Painted(PortnerApp):
    """Knows what was painted first, and whether there was a line to the agent already when a room was."""

    first = ""
    had_line: bool | None = None

    @override
    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        painted = "".join(strip.text for strip in screen._compositor.render_strips())
        self.first = self.first or painted.strip()
        if self.had_line is None and "Mette Holm" in painted:
            self.had_line = "_line" in vars(self.client)
        super()._display(screen, renderable)


async def test_the_first_picture_is_painted_before_anybody_listens_on(tmp_path: Path) -> None:
    """Nothing is painted while HTTP is loaded, so the line is opened when the rooms can be read; and then it is."""
    row = room("a", "Mette Holm")
    async with serving(FakeAgent(rooms={row.key: row}), tmp_path / "s"):
        app = _Painted(tmp_path / "s", early=Early(tmp_path / "s"))
        async with app.run_test(size=WIDE) as pilot:
            for _ in range(500):
                if "_line" in vars(app.client) and app.had_line is not None:
                    break
                await pilot.pause(0.02)
    assert app.had_line is False
    assert "_line" in vars(app.client)


async def test_what_is_painted_first_is_the_picture_asked_for_early(tmp_path: Path) -> None:
    """Not an empty screen, which would be drawn while the answer lies there."""
    row = room("a", "Mette Holm")
    async with serving(FakeAgent(rooms={row.key: row}), tmp_path / "s"):
        app = _Painted(tmp_path / "s", early=Early(tmp_path / "s"))
        async with app.run_test(size=WIDE):
            pass
    assert "Mette Holm" in app.first


async def test_the_screen_stands_before_an_agent_that_says_nothing(tmp_path: Path) -> None:
    """Whoever opens the console sees that there is no picture, and can quit, long before the question is given up."""
    said = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _ = await said.wait()
        writer.close()

    async with await asyncio.start_unix_server(say_nothing, tmp_path / "s"):
        early = Early(tmp_path / "s")
        app = _Painted(tmp_path / "s", early=early)
        async with app.run_test(size=WIDE):
            is_asked, first = early._thread.is_alive(), app.first
            said.set()
    assert is_asked
    assert app.words.say("stale.never") in first


@pytest.mark.parametrize("there", [True, False])
async def test_garbage_is_collected_again_whether_an_agent_answers_or_not(tmp_path: Path, there: bool) -> None:
    """It is off while the console loads and reads its first picture; one that waits for an agent runs for hours."""
    called: list[str] = []
    agent = serving(FakeAgent(), tmp_path / "s") if there else nullcontext()
    async with agent:
        app = PortnerApp(tmp_path / "s", once_heard=lambda: called.append("once"))
        async with app.run_test(size=WIDE) as pilot:
            for _ in range(500):
                if called and app.watched.standing().may_act == there:
                    break
                await pilot.pause(0.02)
    assert called == ["once"]


def test_the_console_is_started_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else switches it on again."""
    started: list[PortnerApp] = []
    monkeypatch.setattr(App, "run", lambda app: started.append(app))
    run(tmp_path / "s")
    assert started[0]._once_heard is settle


def test_whoever_starts_the_console_has_garbage_collected() -> None:
    """A process in which nothing is ever collected grows for as long as a shift lasts."""
    asked = "import gc; gc.disable(); import tui.starting as s; s.settle(); print(gc.isenabled())"
    assert _printed(asked).strip() == "True"
