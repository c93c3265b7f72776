"""Order, filter and sums."""

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.a_day import a_day, a_days_alerts, person, room
from tui.board.board import Board
from tui.board.heard import Happened, Picture
from tui.board.listing import next_in_need
from tui.board.query import COLUMNS, Tally, View
from tui.board.sorting import Sort
from xmpp_agent import wire

NOW = 1_000_000.0
P = wire.RoomPhase
DAY = {row.key: row for row in a_day(NOW)}


def _view(**more: object) -> View:
    view = View(lambda phase: phase.value)
    for name, value in more.items():
        setattr(view, name, value)
    view.update(DAY, DAY.keys(), hold=False, now=NOW)
    return view


ROWS = st.builds(
    lambda number, phase, waits, staff: room(
        f"r{number}",
        staff,
        phase=phase,
        waiting=tuple(person(f"k{each}", "A. H.", wait, NOW) for each, wait in enumerate(waits)),
    ),
    st.integers(0, 9),
    st.sampled_from(list(P)),
    st.lists(st.integers(0, 20), max_size=3),
    st.sampled_from(["Mette", "Ole", "Karen"]),
)


SORTS = st.builds(Sort, st.sampled_from(list(COLUMNS)), st.booleans())


@given(rows=st.lists(ROWS, max_size=25), sort=SORTS, text=st.sampled_from(["", "ole", "!ole"]))
def test_change_by_change_is_the_same_as_all_at_once(rows: list[wire.RoomRow], sort: Sort, text: str) -> None:
    """Order and sums kept up to date by single changes are those computed from nothing."""
    board, view, tally = Board(), View(lambda phase: phase.value), Tally()
    rooms = board.rooms
    view.choose(rooms, sort=sort, filter_text=text, now=NOW)
    for number, row in enumerate(rows):
        touched = board.take(Happened("s1", number, wire.RoomChanged(now=NOW, row=row)))
        view.update(rooms, touched, hold=False, now=NOW)
        tally.update(board, touched)

    fresh, counted = View(lambda phase: phase.value), Tally()
    fresh.choose(rooms, sort=sort, filter_text=text, now=NOW)
    counted.update(board, rooms.keys())
    assert view.order == fresh.order
    assert tally.sums() == counted.sums()


def test_need_comes_first() -> None:
    """Stuck and frozen rooms come first, then people to be judged, then the longest wait; quiet closed rooms last."""
    order = [key.removeprefix("s1/") for key in _view().order]

    assert order[:5] == ["r7", "r3", "r1", "r5", "r2"]
    assert order[-2:] == ["r12", "r13"]


def test_while_held_nothing_moves() -> None:
    """A held view drops rooms that went, puts new ones last, and moves nothing; released, it sorts."""
    view = _view()
    before = list(view.order)
    rooms = {**DAY, "s1/new": room("new", "Aa", phase=P.STUCK)}
    del rooms[before[0]]

    view.update(rooms, {"s1/new", before[0]}, hold=True, now=NOW)

    assert view.order == [*before[1:], "s1/new"]
    assert view.held
    view.update(rooms, set(), hold=False, now=NOW)
    assert view.order[0] == "s1/new"


def test_filter_words() -> None:
    """Every word must match somewhere; a word after ! must not; the state's word counts."""
    view = _view()

    view.choose(DAY, sort=Sort("staff"), filter_text="psyk VISIT !hjort", now=NOW)

    assert view.order == ["s1/r4"]


def test_next_in_need_goes_round() -> None:
    """From one in need to the next, round the end; from nowhere to the first; to nothing when there is none."""
    order, needy = _view().order, {"s1/r7", "s1/r3", "s1/r1"}

    assert next_in_need(order, needy, None) == "s1/r7"
    assert next_in_need(order, needy, "s1/r7") == "s1/r3"
    assert next_in_need(order, needy, "s1/r1") == "s1/r7"
    assert next_in_need(["s1/r9"], needy, "s1/r9") is None


def test_sums_of_the_day() -> None:
    """The top line's figures."""
    link, alerts = wire.Link(state="live", since=NOW, now=NOW), tuple(a_days_alerts(NOW))
    board, tally = Board(), Tally()
    board.take(Picture(wire.Board(at_event="s1:0", now=NOW, link=link, rooms=tuple(DAY.values()), alerts=alerts)))
    board.take(Happened("s1", 1, wire.Note(room=DAY["s1/r9"].room, kind="wrote")))
    tally.update(board, board.keys())

    total = tally.sums()

    assert (total.rooms, total.visits, total.waiting, total.needy) == (10, 4, 6, 4)
    assert total.longest_since == NOW - 12.4 * 60
