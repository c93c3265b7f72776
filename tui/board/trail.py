"""One person, room, recording, call or invitation followed over all screens, by the keys of the wire and never by name.

Somebody who waits is known by their knock, also inside; what is recorded meanwhile by room and time. Whoever is gone is
followed no longer.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from tui.board.board import Board
from tui.board.happenings import Happenings, Line
from tui.board.queue import Waiting
from xmpp_agent import wire

PATIENCE: Final = 5.0
"""Seconds somebody may be in neither place: let in and not yet told of inside, or a reload."""
_EARLY: Final = 5.0
"""Seconds a recording may say it began before the visit did: the clocks are two."""
Followed = wire.RoomRow | wire.RecordingRow | wire.CallRow | wire.InvitationRow | Waiting


class Where(StrEnum):
    """Where the one followed is now."""

    WAITING = "waiting"
    INSIDE = "inside"
    ROOM = "room"
    """The room itself is followed."""
    RECORDING = "recording"
    CALL = "call"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Trail:
    """Who or what is followed. Keys are those of rows."""

    where: Where
    key: str
    """Of the row it is: the room's for somebody who waits or is inside."""
    knock: str = ""
    since: float = float("-inf")
    """INSIDE: when the visit began, the agent's clock."""
    seen: float = 0.0
    """When it was last where it is, the agent's clock."""
    recordings: frozenset[str] = frozenset()
    """Keys of those of the visit."""


def begun(row: Followed, now: float) -> Trail:
    """Follow it from here on."""
    match row:
        case Waiting(room=room, person=person):
            return Trail(Where.WAITING, room.key, person.knock, seen=now)
        case wire.RoomRow():
            return Trail(Where.ROOM, row.key)
        case wire.RecordingRow():
            return Trail(Where.RECORDING, row.key, recordings=frozenset({row.key}))
        case wire.CallRow():
            return Trail(Where.CALL, row.key)
        case wire.InvitationRow():
            return Trail(Where.INVITATION, row.key)


def went_on(trail: Trail, board: Board, now: float) -> Trail | None:
    """Where it is by now; None: it is gone."""
    match trail.where:
        case Where.WAITING | Where.INSIDE:
            return _person(trail, board, now)
        case Where.RECORDING:
            left = trail.recordings & board.recordings.keys()
            return replace(trail, key=min(left), recordings=left) if left else None
        case _:
            return trail if board.row(trail.key) is not None else None


def rows_of(trail: Trail, board: Board) -> frozenset[str]:
    """Keys of all rows it is seen in, on any screen."""
    found = {trail.key, *trail.recordings}
    if trail.where is Where.WAITING:
        found |= {f"{trail.key}\0{trail.knock}", trail.knock}
    row = board.row(trail.key)
    if isinstance(row, wire.CallRow) and (room := board.named(row.room)) is not None:
        found.add(room.key)
    if isinstance(row, wire.RoomRow):
        found |= {key for key, call in board.calls.items() if call.room == row.room}
        if trail.where is Where.ROOM:
            found |= _recordings(board, row, float("-inf"))
    return frozenset(found)


def person(trail: Trail, board: Board) -> Waiting | None:
    """The one who waits; None: not there."""
    room = board.rooms.get(trail.key)
    for place, each in enumerate(room.waiting if room is not None else (), 1):
        if room is not None and each.knock == trail.knock:
            return Waiting(room, each, place)
    return None


def last_line(trail: Trail, board: Board, happenings: Happenings) -> Line | None:
    """What last happened to it, as far as it was told of."""
    row = board.row(trail.key)
    if row is None:
        return None
    about, room = _about(trail, row), row.room if isinstance(row, wire.RoomRow) else ""
    lines = (line for line in reversed(happenings.lines) if line.knock in about or (room and line.room == room))
    if trail.knock:
        lines = (line for line in lines if line.knock in about)
    return next(lines, None)


def _about(trail: Trail, row: wire.RoomRow | wire.RecordingRow | wire.CallRow | wire.InvitationRow) -> set[str]:
    match row:
        case wire.RoomRow():
            return {trail.knock} - {""}
        case wire.RecordingRow():
            return {row.recording}
        case wire.CallRow():
            return {row.call}
        case wire.InvitationRow():
            return {row.appointment}


def _person(trail: Trail, board: Board, now: float) -> Trail | None:
    room = board.rooms.get(trail.key)
    if room is not None and trail.knock in room.inside:
        since = room.visit_since if room.visit_since is not None else now
        known = trail.recordings | _recordings(board, room, since)
        return replace(trail, where=Where.INSIDE, since=since, seen=now, recordings=known)
    if person(trail, board) is not None:
        return replace(trail, where=Where.WAITING, seen=now)
    if now - trail.seen < PATIENCE:
        return trail
    left = trail.recordings & board.recordings.keys()
    return Trail(Where.RECORDING, min(left), recordings=left) if left else None


def _recordings(board: Board, room: wire.RoomRow, since: float) -> frozenset[str]:
    return frozenset(
        key
        for key, row in board.recordings.items()
        if row.room == room.room and (row.began is not None and row.began >= since - _EARLY)
    )
