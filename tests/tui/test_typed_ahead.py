"""Keys that come faster than the screen: none of them works a door it was not meant for."""

from pathlib import Path

import pytest
from textual.events import Key

from tests.tui.opened import Opened, opened


async def _at_once(console: Opened, *keys: str) -> None:
    """All of them, before the first one has done anything."""
    for key in keys:
        console.app.post_message(Key("slash" if key == "/" else key, key))
    await console.pilot.pause()


async def test_what_is_typed_into_the_filter_at_once_lets_nobody_in(tmp_path: Path) -> None:
    """`/a`: the filter is open, and nobody was let in; what is typed from then on stands in it."""
    async with opened(tmp_path) as console:
        await console.go_to("r1")
        await _at_once(console, "/", "a", "a", "W")
        await console.until(lambda: console.live.query("#filter:focus"))
        await console.pilot.press("h", "o")
        await console.until(lambda: console.live.filter_text().endswith("ho"))
        assert (console.agent.asked, console.app.screen) == ([], console.live)


@pytest.mark.parametrize("first", ["w", "d", "f", "W"])
async def test_what_is_typed_into_a_dialog_at_once_lets_nobody_in(tmp_path: Path, first: str) -> None:
    """One dialog is open, of the first key; nothing was asked of the agent."""
    async with opened(tmp_path) as console:
        await console.go_to("r1")
        await _at_once(console, first, "a", "f", "a")
        await console.until(lambda: console.app.screen is not console.live)
        await console.pilot.pause()
        assert (console.agent.asked, len(console.app.screen_stack)) == ([], 2)
        await console.pilot.press("escape")
        await console.until(lambda: console.app.screen is console.live)
        assert console.agent.asked == []
