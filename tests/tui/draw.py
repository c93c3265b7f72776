"""Draws the console on an invented day: the pictures of the documentation, and their text the tests compare with.

Run `make console-pictures` after a wanted change of looks, and read the differences. Every screen in every look is
drawn by `looks.py`; here are the poses those do not strike.
"""

import asyncio
import os
import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.tui.a_day import a_day, a_days_alerts, call, invitation, line, notes, recording, tried
from tests.tui.fake_agent import FakeAgent
from tests.tui.opened import NARROW, Opened, opened
from tests.tui.some_numbers import a_days_numbers
from tui.settings import Settings
from xmpp_agent import wire

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
DOCS = HERE.parents[1] / "docs"
README_PICTURE = DOCS / "console.svg"
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
    key: str = "1"
    """Of the screen."""


DANISH = Settings()
SCREENS = {
    "recordings": "2",
    "hotline": "3",
    "waiting": "4",
    "invitations": "5",
    "alerts": "6",
    "audit": "7",
    "charts": "8",
    "wall": "9",
}
POSES = {
    "readme": Pose((140, 36), DANISH),
    "lost_narrow": Pose(NARROW, DANISH, lost=True),
    "empty_narrow": Pose(NARROW, DANISH, empty=True),
    **{name: Pose((140, 36), DANISH, key=key) for name, key in SCREENS.items()},
}


def board_of_a_day(*, noted: bool = False) -> FakeAgent:
    """What stands on the screens beside the rooms; `noted`: and what the shift before left to be read."""
    recordings = (
        recording("a", "on", since=NOW - 240, room="r3", staff="Karen Vig", unit="Psykiatri Syd", began=NOW - 240),
        recording("b", "missing", since=NOW - 400, stuck=True, may=("retry", "discard", "hold")),
        recording("c", "receipted", since=NOW - 3000, number="2026-4711", case="27.00.00-G01-17-26", seconds=143.0),
    )
    calls = (
        call("a", "lost", since=NOW - 45, made_at=NOW - 420, may=("again", "promise", "taken")),
        call("b", "inside", since=NOW - 130, made_at=NOW - 190, words=("Inde.", "Inside.")),
    )
    ways = (
        tried("digital-post", "failed", ("Digital Post: kom ikke frem", "Digital Post: did not arrive"), at=NOW - 4000),
        tried("sms", "failed", ("Sms: adressen er forkert", "Text message: the address is wrong"), at=NOW - 900),
    )
    missed = (invitation("a", "call", since=NOW - 900, starts_at=NOW + 1800, may=("again",), ways=ways),)
    audit = [
        line(1, by="", at={"at": NOW - 95, "shard": "s1", "seq": 1}, decision="wait", reason="not_let_in_yet"),
        line(2, "let-in", at={"at": NOW - 60, "shard": "s1", "seq": 2}, rules=9),
        line(3, by="", at={"at": NOW - 58, "shard": "s1", "seq": 3}, rules=10),
        line(
            *(4, "join"),
            at={"at": NOW - 31, "shard": "s1", "seq": 4},
            who="B. M.",
            by="",
            decision="refuse",
            reason="too_early",
            unit="Psykiatri Syd",
        ),
        line(5, "reveal", at={"at": NOW - 9, "shard": "s1", "seq": 5}, by="uid:1000", rules=1),
    ]
    text = "Lokale 4 har knasende lyd; it har sagen. Bo Dam går kl. 14."
    note = wire.ShiftNoteRow(unit="Jobcenter Nord", text=text, by="Leif Vagt", at=NOW - 9000)
    return FakeAgent(
        audit=audit,
        now=lambda: NOW,
        link=wire.Link(state="live", since=NOW, now=NOW),
        recordings={row.key: row for row in recordings},
        calls={row.key: row for row in calls},
        invitations={row.key: row for row in missed},
        alerts={row.key: row for row in a_days_alerts(NOW)},
        shift_notes={note.unit: note} if noted else {},
        numbers=a_days_numbers(NOW),
        you="anna",
        colleagues=(wire.Colleague(colleague="c", name="Karen Vig", open=True, waiting=0),),
        choices=(
            wire.Choice(appointment="a", starts_at=NOW, staff="Karen Vig", citizen="A. H.", unit="Psykiatri Syd"),
        ),
    )


async def pose(console: Opened, wanted: Pose) -> None:
    """Bring an opened console into a pose, with nothing left to move."""
    if console.agent.shift_notes:
        await console.until(lambda: console.app.screen is not console.live)
        await console.pilot.press("escape")
        await console.until(lambda: console.app.screen is console.live)
    if not wanted.empty:
        for note in notes():
            console.agent.tell("note", note)
        said = 4 + len(console.agent.calls) // 2  # a lost caller is told of as well
        await console.until(lambda: len(console.app.watched.happenings.lines) == said)
        await console.go_to("r1")
        await console.pilot.press(*("tab", "down", "down", "down") if wanted.key == "1" else wanted.key)
    console.clock.ahead += 3
    if wanted.lost:
        console.agent.tell("link", wire.Link(state="lost", since=NOW - 8, now=NOW))
        await console.until(lambda: "IKKE AKTUELT" in console.text())
    if wanted.key == "1":
        await console.until(lambda: not console.shift.view.held)
    await console.until(lambda: console.live.is_mounted)
    console.live._second = -1
    console.live.flush()
    await console.pilot.pause()


async def drawn(folder: Path, wanted: Pose) -> tuple[str, str]:
    """The pose as text and as SVG."""
    agent = FakeAgent(now=lambda: NOW, link=wire.Link(state="live", since=NOW, now=NOW))
    if wanted.key != "1":
        agent = board_of_a_day(noted=True)
    elif not wanted.empty:
        agent.alerts, agent.numbers = {row.key: row for row in a_days_alerts(NOW)}, a_days_numbers(NOW)
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
        if name == "readme" or name in SCREENS:
            picture = README_PICTURE if name == "readme" else DOCS / f"console-{name}.svg"
            picture.write_text(_FONT_FROM_ELSEWHERE.sub("", svg), encoding="utf-8")


if __name__ == "__main__":
    main()
