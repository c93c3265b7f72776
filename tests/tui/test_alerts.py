"""What a person must look at, and in which order everybody waits: computed from the board alone."""

import pytest

from tests.tui.a_day import a_day, person, recording, room
from tui.board.alerts import FROZEN_TOO_LONG, AlertKind, raised
from tui.board.board import Board
from tui.board.query import LONG_WAIT
from tui.board.queue import one_queue
from xmpp_agent import wire

NOW = 1_800_000_000.0
P = wire.RoomPhase


def board_of(*rows: wire.RoomRow | wire.RecordingRow) -> Board:
    """A board with these on it."""
    board = Board()
    board.rooms = {row.key: row for row in rows if isinstance(row, wire.RoomRow)}
    board.recordings = {row.key: row for row in rows if isinstance(row, wire.RecordingRow)}
    board.stuck = {key for key, row in board.recordings.items() if row.stuck}
    return board


def test_a_mornings_alerts_stand_in_order_of_urgency() -> None:
    """Stuck, frozen, a stuck recording, somebody to judge, a long wait; each with since when and its numbers."""
    stuck = recording("a", "missing", stuck=True, since=NOW - 90, attempts=3)
    found = raised(board_of(*a_day(NOW), stuck, recording("b", "on")), NOW)
    assert [(alert.kind, alert.key) for alert in found] == [
        (AlertKind.STUCK_TURNOVER, "s1/r7"),
        (AlertKind.FROZEN, "s1/r3"),
        (AlertKind.STUCK_RECORDING, "s1/recording/a"),
        (AlertKind.JUDGE, "s1/r1"),
        (AlertKind.LONG_WAIT, "s1/r1"),
    ]
    assert [alert.since for alert in found] == pytest.approx(
        [None, NOW - 75, NOW - 90, NOW - 1.1 * 60, NOW - 12.4 * 60]
    )
    assert found[1].numbers == {"seconds": 75, "limit": FROZEN_TOO_LONG}
    assert found[2].numbers == {"seconds": 90, "attempts": 3}
    assert found[4].numbers == pytest.approx({"seconds": 744, "limit": LONG_WAIT, "people": 2})


@pytest.mark.parametrize(("seconds", "there"), [(FROZEN_TOO_LONG - 0.1, False), (FROZEN_TOO_LONG, True)])
def test_staff_who_drop_for_a_moment_are_no_alert(seconds: float, there: bool) -> None:
    """A room without staff counts from the limit on."""
    frozen = room("a", "Ole", phase=P.FROZEN, frozen_since=NOW - seconds)
    assert bool(raised(board_of(frozen), NOW)) is there


def test_a_wait_is_an_alert_from_the_limit_on() -> None:
    """Not a moment before, and whatever the room is doing."""
    row = room("a", "Ole", phase=P.CLOSED, waiting=(person("k", "A. H.", 10, NOW),))
    assert raised(board_of(row), NOW - 1) == []
    assert [alert.kind for alert in raised(board_of(row), NOW)] == [AlertKind.LONG_WAIT]


def test_one_queue_keeps_the_order_of_each_room() -> None:
    """First come first, over all rooms; but who was put behind another in their own room stays there."""
    rows = (
        room("a", "Ole", waiting=(person("a1", "A", 3, NOW), person("a2", "B", 9, NOW), person("a3", "C", 1, NOW))),
        room("b", "Eva", waiting=(person("b1", "D", 5, NOW), person("b2", "E", 2, NOW))),
    )
    assert [(each.person.knock, each.place) for each in one_queue(rows)] == [
        ("b1", 1), ("a1", 1), ("a2", 2), ("b2", 2), ("a3", 3),
    ]  # fmt: skip
