"""Everybody who waits in one list: the order, what moves under a cursor, and acts that reach whom they mean."""

import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from tests.tui.a_day import a_day, person, room
from tests.tui.opened import Opened, opened
from tests.tui.test_query import ROWS
from tui.board.queue import COLUMNS, Queue, QueueView
from tui.board.sorting import Sort
from tui.screens.lobby import LobbyScreen
from xmpp_agent import wire

NOW = 1_000_000.0


def lobby(console: Opened) -> LobbyScreen:
    """The screen itself."""
    assert isinstance(console.live, LobbyScreen)
    return console.live


@given(rows=st.lists(ROWS, max_size=25), sort=st.builds(Sort, st.sampled_from(list(COLUMNS)), st.booleans()))
def test_change_by_change_is_the_same_as_all_at_once(rows: list[wire.RoomRow], sort: Sort) -> None:
    """Whoever came, went or changed is told of; the order is that of everybody anew."""
    rooms: dict[str, wire.RoomRow] = {}
    queue, view = Queue(), QueueView(lambda person: person.decision)
    view.sort = sort
    for row in rows:
        rooms[row.key] = row
        touched = queue.update(rooms)
        view.update(queue.rows, touched, hold=False, now=NOW)
    fresh, whole = Queue(), QueueView(lambda person: person.decision)
    whole.sort = sort
    everybody = fresh.update(rooms)
    whole.update(fresh.rows, everybody, hold=False, now=NOW)
    assert view.order == whole.order
    assert len(view.order) == sum(len(row.waiting) for row in rooms.values())


async def test_whoever_waits_longest_is_first_wherever_they_wait(tmp_path: Path) -> None:
    """One list over all rooms, with whom they wait for."""
    rows = [
        room("a", "Mette Holm", waiting=(person("k1", "A. H.", 3), person("k2", "B. N.", 1))),
        room("b", "Ole Juhl", waiting=(person("k3", "C. F.", 2),)),
    ]
    async with opened(tmp_path, rows) as console:
        await console.pilot.press("4")
        await console.until(lambda: "C. F." in console.text())
        text = console.text()
        assert text.index("A. H.") < text.index("C. F.") < text.index("B. N.")
        assert "Ole Juhl" in next(line for line in text.splitlines() if "C. F." in line)


async def test_an_act_reaches_the_one_under_the_cursor_while_rows_move(tmp_path: Path) -> None:
    """Sorted and overtaken by people who came before: the key pressed means the row it was pressed on."""
    mette = room("a", "Mette Holm", waiting=(person("k1", "A. H.", 3), person("k2", "B. N.", 1)))
    async with opened(tmp_path, [mette, room("b", "Ole Juhl", waiting=(person("k3", "C. F.", 2),))]) as console:
        await console.pilot.press("4")
        await console.until(lambda: len(lobby(console).view.order) == 3)
        lobby(console).grid("queue").put_cursor("s1/a\0k2")
        for number in range(5):
            early = tuple(person(f"e{each}", "E. E.", 60 + each) for each in range(number + 1))
            console.agent.tell("room", wire.RoomChanged(now=time.time(), row=room("c", "Ida Krogh", waiting=early)))
        await console.until(lambda: len(lobby(console).view.order) == 8)
        await console.pilot.press("s", "a")
        await console.until(lambda: console.agent.asked)
        (asked,) = console.agent.asked
        assert isinstance(asked[2], wire.LetIn)
        assert (asked[1], asked[2].knock) == (mette.room, "k2")


async def test_who_went_is_under_nobodys_key(tmp_path: Path) -> None:
    """The next in line does not slip under the cursor; the keys go grey."""
    waits = room("a", "Mette Holm", waiting=(person("k1", "A. H.", 3), person("k2", "B. N.", 1)))
    async with opened(tmp_path, [waits]) as console:
        await console.pilot.press("4")
        await console.until(lambda: console.live.check_action("let_in", ()) is True)
        left = room("a", "Mette Holm", waiting=(person("k2", "B. N.", 1),))
        console.agent.tell("room", wire.RoomChanged(now=time.time(), row=left))
        await console.until(lambda: len(lobby(console).view.order) == 1)
        assert console.live.check_action("let_in", ()) is None
        await console.pilot.press("a")
        assert console.agent.asked == []


async def test_filter_and_who_must_be_judged(tmp_path: Path) -> None:
    """Fields narrow the list; n goes to whom staff must look at."""
    async with opened(tmp_path, a_day(time.time())) as console:
        await console.pilot.press("4")
        await console.until(lambda: len(lobby(console).view.order) == 6)
        await console.pilot.press("n")
        await console.until(lambda: lobby(console).grid("queue").cursor is not None)
        row = lobby(console).queue.rows[lobby(console).grid("queue").cursor or ""]
        assert row.person.lane == "judge"
        await console.pilot.press("slash")
        console.live.query_one(Input).value = "vent>10m"
        await console.until(lambda: len(lobby(console).view.order) == 2)
