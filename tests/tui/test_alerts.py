"""Alerts on the board: in which order they stand, which of them ring; and in which order everybody waits."""

from tests.tui.a_day import a_days_alerts, person, room
from tests.tui.opened import Clock
from tui.board.alerts import in_order, unseen
from tui.board.heard import Happened, Picture
from tui.board.queue import one_queue
from tui.board.watch import Watch
from xmpp_agent import wire

NOW = 1_800_000_000.0
LINK = wire.Link(state="live", since=0, now=NOW)


def test_what_nobody_has_seen_stands_first() -> None:
    """Most urgent kind first; what was acknowledged sinks below, and stays."""
    rows = {row.key: row for row in a_days_alerts(NOW)}
    assert [row.alert for row in in_order(rows)] == ["t", "f", "w", "j"]
    assert {rows[key].alert for key in unseen(rows)} == {"t", "f", "w"}


def test_an_alert_rings_once_and_never_when_it_was_seen() -> None:
    """With the picture, and when one comes; not when the same picture is taken anew, not for what somebody has seen."""
    watch, rows = Watch(Clock(frozen=True)), a_days_alerts(NOW)
    picture = wire.Board(at_event="s1:0", now=NOW, link=LINK, rooms=(), alerts=(rows[0],))

    def rang() -> bool:
        loud, watch.loud = watch.loud, False
        return loud

    watch.take(Picture(picture))
    assert rang()
    watch.take(Picture(picture.but(alerts=(rows[0], rows[2]))))
    assert not rang()
    watch.take(Happened("s1", 1, wire.AlertChanged(now=NOW, row=rows[1])))
    assert rang()
    watch.take(Happened("s1", 2, wire.AlertChanged(now=NOW, row=rows[1].but(seen_at=NOW))))
    watch.take(Happened("s1", 3, wire.AlertGone(key=rows[0].key)))
    assert not rang()
    assert {row.alert for row in watch.board.alerts.values()} == {"j", "f"}


def test_one_queue_keeps_the_order_of_each_room() -> None:
    """First come first, over all rooms; but who was put behind another in their own room stays there."""
    rows = (
        room("a", "Ole", waiting=(person("a1", "A", 3, NOW), person("a2", "B", 9, NOW), person("a3", "C", 1, NOW))),
        room("b", "Eva", waiting=(person("b1", "D", 5, NOW), person("b2", "E", 2, NOW))),
    )
    assert [(each.person.knock, each.place) for each in one_queue(rows)] == [
        ("b1", 1), ("a1", 1), ("a2", 2), ("b2", 2), ("a3", 3),
    ]  # fmt: skip
