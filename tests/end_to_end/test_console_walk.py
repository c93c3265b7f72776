"""A shift at the console from opening to closing it, at a real terminal, against the demo with everything running."""

import re
import socket
import uuid
from datetime import datetime
from pathlib import Path

import pytest

from tests.demo.played import all_gone, command, environment, processes
from tests.end_to_end.tmux import Terminal, terminal
from tui.keys import KEYS, MODES
from tui.text.catalogue import TEXTS

pytestmark = [pytest.mark.prosody, pytest.mark.timeout(300)]

_TITLES = {"lobby": "queue.title"}
"""Headings that are not called after their screen."""
_VISIT = re.compile(r"Besøg +Vera Holm .* A\. H\. +(\d+) (?:s|min) ")
_READY = re.compile(r"Klar +Vera Holm ")


async def test_a_shift_at_a_terminal(tmp_path: Path) -> None:
    """The board comes; a filter narrows it; one key lets the first in line in, and the visit is seen when it begins;
    another ends it; each screen is there; the board of a moment ago is marked as that, and nothing is done on it; the
    console closes, and nothing runs on. No name is ever in full on the screen, nor in the terminal's title."""
    mark = uuid.uuid4().hex
    words = environment(mark) | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PORTNER_LANG": "da"}
    async with terminal(tmp_path, command(tmp_path / "demo", headless=False), words) as walk:
        await walk.shows("Press Enter")
        await walk.keys("Enter")
        await walk.shows("LIVE", "Vera Holm", "Karen Lind")
        await _narrowed(walk)
        at = await _visited(walk)
        await _every_screen(walk)
        await _looked_back(walk, at)
        running = processes(mark)
        await walk.keys("C-q")
        assert await walk.ended() == 0
    assert await all_gone(running, mark) == []
    assert not [screen for screen in walk.seen if "Hansen" in screen]
    assert walk.titles <= {"Portner", socket.gethostname()}, "tmux calls a terminal after the machine"


async def _narrowed(walk: Terminal) -> None:
    await walk.keys("/")
    await walk.shows(TEXTS["rooms.hint"][0][:20])
    await walk.types("staff:vera")
    await walk.keys("Enter")
    await walk.shows("filter: staff:vera (1 af ")
    await walk.keys("Home")


async def _visited(walk: Terminal) -> str:
    """Let the first in line in, and end the visit; a moment within it, as one types a time."""
    await walk.until(lambda shown: _READY.search(shown) and "A. H." in shown)
    await walk.keys("a")
    shown = await walk.until(lambda shown: _VISIT.search(shown) or "Tryk a igen" in shown)
    if not _VISIT.search(shown):  # nobody waited yet when the room was chosen: the first press only chose
        await walk.keys("a")
        shown = await walk.until(_VISIT.search)
    begun = _seconds(shown)
    await walk.until(lambda shown: _VISIT.search(shown) and _seconds(shown) >= begun + 2)
    at = datetime.now().astimezone().strftime("%H:%M:%S")
    await walk.keys("f")
    await walk.shows("Afslut besøget med A. H.?")
    await walk.keys("j")
    await walk.until(_READY.search)
    await walk.keys("Escape")
    await walk.until(lambda shown: "filter: staff" not in shown and "Karen Lind" in shown)
    return at


def _seconds(shown: str) -> int:
    """How long the visit has been going on."""
    found = _VISIT.search(shown)
    assert found is not None
    return int(found[1])


async def _every_screen(walk: Terminal) -> None:
    for mode in (*MODES[1:], MODES[0]):
        await walk.keys(KEYS[mode][0])
        title = TEXTS[_TITLES.get(mode, f"{mode}.title")][0]
        await walk.shows(title, "LIVE")


async def _looked_back(walk: Terminal, at: str) -> None:
    """Frozen, then the moment of the visit: it is there again, and neither ended nor begun anew by a key."""
    await walk.keys("z")
    await walk.until(lambda shown: "FØR" in shown and not _VISIT.search(shown))
    await walk.keys("t")
    await walk.shows("Se, som det var kl.")
    await walk.types(at)
    await walk.keys("Enter")
    await walk.until(lambda shown: "FØR" in shown and _VISIT.search(shown))
    await walk.keys("f", "a", "z")  # a question would swallow the last one, which is the present
    shown = await walk.until(lambda shown: "LIVE" in shown and not _VISIT.search(shown))
    assert "A. H.?" not in shown
