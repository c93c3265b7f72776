"""Draws the console on an invented day: the picture of the README, and the text pictures the tests compare with.

Run `python -m tests.tui.draw` in the project's folder after a wanted change of looks, and read the differences.
"""

import asyncio
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.tui.a_day import a_day, notes
from tests.tui.fake_agent import FakeAgent
from tests.tui.opened import NARROW, WIDE, Opened, opened
from tui.settings import Settings
from xmpp_agent import wire

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
README_PICTURE = HERE.parents[1] / "docs" / "console.svg"
_FONT_FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\n\s*\}\n", re.DOTALL)
"""The picture is to fetch nothing from anywhere; the reader's own monospaced font will do."""
NOW = 1_795_424_520.0
"""A morning in November, 10:02 in Copenhagen."""


@dataclass(frozen=True)
class Pose:
    """How the console is to look."""

    size: tuple[int, int]
    settings: Settings
    lost: bool = False
    empty: bool = False


DANISH = Settings()
POSES = {
    "busy_narrow": Pose(NARROW, DANISH),
    "busy_wide": Pose(WIDE, DANISH),
    "readme": Pose((140, 36), DANISH),
    "busy_ascii_en": Pose((120, 40), Settings(lang="en", signs="ascii")),
    "lost_narrow": Pose(NARROW, DANISH, lost=True),
    "empty_narrow": Pose(NARROW, DANISH, empty=True),
}


async def pose(console: Opened, wanted: Pose) -> None:
    """Bring an opened console into a pose, with nothing left to move."""
    if not wanted.empty:
        for note in notes():
            console.agent.tell("note", note)
        await console.until(lambda: len(console.app.watched.happenings.lines) == 4)
        await console.go_to("r1")
        await console.pilot.press("tab", "down", "down", "down")
    console.clock.ahead += 3
    if wanted.lost:
        console.agent.tell("link", wire.Link(state="lost", since=NOW - 8, now=NOW))
        await console.until(lambda: "IKKE AKTUELT" in console.text())
    await console.until(lambda: not console.shift.view.held)
    console.shift._second = -1
    console.shift.flush()
    await console.pilot.pause()


async def drawn(folder: Path, wanted: Pose) -> tuple[str, str]:
    """The pose as text and as SVG."""
    agent = FakeAgent(now=lambda: NOW, link=wire.Link(state="live", since=NOW, now=NOW))
    rows = [] if wanted.empty else a_day(NOW)
    async with opened(folder, rows, size=wanted.size, settings=wanted.settings, agent=agent, frozen=True) as console:
        await pose(console, wanted)
        text = "\n".join(line.rstrip() for line in console.text().splitlines()) + "\n"
        return text, console.app.export_screenshot(title="portner tui")


def in_copenhagen() -> None:
    """Times of day do not depend on where this runs."""
    os.environ["TZ"] = "Europe/Copenhagen"
    time.tzset()


def main() -> None:
    """Write all pictures."""
    in_copenhagen()
    PICTURES.mkdir(exist_ok=True)
    for name, wanted in POSES.items():
        with tempfile.TemporaryDirectory() as folder:
            text, svg = asyncio.run(drawn(Path(folder), wanted))
        (PICTURES / f"{name}.txt").write_text(text, encoding="utf-8")
        if name == "readme":
            README_PICTURE.write_text(_FONT_FROM_ELSEWHERE.sub("", svg), encoding="utf-8")


if __name__ == "__main__":
    main()
