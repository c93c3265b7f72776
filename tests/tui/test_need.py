"""Which rooms need somebody: by the alerts of the agent and by what a citizen wrote, not by a rule of its own."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.a_day import alert, person, room
from tests.tui.opened import opened
from tests.tui.some_numbers import NO_TARGET, a_days_numbers, numbers
from tui.board.board import Board
from tui.board.heard import Event, Happened, Picture
from tui.board.need import NOTHING, Need
from tui.board.numbers import wait_target
from tui.board.query import Tally
from tui.settings import Settings
from tui.text import rooms
from tui.text.rooms import wait_tone
from tui.text.words import Words
from xmpp_agent import wire

NOW = 1_795_424_520.0
WORDS = Words(Settings())
LINK = wire.Link(state="live", since=0, now=NOW)
KEYS = st.sampled_from(["a", "b", "c"])


def _raised(ident: str, about: str, kind: str = "long_wait", *, seen: bool = False) -> wire.AlertChanged:
    row = alert(ident, kind, about and f"s1/{about}", seen_at=NOW if seen else None)
    return wire.AlertChanged(now=NOW, row=row)


def _over(ident: str) -> wire.AlertGone:
    return wire.AlertGone(key=f"s1/alert/{ident}")


def _room(key: str) -> wire.RoomChanged:
    return wire.RoomChanged(now=NOW, row=room(key, "Mette Holm"))


def _wrote(key: str) -> wire.Note:
    return wire.Note(room=room(key, "Mette Holm").room, kind="wrote")


EVENTS = st.lists(
    st.one_of(
        KEYS.map(_room),
        KEYS.map(lambda key: wire.RoomGone(key=f"s1/{key}")),
        KEYS.map(_wrote),
        st.builds(lambda ident, about, seen: _raised(ident, about, seen=seen), KEYS, KEYS | st.just(""), st.booleans()),
        KEYS.map(_over),
    ),
    max_size=30,
)


def _needy(board: Board) -> set[str]:
    """The rule itself, looking at everything."""
    told = {row.about for row in board.alerts.values() if row.seen_at is None}
    return {key for key in board.rooms if key in told or board.unread.get(key)}


@given(events=EVENTS, data=st.data())
def test_the_count_follows_the_alerts(events: list[Event], data: st.DataObject) -> None:
    """Change by change, whichever of room and alert came first, and over a picture taken anew: as many rooms as an
    unacknowledged alert is about, or an unread message stands in."""
    board, tally = Board(), Tally()
    anew = data.draw(st.integers(0, len(events)))
    for number, event in enumerate(events):
        if number == anew:
            shown = {"rooms": tuple(board.rooms.values())[:1], "alerts": tuple(board.alerts.values())[:1]}
            picture = wire.Board.of({"at_event": f"s1:{number}", "now": NOW, "link": LINK, **shown})
            tally.update(board, board.take(Picture(picture)))
        tally.update(board, board.take(Happened("s1", number + 1, event)))
        needy = _needy(board)
        assert tally.sums().needy == len(needy)
        assert {key for key in board.rooms if board.need(key)} == needy


@given(events=EVENTS)
def test_a_room_that_needs_somebody_else_than_before_is_told(events: list[Event]) -> None:
    """It is among the keys answered for the event, and what was kept of the board before stays as it was."""
    board = Board()
    for number, event in enumerate(events):
        before = board.copy()
        kept = {key: board.need(key) for key in board.rooms}
        touched = board.take(Happened("s1", number, event))
        assert {key for key in board.rooms if board.need(key) != before.need(key)} <= touched
        assert {key: before.need(key) for key in kept} == kept


def test_what_somebody_has_seen_counts_no_more() -> None:
    """Of two alerts about a room one is acknowledged, then the other is over; what is about no room harms nobody."""
    board = Board()
    steps: tuple[tuple[Event, set[str]], ...] = (
        (_raised("a", "r", "judge"), {"judge"}),
        (_raised("b", "r", "frozen"), {"judge", "frozen"}),
        (_raised("c", ""), {"judge", "frozen"}),
        (_raised("a", "r", "judge", seen=True), {"frozen"}),
        (_over("b"), set()),
    )
    for number, (event, kinds) in enumerate(steps):
        board.take(Happened("s1", number, event))
        assert board.need("s1/r").kinds == kinds
    assert (board.need("s1/r"), board.rings) == (NOTHING, {})


@pytest.mark.parametrize(
    ("kinds", "unread", "shown"),
    [
        ((), 0, ("", "plain")),
        ((), 2, ("✉", "warn")),
        (("frozen",), 0, ("!", "warn")),
        (("judge",), 1, ("!", "warn")),
        (("judge", "long_wait"), 0, ("!", "bad")),
        (("stuck_turnover",), 0, ("!", "bad")),
    ],
)
def test_the_mark_says_how_much(kinds: tuple[str, ...], unread: int, shown: tuple[str, str]) -> None:
    """By the kinds of alerts; a message alone has a sign of its own."""
    need = Need(frozenset(map(wire.AlertKind, kinds)), unread)
    cell = rooms.cells(room("r", "Mette"), NOW, need, NO_TARGET, WORDS)[0]
    assert (cell.text, cell.tone) == shown


def test_a_wait_is_coloured_by_its_units_own_target() -> None:
    """At the limit is over it; each unit by its own; without a target, or of a unit not told of, never."""
    told = a_days_numbers(NOW)
    nord, syd = wait_target(told, "Jobcenter Nord"), wait_target(told, "Psykiatri Syd")
    assert [wait_tone(each, nord) for each in (419.9, 420.0, 599.9, 600.0)] == ["plain", "warn", "warn", "bad"]
    assert [wait_tone(each, syd) for each in (600.0, 630.0, 900.0)] == ["plain", "warn", "bad"]
    none = numbers(longest_wait={"amber": None, "red": None, "light": "none"})
    assert {wait_tone(1e6, wait_target(each, "")) for each in ({}, {"": none})} == {"plain"}


async def test_the_agent_says_who_needs_somebody(tmp_path: Path) -> None:
    """However long somebody waits: the top line, the mark and n know of it when the agent raises it, and no more once
    somebody has acknowledged it; the wait's colour is that of the unit's target."""
    waits = room("r", "Mette Holm", waiting=(person("k", "A. H.", 45),))
    async with opened(tmp_path, [room("q", "Ole Juhl"), waits], frozen=True) as console:
        agent, board = console.agent, console.app.watched.board

        def inks() -> list[str]:
            cells = console.shift.row_cells(waits.key, board.rooms[waits.key])
            return [cells[index].tone for index in (0, -1)]

        await console.until(lambda: "intet kræver dig" in console.text())
        await console.pilot.press("n")
        await console.until(lambda: "Ingen lokaler kræver dig." in console.notices())
        assert inks() == ["plain", "plain"]

        agent.put_numbers(*a_days_numbers(agent.now()).values())
        agent.put_alert(alert("w", "long_wait", waits.key, knock="k"))
        await console.until(lambda: "! 1 kræver dig" in console.text())
        await console.go_to("q")
        await console.pilot.press("n")
        assert console.shift.chosen() == board.rooms[waits.key]
        assert inks() == ["bad", "bad"]

        agent.put_alert(alert("w", "long_wait", waits.key, knock="k", seen_at=1.0, seen_by="Anna"))
        await console.until(lambda: "intet kræver dig" in console.text())
        assert inks() == ["plain", "bad"]
