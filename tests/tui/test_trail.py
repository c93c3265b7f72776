"""One followed over all screens: from queue through visit to recording, by key; and what the palette finds."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.a_day import a_day, call, invitation, person, recording, room
from tests.tui.draw import board_of_a_day
from tests.tui.opened import Opened, opened
from tests.tui.test_hostile import EVIL, _clean, _nothing_to_click
from tui.board.board import Board
from tui.board.heard import Picture
from tui.board.queue import Waiting
from tui.board.trail import PATIENCE, Trail, Where, begun, rows_of, went_on
from tui.palette import MOST
from tui.settings import Settings
from tui.text.goals import Goal, goals
from tui.text.words import Words
from xmpp_agent import wire

NOW = 1_000_000.0
R = "r@conference.meet.example.dk"
WAITS = room("r", "Mette", waiting=(person("k0", "A. A.", 4, NOW), person("k1", "A. H.", 3, NOW)))
INSIDE = room(
    "r", "Mette", phase=wire.RoomPhase.VISIT, citizen="A. H.", visit=1, visit_since=NOW, inside=("k1",),
    waiting=WAITS.waiting[:1],
)  # fmt: skip
DONE = room("r", "Mette", visit=2)


def _board(*rows: wire.RoomRow, **more: tuple[object, ...]) -> Board:
    board = Board()
    link = wire.Link(state="live", since=NOW, now=NOW)
    said = {"at_event": "s1:0", "now": NOW, "link": link, "rooms": rows, **more}
    board.take(Picture(wire.Board.of(said)))
    return board


def _followed() -> Trail:
    return begun(Waiting(WAITS, WAITS.waiting[1], 2), NOW)


def test_from_the_queue_to_the_case() -> None:
    """Waiting, inside, recorded, filed: the same one all the way; with the recording gone it ends."""
    trail = _followed()
    assert rows_of(trail, _board(WAITS)) == {"s1/r", "s1/r\0k1", "k1"}
    inside = went_on(trail, _board(INSIDE), NOW + 1)
    assert inside is not None
    assert inside.where is Where.INSIDE
    assert rows_of(inside, _board(INSIDE)) == {"s1/r"}
    film = recording("f", "on", room=R, began=NOW + 60)
    others = recording("old", "filed", room=R, began=NOW - 600), recording("x", "on", room="x", began=NOW + 60)
    recorded = went_on(inside, _board(INSIDE, recordings=(film, *others)), NOW + 60)
    assert recorded is not None
    assert recorded.recordings == {film.key}
    after = went_on(recorded, _board(DONE, recordings=(film, *others)), NOW + 90)
    assert after is not None
    assert (after.where, after.key) == (Where.RECORDING, film.key)
    assert went_on(after, _board(DONE, recordings=others), NOW + 99) is None


def test_who_is_gone_is_followed_no_longer() -> None:
    """Neither waiting nor inside: after a moment's patience it ends; nobody else is taken for them, name or no name."""
    trail, namesake = _followed(), person("k9", "A. H.", 0, NOW)
    left = room("r", "Mette", waiting=(WAITS.waiting[0], namesake))
    other = INSIDE.but(inside=("k0",))
    for board in (_board(left), _board(other), _board()):
        still = went_on(trail, board, NOW + PATIENCE - 1)
        assert still is not None
        assert went_on(still, board, NOW + PATIENCE) is None
    back = went_on(trail, _board(WAITS), NOW + PATIENCE + 1)
    assert back == replace(trail, seen=NOW + PATIENCE + 1)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (room("r", "Mette"), "rooms"),
        (recording("f", "on", room=R, began=1.0), "recordings"),
        (call("c", "lost", room=R), "calls"),
        (invitation("i", "call"), "invitations"),
    ],
)
def test_what_is_followed_ends_with_its_row(row: wire.RoomRow, kind: str) -> None:
    """Whatever kind of row it is."""
    trail = begun(row, NOW)
    with_it = _board(**{"rooms": (), kind: (row,)}) if kind != "rooms" else _board(row)
    assert went_on(trail, with_it, NOW) is not None
    assert row.key in rows_of(trail, with_it)
    assert went_on(trail, _board(), NOW) is None


async def _mode(console: Opened, key: str, main: str) -> None:
    await console.pilot.press(key)
    await console.until(lambda: console.live.is_mounted and main == console.live.MAIN)


async def test_followed_over_the_screens(tmp_path: Path) -> None:
    """F marks the row on every list and says how it is; let in, recorded, gone: the line goes along, and ends."""
    async with opened(tmp_path, [room("b", "Bo"), WAITS], frozen=True) as console:
        await _mode(console, "4", "queue")
        await console.until(lambda: len(console.live.grid("queue").order) == 2)
        await console.pilot.press("end", "F")
        await console.until(lambda: "◆ A. H. venter hos Mette, nr. 2" in console.text())
        assert "▌◆" in next(line for line in console.text().splitlines() if "A. H." in line and "nr." not in line)
        note = wire.Note(room=R, kind="wrote", knock="k1", text="Er på vej")
        console.agent.tell("note", note)
        await console.until(lambda: "A. H. skrev: Er på vej" in console.text().splitlines()[1])
        await _mode(console, "1", "rooms")
        await console.until(lambda: any("◆ " in line and "Klar" in line for line in _lines(console)))
        console.agent.put(INSIDE.but(recording=True, visit_since=time.time()))
        await console.until(lambda: "A. H. er inde hos Mette" in console.text() and "optages" in console.text())
        console.agent.put_recording(recording("f", "on", room=R, began=time.time()))
        await _mode(console, "2", "recordings")
        await console.until(lambda: any("◆" in line and "Optager" in line for line in _lines(console)))
        later = time.time() + PATIENCE + 1
        console.agent.now = lambda: later
        console.agent.put(DONE)
        await console.until(lambda: "◆ optagelse: Optager, siden" in console.text())
        console.agent.tell("recording_gone", wire.RecordingGone(key="s1/recording/f"))
        await console.until(lambda: "ikke mere" in console.notices() and "◆" not in console.text())


def _lines(console: Opened) -> list[str]:
    return console.text().splitlines()


async def test_let_go(tmp_path: Path) -> None:
    """F on the one followed; on another it is the other; with nobody chosen it says so."""
    async with opened(tmp_path, [room("a", "Anna"), room("b", "Bo")], frozen=True) as console:
        await console.pilot.press("F")
        await console.until(lambda: "◆ lokale Anna" in console.text())
        await console.pilot.press("down", "F")
        await console.until(lambda: "◆ lokale Bo" in console.text())
        await console.pilot.press("F")
        await console.until(lambda: "◆" not in console.text())
        console.shift.grid("rooms").put_cursor(None)
        await console.pilot.press("F")
        await console.until(lambda: "ingen valgt" in console.notices())


@pytest.mark.parametrize(
    ("typed", "mode", "cursor"),
    [
        ("venter l. b.", "queue", "s1/r1\0k3"),
        ("optagelse karen", "recordings", "s1/recording/a"),
        ("opkald mistet", "hotline", "s1/call/a"),
        ("invitation a. h.", "invitations", "s1/invitation/a/p"),
        ("lokale hjort", "rooms", "s1/r10"),
    ],
)
async def test_the_palette_goes_to_the_row(tmp_path: Path, typed: str, mode: str, cursor: str) -> None:
    """From whatever screen: to the right one, with the cursor on the row, also where a filter hid it."""
    async with opened(tmp_path, agent=board_of_a_day(), frozen=True) as console:
        await _mode(console, "5" if mode != "invitations" else "1", "invitations" if mode != "invitations" else "rooms")
        await _chosen(console, typed)
        await console.until(lambda: console.live.is_mounted and mode == console.live.MAIN)
        await console.until(lambda: console.live.grid(mode).cursor == cursor)


async def _chosen(console: Opened, typed: str) -> None:
    below = console.app.screen
    await _type(console, typed)
    await console.until(lambda: typed.split()[-1].casefold() in console.text().casefold())
    await console.pilot.pause(0.1)
    await console.pilot.press("enter")
    await console.pilot.pause()
    if console.app.screen is not below and console.app.screen is not console.live:
        await console.pilot.press("enter")


_KEYS = {" ": "space", ".": "full_stop"}


async def _type(console: Opened, typed: str) -> None:
    await console.pilot.press("ctrl+p", *(_KEYS.get(each, each) for each in typed))


async def test_a_unit_is_a_filter_and_a_row_that_went_is_said(tmp_path: Path) -> None:
    """A unit narrows the list looked at; a row that has gone meanwhile is told of, and nothing else is chosen."""
    async with opened(tmp_path, agent=board_of_a_day(), frozen=True) as console:
        await _chosen(console, "enhed psykiatri")
        await console.until(lambda: len(console.shift.grid("rooms").order) == 5)
        await console.pilot.press("escape")
        before = console.shift.grid("rooms").cursor
        console.shift.find("s1/nowhere")
        await console.until(lambda: "ikke mere" in console.notices())
        assert console.shift.grid("rooms").cursor == before


def test_goals_are_found_by_every_word_and_are_safe() -> None:
    """Masked names, nothing that commands a terminal, in both languages, and never a number beyond its last digits."""
    rows = [*a_day(NOW), *(room(f"e{each}", name, unit=name) for each, name in enumerate(EVIL))]
    board = _board(*rows, calls=(call("c", "lost"),), invitations=(invitation("i", "call"),))
    found = list[Goal]()
    for lang in ("da", "en"):
        found = list(goals(board, Words(Settings(lang="da" if lang == "da" else "en"))))
        assert {goal.mode for goal in found} == {"rooms", "lobby", "hotline", "invitations"}
        assert all(goal.title.isprintable() and goal.hay.isprintable() for goal in found)
        assert [goal.key for goal in found if "l. b." in goal.hay and goal.mode == "lobby"] == ["s1/r1\0k3"]
    assert len(found) > MOST


async def test_hostile_names_in_palette_and_line(tmp_path: Path) -> None:
    """Drawn as characters; nothing in them can be clicked."""
    name = EVIL[0]
    evil = room("evil", name, unit=name, waiting=(person("k", name, 1),))
    async with opened(tmp_path, [evil], frozen=True) as console:
        await console.pilot.press("tab", "F")
        await console.until(lambda: "◆ [@click" in console.text())
        _nothing_to_click(console.app)
        _clean(console.text())
        await console.pilot.press("ctrl+p", *"harm")
        await console.until(lambda: "Lokale: [@click" in console.text())
        _nothing_to_click(console.app)
        _clean(console.text())
