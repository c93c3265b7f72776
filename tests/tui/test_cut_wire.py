"""Whatever a network does to the stream, the board is that of one snapshot."""

import asyncio
import tempfile
from contextlib import aclosing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.cut_wire import CutWire, cut_wire
from tests.tui.every_kind import NAMED_EVENTS, PLACES, held, rows_after
from tui.agent.client import AgentClient
from tui.agent.stream import Stream
from tui.board.freshness import State
from tui.board.heard import Alive, Event
from tui.board.watch import Watch

FAR = 20_000
"""Bytes: more than any list of events drawn here."""
WHOLE = frozenset({State.LIVE, State.LINK_LOST, State.LINK_RESYNCING})
"""States in which what is shown is what the agent knows."""
LIVES = st.lists(
    st.tuples(st.integers(0, FAR), st.lists(st.integers(0, FAR), max_size=8)),
    max_size=4,
)


@given(events=NAMED_EVENTS, lives=LIVES, data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_cut_of_the_bytes_and_any_break_ends_with_the_board_of_one_snapshot(
    events: list[tuple[str, Event]], lives: list[tuple[int, list[int]]], data: st.DataObject
) -> None:
    """Events of every kind the wire has, cut anywhere, broken off anywhere, resumed, some of them no longer kept: once
    the console says LIVE, its board holds what a picture taken then would show; and before that it does not say so."""
    pictures = data.draw(st.lists(st.integers(0, len(events)), max_size=2), label="pictures")
    kept_from = data.draw(st.integers(0, len(events)), label="kept_from")

    board, whole = asyncio.run(_followed(CutWire(events, pictures, lives, kept_from)))

    assert board == whole


async def _followed(wire: CutWire) -> tuple[dict[str, dict[str, object]], dict[str, dict[str, object]]]:
    """What the console shows when it is live for the first time with all that happened told; and what it must show."""

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    watch = Watch(asyncio.get_running_loop().time)
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "s"
        async with (
            asyncio.timeout(20),
            cut_wire(wire, socket),
            AgentClient(socket) as client,
            aclosing(Stream(client, sleep=at_once).follow()) as heard,
        ):
            async for each in heard:
                watch.take(each)
                if isinstance(each, Alive) and watch.standing().state in WHOLE:
                    break
    shown = {place: dict[str, object](held(watch.board, place)) for place in PLACES.values()}
    return shown, {place: dict(rows) for place, rows in rows_after([event for _, event in wire.events]).items()}
