"""Ordering by any column of any list: stable, turned round on the second press, what is unknown last either way."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.a_day import a_day, call, invitation, recording
from tests.tui.draw import board_of_a_day
from tests.tui.fake_agent import FakeAgent
from tests.tui.opened import NARROW, Opened, opened
from tui.board.audit import COLUMNS as AUDIT_COLUMNS
from tui.board.listing import Listing
from tui.board.office import CALL_COLUMNS, INVITATION_COLUMNS
from tui.board.query import COLUMNS as ROOM_COLUMNS
from tui.board.query import View
from tui.board.queue import COLUMNS as PEOPLE_COLUMNS
from tui.board.recordings import COLUMNS as RECORDING_COLUMNS
from tui.board.sorting import By, Sort, following, pressed, worded
from tui.screens.listed import ListScreen
from tui.settings import Settings
from tui.text import audit, calls, invitations, queue, recordings, rooms
from tui.text.words import Words

NOW = 1_000_000.0
Item = tuple[str, float | None, str]
ITEMS = st.lists(
    st.tuples(
        st.sampled_from("abcdef"), st.none() | st.integers(0, 3).map(float), st.sampled_from(["", "Å", "a", "æ"])
    ),
    max_size=12,
    unique_by=lambda item: item[0],
)
ABLE = {"number": By[Item](lambda item: item[1], falling=True), "word": By[Item](lambda item: worded(item[2]))}


def _listed(items: Sequence[Item], sort: Sort) -> list[str]:
    listing = Listing[Item](ABLE, sort, staff=lambda item: "", hay=lambda item: "")
    listing.update({item[0]: item for item in items}, [item[0] for item in items], hold=False, now=NOW)
    return listing.order


@given(items=ITEMS, column=st.sampled_from(list(ABLE)))
def test_turned_round_alike_stay_and_unknown_stay_last(items: list[Item], column: str) -> None:
    """Both ways the same rows, the known ones the other way round by value, those alike by key, the unknown last."""
    up, down = _listed(items, Sort(column)), _listed(items, Sort(column, falling=True))
    rows = {item[0]: ABLE[column].value(item) for item in items}
    for order in (up, down):
        assert sorted(order) == sorted(rows)
        known = [rows[key] is not None for key in order]
        assert known == sorted(known, reverse=True)
        for before, after in itertools.pairwise(order):
            assert rows[before] != rows[after] or before < after
    assert [rows[key] for key in up if rows[key] is not None] == [
        rows[key] for key in reversed(down) if rows[key] is not None
    ]


@given(texts=st.lists(st.text(max_size=4), min_size=1, max_size=8))
def test_words_turned_round_are_the_words_the_other_way(texts: list[str]) -> None:
    """Also where one word begins another, and whatever characters there are."""
    items = [(chr(97 + number), None, text) for number, text in enumerate(texts)]
    words = {item[0]: worded(item[2]) for item in items}
    up = [words[key] for key in _listed(items, Sort("word")) if words[key] is not None]
    down = [words[key] for key in _listed(items, Sort("word", falling=True)) if words[key] is not None]
    assert up == sorted(word for word in words.values() if word is not None)
    assert down == up[::-1]


def test_danish_has_its_own_end_of_the_alphabet() -> None:
    """z, æ, ø, å; capitals are no different."""
    assert sorted(["Åse", "Øjvind", "zeb", "Ære", "abe"], key=lambda name: worded(name) or "") == [
        "abe", "zeb", "Ære", "Øjvind", "Åse",
    ]  # fmt: skip


def test_pressed_and_next() -> None:
    """The first press has the column's own way, the second turns it; the key goes through the columns shown."""
    now = pressed(ABLE, Sort("word"), "number")
    assert now == Sort("number", falling=True)
    assert pressed(ABLE, now, "number") == Sort("number")
    assert pressed(ABLE, now, "picture") == now
    shown = ["word", "picture", "number"]
    assert following(ABLE, Sort("word"), shown) == Sort("number", falling=True)
    assert following(ABLE, Sort("number"), shown) == Sort("word")
    assert following(ABLE, Sort("gone"), shown) == Sort("word")
    assert following(ABLE, Sort("word"), ["word"]) == Sort("word")
    assert {Sort.from_text(sort.text) for sort in (Sort("a"), Sort("a", falling=True))} == {Sort("a"), Sort("a", True)}


def test_every_column_of_every_list_can_order_it() -> None:
    """No title is dead."""
    words = Words(Settings())
    for shown, able in (
        (rooms.columns(words), set(ROOM_COLUMNS)),
        (recordings.columns(words), set(RECORDING_COLUMNS)),
        (calls.columns(words), set(CALL_COLUMNS)),
        (queue.columns(words), set(PEOPLE_COLUMNS)),
        (audit.columns(words), set(AUDIT_COLUMNS)),
        (invitations.columns(words), set(INVITATION_COLUMNS)),
    ):
        assert {column.id for column in shown} == able


def test_an_unknown_order_changes_nothing() -> None:
    """Such as one kept by another version."""
    view, rows = View(lambda phase: phase.value), {row.key: row for row in a_day(NOW)}
    view.choose(rows, sort=Sort("nothing"), filter_text="", now=NOW)
    assert view.sort == Sort("alert", falling=True)
    assert len(view.order) == len(rows)


def _several() -> FakeAgent:
    agent = board_of_a_day()
    agent.recordings |= {row.key: row for row in (recording(f"x{each}", "missing", since=each) for each in range(4))}
    agent.calls |= {row.key: row for row in (call(f"x{each}", "lost", staff=f"S{each}") for each in range(4))}
    agent.invitations |= {row.key: row for row in (invitation(f"x{each}", "retry") for each in range(4))}
    return agent


def _list(console: Opened) -> ListScreen[object]:
    assert isinstance(console.live, ListScreen)
    return console.live


@pytest.mark.parametrize("key", ["1", "2", "3", "4", "5"])
async def test_on_every_list_by_key_and_by_title(tmp_path: Path, key: str) -> None:
    """s goes on to the next column, S turns, a click on a title orders by it, a second one turns; the title bears the
    sign, and the cursor stays on its row."""
    async with opened(tmp_path, a_day(NOW), agent=_several(), frozen=True) as console:
        await console.pilot.press(key)
        await console.until(lambda: isinstance(console.live, ListScreen) and console.live.is_mounted)
        screen = _list(console)
        grid = screen.grid(screen.MAIN)
        await console.until(lambda: len(grid.order) > 3)
        chosen = grid.order[2]
        grid.put_cursor(chosen)
        console.clock.ahead += 3
        first = screen.view.sort
        await console.pilot.press("s")
        ids = grid.chosen_columns()
        assert screen.view.sort.column == ids[(ids.index(first.column) + 1) % len(ids)]
        await console.pilot.press("S")
        turned = screen.view.sort
        assert turned.falling is not screen.view.columns[turned.column].falling
        x = 2
        for index, width in grid._laid_out:
            if grid.columns[index].id == "staff":
                await console.pilot.click(grid, offset=(x + 2, 1))
                await console.until(lambda: screen.view.sort == Sort("staff"))
                await console.until(lambda: "Medarbejder↑" in console.text())
                await console.pilot.click(grid, offset=(x + 2, 1))
                await console.until(lambda: screen.view.sort == Sort("staff", falling=True))
                await console.until(lambda: "Medarbejder↓" in console.text())
                assert "sortering: medarbejder ↓" in console.text()
            x += width + 1
        assert screen.view.sort.column == "staff"
        assert grid.cursor == chosen
        assert grid.order == screen.view.order


async def test_the_sign_is_seen_on_the_narrowest_title(tmp_path: Path) -> None:
    """In ASCII too, and on a column without a title."""
    async with opened(tmp_path, size=NARROW, settings=Settings(signs="ascii")) as console:
        await console.until(lambda: "sortering: behov v" in console.text())
        assert any(line.startswith("  v Tilstand") for line in console.text().splitlines())
