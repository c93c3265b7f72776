"""The board: what it makes of pictures and events."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.a_day import person, room
from tests.tui.every_kind import EVENTS, PLACES, board_after, held, place_of, rows_after
from tui.agent.stream import _KINDS
from tui.board.board import Board
from tui.board.heard import Event, Happened, Picture
from xmpp_agent import wire

LINK = wire.Link(state="live", since=0, now=0)
UNTOLD = frozenset({"numbers", "shift_notes"})
"""Drawn as a whole, not row by row."""


def _changed(key: str, visit: int, waiting: int) -> wire.RoomChanged:
    people = tuple(person(f"{key}{each}", "A. H.", each, 1000.0) for each in range(waiting))
    return wire.RoomChanged(now=float(visit), row=room(key, "Mette Holm", visit=visit, waiting=people))


def _took(events: list[Event], picture_at: int, resumed_at: int) -> Board:
    board = Board()
    board.take(Picture(board_after(events[:picture_at])))
    for number, event in enumerate(events[resumed_at:], resumed_at + 1):
        board.take(Happened("s1", number, event))
    return board


def _known(board: Board) -> dict[tuple[str, str], object]:
    """Every row, by place and key."""
    return {(place, key): row for place in PLACES.values() for key, row in held(board, place).items()}


def _rings(board: Board) -> dict[str, set[str]]:
    """By key of the row they are about: alerts nobody has acknowledged, found by looking at all of them."""
    unseen = [row for row in board.alerts.values() if row.seen_at is None and row.about]
    return {row.about: {other.key for other in unseen if other.about == row.about} for row in unseen}


def _as_seen(board: Board) -> Board:
    """All of a board but what no picture tells: how many messages nobody has looked at, and lines nobody was told."""
    seen = board.copy()
    seen.unread.clear()
    seen.audit.skipped = 0
    return seen


@pytest.mark.parametrize("name", sorted(_KINDS))
def test_every_kind_of_event_is_of_the_wire_and_has_a_place(name: str) -> None:
    """What the stream understands is what the wire's own description lists, and each kind is on the board or said not
    to be."""
    described = str(wire.__doc__).partition("`event: ")[2].partition("`")[0]
    assert sorted("".join(described.split()).split("|")) == sorted(_KINDS)
    place = place_of(name)
    assert place is None or hasattr(Board(), place)


@given(events=EVENTS, data=st.data())
def test_any_split_gives_the_same_board(events: list[Event], data: st.DataObject) -> None:
    """Wherever the picture is taken, and however far events before it are repeated, all ends up the same."""
    picture_at = data.draw(st.integers(0, len(events)))
    resumed_at = data.draw(st.integers(0, picture_at))

    board = _took(events, picture_at, resumed_at)

    whole = Board()
    whole.take(Picture(board_after(events)))
    assert _as_seen(board) == _as_seen(whole)
    assert _known(board) == {
        (place, key): row for place, rows in rows_after(events).items() for key, row in rows.items()
    }
    assert board.copy() == board
    assert board.rings == _rings(board)
    assert board.stuck == {key for key, row in board.recordings.items() if row.stuck}
    assert {row.room: row for row in board.rooms.values()} == {
        row.room: board.named(row.room) for row in board.rooms.values()
    }


@given(events=EVENTS, data=st.data())
def test_what_was_seen_before_changes_nothing(events: list[Event], data: st.DataObject) -> None:
    """Events the picture already holds are neither shown for a moment nor told as touched."""
    picture_at = data.draw(st.integers(0, len(events)))
    board = _took(events[:picture_at], picture_at, picture_at)
    before = _known(board)

    for number, event in enumerate(events[:picture_at], 1):
        assert board.take(Happened("s1", number, event)) == set()
        assert _known(board) == before


@given(events=EVENTS)
def test_what_changed_is_always_told(events: list[Event]) -> None:
    """A row that differs after an event is among the keys answered for that event."""
    board = Board()
    board.take(Picture(board_after([])))
    for number, event in enumerate(events, 1):
        before = _known(board)
        touched = board.take(Happened("s1", number, event))
        after = _known(board)
        different = {each for each in before.keys() | after.keys() if before.get(each) != after.get(each)}
        assert {key for place, key in different if place not in UNTOLD} <= touched


def test_a_new_picture_forgets_what_it_does_not_show() -> None:
    """After a resync a room that is not in the picture is gone, and told as touched."""
    board = _took([_changed("a", 1, 0), _changed("b", 1, 0)], 0, 0)

    touched = board.take(Picture(board_after([_changed("b", 2, 0)])))

    assert set(board.rooms) == {"s1/b"}
    assert touched == {"s1/a", "s1/b"}


def test_an_agent_that_counts_anew_is_believed_after_its_picture() -> None:
    """A picture resets the count, so that events of a restarted agent with low numbers are not dropped."""
    board = _took([_changed("a", number, 0) for number in range(9)], 0, 0)
    board.take(Picture(board_after([])))

    board.take(Happened("s1", 1, _changed("a", 77, 0)))

    assert board.rooms["s1/a"].visit == 77


def test_messages_are_unread_until_looked_at() -> None:
    """A citizen's message marks its room until somebody looks, and a closed room takes its mark along."""
    board = _took([_changed("a", 1, 1)], 0, 0)
    note = wire.Note(room=room("a", "x").room, kind="wrote", knock="a0", text="hej")

    touched = board.take(Happened("s1", 2, note))

    assert (touched, board.unread) == ({"s1/a"}, {"s1/a": 1})
    board.take(Happened("s1", 3, wire.RoomGone(key="s1/a")))
    assert board.unread == {}


def test_five_thousand_rooms_are_taken_in_quickly() -> None:
    """A whole national day's picture takes well under a second."""
    rows = tuple(room(f"r{number}", "Mette Holm") for number in range(5000))
    began = time.perf_counter()

    Board().take(Picture(wire.Board(at_event="s1:0", now=0, link=LINK, rooms=rows)))

    assert time.perf_counter() - began < 0.5
