"""The shift screen: what it shows, what it greys, and getting about by keyboard."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.a_day import a_day, notes, person, room
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.opened import NARROW, WIDE, opened
from tui.app import PortnerApp
from tui.board.freshness import State
from tui.screens import live
from tui.screens.doors import DOOR_ACTIONS
from tui.settings import Settings
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire


@pytest.mark.parametrize("size", [NARROW, WIDE, (200, 60), (60, 20)])
async def test_the_day_at_a_glance(tmp_path: Path, size: tuple[int, int]) -> None:
    """At every size: sums, connection, the rooms that need somebody on top, the chosen lobby in order of arrival."""
    async with opened(tmp_path, size=size) as console:
        await console.go_to("r1")
        await console.until(lambda: "L. B." in console.text())
        text = console.text()

        assert "! 3 kræver dig" in text
        assert "● LIVE" in text
        assert "▲ Sat fast   Bo Dam" in text
        assert "■ Frosset" in text
        first = next(line for line in text.splitlines() if "A. H." in line)
        assert "1 A. H." in first
        assert text.index("A. H.") < text.index("L. B.") < text.index("S. R.")
        assert "? Vurdér" in text


async def test_a_picture_is_drawn_when_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when changes are drawn the next time: until then nothing on the screen is current."""
    monkeypatch.setattr(live, "FLUSH_EVERY", 3600.0)
    agent = FakeAgent(rooms={row.key: row for row in a_day(time.time())})
    async with serving(agent, tmp_path / "s"):
        app = PortnerApp(tmp_path / "s")
        async with app.run_test(size=WIDE) as pilot:
            grid = app.screen.query_one("#rooms", RowGrid)
            for _ in range(1500):
                if grid.order:
                    break
                await pilot.pause(0.02)
            assert set(grid.order) == set(agent.rooms)


async def test_english(tmp_path: Path) -> None:
    """In English no Danish is left in what the console itself says, keys included."""
    async with opened(tmp_path, [], settings=Settings(lang="en", signs="ascii")) as console:
        await console.until(lambda: "a Let in" in console.text())
        text = console.text()

        assert "* LIVE" in text
        assert "Nobody is waiting" in text
        assert not set("æøåÆØÅ") & set(text)


DEAD_LINES = ["late", "lost", "link", "hole"]


@pytest.mark.parametrize("how", DEAD_LINES)
async def test_what_is_not_current_is_never_shown_as_current(tmp_path: Path, how: str) -> None:
    """Late, lost, Prosody lost, or a hole: said in words, rows dimmed, every door key greyed and without effect."""
    agent = FakeAgent()
    async with opened(tmp_path, agent=agent) as console:
        await console.go_to("r1")
        if how == "late":
            agent.silent = True
            console.clock.ahead += 30
        elif how == "link":
            agent.tell("link", wire.Link(state="lost", since=time.time(), now=time.time()))
        else:
            agent.refuses["board"] = wire.Problem(title="Nej", status=503)
            agent.raw = b"event: huh\nid: s1:1\ndata: {}\n\n"
            agent.wake()

        await console.until(lambda: not console.app.watched.standing().may_act)
        await console.until(lambda: "IKKE AKTUELT" in console.text())
        await console.pilot.pause()

        assert "● LIVE" not in console.text()
        assert all(console.shift.grid(name).stale for name in ("rooms", "lobby"))
        assert {console.shift.check_action(action, ()) for action in DOOR_ACTIONS} == {None}
        for key in "adwWUNpmfoXr":
            console.app.clear_notifications()
            await console.pilot.press(key)
            await console.until(lambda: "ikke nu – billedet er ikke aktuelt" in console.notices())
        assert agent.asked == []
        assert console.app.screen is console.shift


async def test_a_restarted_agent_is_live_again(tmp_path: Path) -> None:
    """The agent goes away and comes back with another picture: lost, then live with the new one, cursor on its room."""
    agent = FakeAgent(rooms={row.key: row for row in (room("a", "Anna Ask"), room("b", "Bo Bæk"))})
    path = tmp_path / "s"
    app = PortnerApp(path)
    async with app.run_test(size=WIDE) as pilot:
        async with serving(agent, path):
            await _until(pilot, lambda: app.watched.standing().may_act)
            await _until(pilot, lambda: app.screen.query_one("#rooms", RowGrid).cursor == "s1/a")
            await pilot.press("down")
        await _until(pilot, lambda: app.watched.standing().state is State.LOST)
        agent.events = [("room_gone", wire.RoomGone(key="s1/none"))] * 3
        agent.forgotten = 3
        agent.rooms = {row.key: row for row in (room("0", "Aa Aa"), room("b", "Bo Bæk", visit=9))}
        async with serving(agent, path):
            await _until(pilot, lambda: app.watched.standing().may_act)
            await _until(pilot, lambda: "s1/0" in app.watched.board.rooms)
            screen = app.screen
            assert screen.query_one("#rooms", RowGrid).cursor == "s1/b"
            assert app.watched.board.rooms["s1/b"].visit == 9


async def _until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    for _ in range(400):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError("it did not come about")


async def test_only_what_can_be_done_is_offered(tmp_path: Path) -> None:
    """Keys are greyed by what is chosen: nobody waiting, no visit, nothing at all."""
    async with opened(tmp_path) as console:
        offered: dict[str, set[str]] = {}
        for key in ("r1", "r2", "r4", "r9"):
            await console.go_to(key)
            await console.pilot.pause()
            offered[key] = {each for each in DOOR_ACTIONS if console.shift.check_action(each, ())}

        to_people = {"turn_away", "write", "write_all", "write_unit", "move", "reveal", "end"}
        visit = {"finish", "put_back", "reveal", "end", "write_unit"}
        assert offered == {
            "r1": to_people | visit,
            "r2": to_people | {"let_in", "next"},
            "r4": visit | {"stop_recording"},
            "r9": {"next", "end", "write_unit"},
        }


async def test_a_key_that_does_nothing_says_why(tmp_path: Path) -> None:
    """The agent's reason, in the language chosen, for a room and for a person; at a click as well; nothing is sent."""
    others = person("k1", "A. H.", 5, reason="others_inside")
    visit = room("q", "Mette Holm", phase=wire.RoomPhase.VISIT, citizen="J. K.", waiting=(others,))
    for settings, words in ((Settings(), "en anden er inde"), (Settings(lang="en"), "somebody else is inside")):
        async with opened(tmp_path, [visit], settings=settings) as console:
            line = console.text().splitlines()[-1]
            for key, name, click in (("a", "let_in", False), ("N", "next", False), ("N", "next", True)):
                said = f"{console.app.words.say(f'key.{name}')}: "
                console.app.clear_notifications()
                if click:
                    await console.pilot.click(offset=(line.index("N "), 49))
                else:
                    await console.pilot.press(key)
                await console.until(lambda said=said: said in console.notices())  # type: ignore[misc]  # bound here
                assert words in console.notices()
            await console.pilot.press("o")
            await console.until(lambda: console.app.words.code("reason", "not_recording") in console.notices())
            assert console.agent.asked == []


async def test_filter_sort_and_alerts_by_keyboard(tmp_path: Path) -> None:
    """Slash filters while typing, Esc clears, s goes through the orders, n through the rooms that need somebody."""
    async with opened(tmp_path) as console:
        rooms = console.shift.grid("rooms")
        await console.pilot.press("n")
        assert rooms.cursor == "s1/r3"
        await console.pilot.press("n")
        assert rooms.cursor == "s1/r1"

        await console.pilot.press("slash", *"psyk")
        await console.until(lambda: len(rooms.order) == 5)
        await console.until(lambda: "filter: psyk (5 af 13)" in console.text())
        await console.pilot.press("enter", "s", "s")
        assert rooms.order == ["s1/r7", "s1/r10", "s1/r2", "s1/r13", "s1/r4"]
        await console.pilot.press("escape")
        await console.until(lambda: len(rooms.order) == 13)
        assert not console.shift.has_class("-filtering")


async def test_rows_do_not_move_under_a_hand_just_placed(tmp_path: Path) -> None:
    """Rows stay for two seconds after the cursor moved, then they are sorted; the cursor stays on its room."""
    async with opened(tmp_path, [room("a", "Anna Ask"), room("b", "Bo Bæk")]) as console:
        rooms = console.shift.grid("rooms")
        await console.until(lambda: not console.shift.view.held or console.clock.ahead)
        await console.pilot.press("down")
        console.agent.put(room("b", "Bo Bæk", phase=wire.RoomPhase.STUCK))
        await console.until(lambda: "Sat fast" in console.text())
        assert rooms.order == ["s1/a", "s1/b"]
        await console.until(lambda: "rækkefølgen holdes" in console.text())

        console.clock.ahead += 2.1
        await console.until(lambda: rooms.order == ["s1/b", "s1/a"])
        assert rooms.cursor == "s1/b"


async def test_events_lead_to_their_room_and_messages_are_marked(tmp_path: Path) -> None:
    """A citizen's message rings, marks its room until looked at, and Enter on it goes there."""
    async with opened(tmp_path) as console:
        await console.go_to("r9")
        console.agent.put(room("r9", "Tom Rask"))
        for note in notes():
            console.agent.tell("note", note)
        await console.until(lambda: "L. B. skrev: Jeg sidder i bussen" in console.text())
        assert console.app.watched.board.unread == {"s1/r1": 1}

        console.shift.grid("events").focus()
        await console.pilot.press("end", "enter")

        await console.until(lambda: console.shift.grid("rooms").cursor == "s1/r1")
        assert console.app.watched.board.unread == {}


async def test_keyboard_only_walk(tmp_path: Path) -> None:
    """Tab goes rooms, lobby, events and round; Shift+Tab back; Esc always leads back to the rooms; ? shows all keys."""
    async with opened(tmp_path, size=NARROW) as console:

        def focus() -> str | None:
            focused = console.app.focused
            return focused.id if focused is not None else None

        seen = [focus()]
        for key in ("tab", "tab", "tab", "shift+tab", "escape"):
            await console.pilot.press(key)
            seen.append(focus())
        assert seen == ["rooms", "lobby", "events", "rooms", "events", "rooms"]
        for key in ("end", "home", "pagedown", "pageup", "G", "g", "j", "k"):
            await console.pilot.press(key)
        assert console.shift.grid("rooms").cursor == console.shift.grid("rooms").order[0]
        await console.pilot.press("question_mark")
        await console.until(lambda: "Taster" in console.text())
        await console.pilot.press("escape", "ctrl+t")
        assert console.app.theme == "portner-light"
        await console.pilot.press("slash", "a", "escape")
        assert console.shift.query_one("#filter", Input).value == ""


async def test_the_palette_finds_rooms_and_keeps_no_picture(tmp_path: Path) -> None:
    """The palette goes to rooms by name and offers our commands only; Textual's screenshot is not among them."""
    async with opened(tmp_path) as console:
        names = {command.title for command in console.app.get_system_commands(console.shift)}
        assert "Screenshot" not in names
        screens = {"Lokaler", "Optagelser", "Hotline", "Venter", "Invitationer", "Alarmer", "Log", "Kurver", "Tavle"}
        assert names == {"Næste !", "Sortér", "Vend", "Filter", "Hjælp", "Lys/mørk", "Slut"} | screens

        await console.pilot.press("ctrl+p", *"hjort")
        await console.until(lambda: "Lokale: Eva Hjort" in console.text())
        await console.pilot.press("enter")
        await console.until(lambda: console.app.screen is console.shift or None)
        if console.shift.grid("rooms").cursor != "s1/r10":
            await console.pilot.press("enter")
        await console.until(lambda: console.shift.grid("rooms").cursor == "s1/r10")
