"""The board: what it makes of pictures and events."""

import time

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.a_day import alert, call, invitation, person, recording, room
from tui.board.board import Board
from tui.board.heard import Event, Happened, Picture
from xmpp_agent import wire

LINK = wire.Link(state="live", since=0, now=0)
KEYS = ["a", "b", "c"]


def _changed(key: str, visit: int, waiting: int) -> wire.RoomChanged:
    people = tuple(person(f"{key}{each}", "A. H.", each, 1000.0) for each in range(waiting))
    return wire.RoomChanged(now=float(visit), row=room(key, "Mette Holm", visit=visit, waiting=people))


CHANGES = st.builds(_changed, st.sampled_from(KEYS), st.integers(0, 5), st.integers(0, 2))
GONE = st.sampled_from(KEYS).map(lambda key: wire.RoomGone(key=f"s1/{key}"))
RECORDED = st.builds(
    lambda ident, stage: wire.RecordingChanged(
        now=1.0, row=recording(ident, stage, since=1.0, stuck=stage in ("missing", "unmapped"))
    ),
    st.sampled_from(KEYS),
    st.sampled_from(["on", "missing", "unmapped", "filed"]),
)
UNRECORDED = st.sampled_from(KEYS).map(lambda ident: wire.RecordingGone(key=f"s1/recording/{ident}"))
RUNG = st.builds(
    lambda ident, stage, version: wire.CallChanged(
        now=1.0, row=call(ident, stage, version=version, since=1.0, made_at=1.0)
    ),
    st.sampled_from(KEYS),
    st.sampled_from(["sending", "inside", "lost", "callback"]),
    st.integers(0, 3),
)
OVER = st.sampled_from(KEYS).map(lambda ident: wire.CallGone(key=f"s1/call/{ident}"))
MISSED = st.builds(
    lambda ident, step: wire.InvitationChanged(now=1.0, row=invitation(ident, step, since=1.0, starts_at=9.0, ways=())),
    st.sampled_from(KEYS),
    st.sampled_from(["call", "retry", "way"]),
)
ARRIVED = st.sampled_from(KEYS).map(lambda ident: wire.InvitationGone(key=f"s1/invitation/{ident}/p"))
OFFICE = st.one_of(RUNG, OVER, MISSED, ARRIVED)
ALARMED = st.builds(
    lambda ident, kind, seen: wire.AlertChanged(now=1.0, row=alert(ident, kind, began=1.0, since=1.0, seen_at=seen)),
    st.sampled_from(KEYS),
    st.sampled_from(["frozen", "judge", "long_wait"]),
    st.sampled_from([None, 2.0]),
)
CALM = st.sampled_from(KEYS).map(lambda ident: wire.AlertGone(key=f"s1/alert/{ident}"))
NOTED = st.builds(
    lambda unit, text: wire.ShiftNoteChanged(now=1.0, row=wire.ShiftNoteRow(unit=unit, text=text, by="x", at=1.0)),
    st.sampled_from(KEYS),
    st.sampled_from(["first", "second"]),
)
UNNOTED = st.sampled_from(KEYS).map(lambda unit: wire.ShiftNoteGone(unit=unit))
ALERTS = st.one_of(ALARMED, CALM, NOTED, UNNOTED)
LINKS = st.sampled_from(["live", "lost", "resyncing"]).map(
    lambda state: wire.Link.model_validate({"state": state, "since": 1, "now": 2})
)
EVENTS: st.SearchStrategy[list[Event]] = st.lists(
    st.one_of(CHANGES, GONE, RECORDED, UNRECORDED, OFFICE, ALERTS, LINKS), max_size=30
)


SHOWN: dict[type[Event], str] = {
    wire.RoomChanged: "rooms", wire.RoomGone: "rooms",
    wire.RecordingChanged: "recordings", wire.RecordingGone: "recordings",
    wire.CallChanged: "calls", wire.CallGone: "calls",
    wire.InvitationChanged: "invitations", wire.InvitationGone: "invitations",
    wire.AlertChanged: "alerts", wire.AlertGone: "alerts",
    wire.ShiftNoteChanged: "shift_notes", wire.ShiftNoteGone: "shift_notes",
}  # fmt: skip
"""Where on the board it is seen."""


def _board_at(events: list[Event], number: int) -> wire.Board:
    """The picture a correct agent would give after that many events."""
    kept: dict[str, dict[str, object]] = {kind: {} for kind in SHOWN.values()}
    link = LINK
    for event in events[:number]:
        match event:
            case wire.ShiftNoteChanged():
                kept["shift_notes"][event.row.unit] = event.row
            case wire.ShiftNoteGone():
                kept["shift_notes"].pop(event.unit, None)
            case (
                wire.RoomChanged() | wire.RecordingChanged() | wire.CallChanged() | wire.InvitationChanged()
                | wire.AlertChanged()
            ):  # fmt: skip
                kept[SHOWN[type(event)]][event.row.key] = event.row
            case wire.RoomGone() | wire.RecordingGone() | wire.CallGone() | wire.InvitationGone() | wire.AlertGone():
                kept[SHOWN[type(event)]].pop(event.key, None)
            case wire.Link():
                link = event
            case wire.Note():
                pass
    shown = {kind: tuple(rows.values()) for kind, rows in kept.items()}
    return wire.Board.model_validate({"at_event": f"s1:{number}", "now": 0, "link": link, **shown})


def _took(events: list[Event], picture_at: int, resumed_at: int) -> Board:
    board = Board()
    board.take(Picture(_board_at(events, picture_at)))
    for number, event in enumerate(events[resumed_at:], resumed_at + 1):
        board.take(Happened("s1", number, event))
    return board


def _known(board: Board) -> dict[str, object]:
    """Every row, by key."""
    return {**board.rooms, **board.recordings, **board.calls, **board.invitations, **board.alerts}


@given(events=EVENTS, data=st.data())
def test_any_split_gives_the_same_board(events: list[Event], data: st.DataObject) -> None:
    """Wherever the picture is taken, and however far events before it are repeated, all ends up the same."""
    picture_at = data.draw(st.integers(0, len(events)))
    resumed_at = data.draw(st.integers(0, picture_at))

    board = _took(events, picture_at, resumed_at)

    whole = _took(events, 0, 0)
    assert (board.rooms, board.recordings, board.link) == (whole.rooms, whole.recordings, whole.link)
    assert (board.calls, board.invitations) == (whole.calls, whole.invitations)
    assert (board.alerts, board.shift_notes) == (whole.alerts, whole.shift_notes)
    assert board.copy() == board
    assert board.stuck == whole.stuck == {key for key, row in board.recordings.items() if row.stuck}
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
    board.take(Picture(_board_at([], 0)))
    for number, event in enumerate(events, 1):
        before = _known(board)
        touched = board.take(Happened("s1", number, event))
        after = _known(board)
        assert {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)} <= touched


def test_a_new_picture_forgets_what_it_does_not_show() -> None:
    """After a resync a room that is not in the picture is gone, and told as touched."""
    board = _took([_changed("a", 1, 0), _changed("b", 1, 0)], 0, 0)

    touched = board.take(Picture(_board_at([_changed("b", 2, 0)], 1)))

    assert set(board.rooms) == {"s1/b"}
    assert touched == {"s1/a", "s1/b"}


def test_an_agent_that_counts_anew_is_believed_after_its_picture() -> None:
    """A picture resets the count, so that events of a restarted agent with low numbers are not dropped."""
    board = _took([_changed("a", number, 0) for number in range(9)], 0, 0)
    board.take(Picture(_board_at([], 0)))

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
