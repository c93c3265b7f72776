"""What the console does not wait for at its start."""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import RenderableType
from textual.screen import Screen
from typing_extensions import override

from tests.tui.a_day import room
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.opened import WIDE
from tui.agent.early import Early
from tui.app import PortnerApp

HTTP = {"httpx", "httpcore", "anyio", "http.client", "urllib.request"}
"""Not `ssl`: asyncio loads it."""


def test_the_console_is_loaded_without_http() -> None:
    """The first picture comes without HTTP, which takes a tenth of a second to load: no import may bring it back."""
    code = "import sys, tui.agent.early, tui.starting; print(*sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=60)
    assert HTTP & set(out.stdout.split()) == set()


class _Painted(PortnerApp):
    """Knows whether there was a line to the agent already when a room was first painted."""

    had_line: bool | None = None

    @override
    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        painted = "".join(strip.text for strip in screen._compositor.render_strips())
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
