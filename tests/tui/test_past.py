"""Looking at how it was: the board of then, nothing can be done on it, and the present comes back."""

import csv
import io
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.a_day import person, room
from tests.tui.every_kind import EVENTS, board_after
from tests.tui.fake_agent import FakeAgent
from tests.tui.opened import opened
from tui.board.board import Board
from tui.board.freshness import State
from tui.board.heard import Event, Happened, Picture
from tui.board.past import CHAPTER, Past
from tui.export import as_csv, write_new
from tui.text.ages import moment
from tui.text.cells import Cell, Column
from xmpp_agent import wire


@given(events=EVENTS, seconds=st.sampled_from([1.0, CHAPTER / 3, CHAPTER]))
def test_every_moment_is_the_board_it_was(events: list[Event], seconds: float) -> None:
    """Whatever came after, and however many whole boards were kept in between."""
    past, board = Past(), Board()
    first = Picture(board_after([]))
    board.take(first)
    past.take(first, board, 0.0)
    seen = [board.copy()]
    for number, event in enumerate(events, 1):
        happened = Happened("s1", number, event)
        board.take(happened)
        past.take(happened, board, number * seconds)
        seen.append(board.copy())
    for number, then in enumerate(seen):
        assert past.at(number * seconds + seconds / 2) == then
    assert past.at(-1.0) is None


def test_no_more_is_kept_than_was_said() -> None:
    """The oldest goes first, in whole chapters, and asking for it says that it is gone."""
    past, board = Past(kept=10), Board()
    for number in range(100):
        happened = Happened("s1", number, wire.RoomChanged(now=number, row=room("a", "Mette", visit=number)))
        board.take(happened)
        past.take(happened, board, number * CHAPTER / 5)
    begins = past.begins()
    assert begins is not None
    assert begins > 80 * CHAPTER / 5
    assert past.at(begins - 1) is None
    then = past.at(begins)
    assert then is not None
    assert then.rooms["s1/a"].visit == begins / (CHAPTER / 5)


async def test_a_frozen_picture_stands_and_no_door_can_be_worked(tmp_path: Path) -> None:
    """Changes are counted, not drawn; keys are grey; Esc shows the present at once."""
    waits = room("a", "Mette Holm", waiting=(person("k1", "A. H.", 3),))
    async with opened(tmp_path, [waits]) as console:
        await console.until(lambda: console.shift.check_action("let_in", ()) is True)
        await console.pilot.press("z")
        await console.until(lambda: console.app.watched.standing().state is State.PAST)
        assert [console.shift.check_action(act, ()) for act in ("let_in", "finish", "reveal")] == [None] * 3
        gone = wire.RoomChanged(now=1.0, row=room("a", "Mette Holm"))
        console.agent.tell("room", gone)
        await console.until(lambda: console.app.watched.behind == 1)
        await console.until(lambda: "1 ændring siden" in console.text())
        assert "A. H." in console.text()
        await console.pilot.press("a")
        assert console.agent.asked == []
        await console.pilot.press("escape")
        await console.until(lambda: "A. H." not in console.text())
        assert console.app.watched.standing().state is State.LIVE


async def test_a_minute_back_and_on(tmp_path: Path) -> None:
    """Farther back than anything is kept says so; on from the last minute is the present."""
    async with opened(tmp_path) as console:
        await console.pilot.press("left_square_bracket")
        await console.until(lambda: "intet gemt" in console.notices())
        assert console.app.watched.then is None
        console.clock.ahead += 90.0
        console.agent.tell("room", wire.RoomChanged(now=console.app.watched.now() + 90, row=room("new", "Nye Navn")))
        await console.until(lambda: "Nye Navn" in console.text())
        await console.pilot.press("left_square_bracket")
        await console.until(lambda: "Nye Navn" not in console.text())
        await console.pilot.press("right_square_bracket")
        await console.until(lambda: console.app.watched.then is None)
        await console.until(lambda: "Nye Navn" in console.text())


@pytest.mark.parametrize(("text", "ago"), [("10:42", 18 * 60), ("10.42:30", 17.5 * 60), ("11:01", 86400 - 60)])
def test_a_time_of_day_is_the_last_one(text: str, ago: float) -> None:
    """Of today, or of yesterday when it is still to come today."""
    eleven = moment("11:00", 1_795_381_467.0)
    assert eleven is not None
    assert moment(text, eleven) == eleven - ago


@pytest.mark.parametrize("text", ["", "10", "25:00", "10:60", "x", "10:42:99", "1042"])
def test_what_is_no_time_is_none(text: str) -> None:
    """Nothing is guessed."""
    assert moment(text, 1_795_381_467.0) is None


async def test_the_list_is_saved_as_it_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the home folder, for its owner alone, with masked names; a second one at the same second is refused aloud."""
    monkeypatch.setenv("HOME", str(tmp_path))
    async with opened(tmp_path, agent=FakeAgent(), frozen=True) as console:
        await console.pilot.press("E")
        await console.until(lambda: "rækker gemt" in console.notices())
        rows = _saved(tmp_path)
        assert len(rows) == 1 + len(console.shift.view.order)
        assert any("J. K." in row for row in rows)
        await console.pilot.press("E")
        await console.until(lambda: "kunne ikke skrives" in console.notices())


def _saved(folder: Path) -> list[list[str]]:
    (path,) = folder.glob("portner-rooms-*.csv")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))


def test_nothing_in_a_csv_is_computed(tmp_path: Path) -> None:
    """A name that begins like a formula is words; line ends and quotes stay in their cell."""
    columns = (Column("a", "Navn", 5), Column("b", "", 5))
    text = as_csv(columns, [(Cell('=HYPERLINK("x")'), Cell("a\r\nb")), (Cell("@x"), Cell("ok"))])
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["Navn", "b"], ["'=HYPERLINK(\"x\")", "a\r\nb"], ["'@x", "ok"],
    ]  # fmt: skip
    write_new(tmp_path / "x.csv", text)
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "x.csv", text)
