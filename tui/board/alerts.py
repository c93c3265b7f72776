"""What a person must look at, over everything on the board. Needs no screen and no reader: nothing counts as read.

The mark `!` of a room (`query.alerts`) also says what is new since somebody looked; here stand only facts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tui.board.board import Board
from tui.board.office import needs_somebody
from tui.board.query import LONG_WAIT
from xmpp_agent import wire

FROZEN_TOO_LONG: Final = 60.0
"""Seconds people may be in a room without staff before it is an alert; by default the visit ends after 120."""


class AlertKind(StrEnum):
    """What is wrong, most urgent first."""

    STUCK_TURNOVER = "stuck_turnover"
    """A room could not be cleared, and nobody comes in."""
    FROZEN = "frozen"
    """People are inside without staff."""
    LOST_CALL = "lost_call"
    """A hotline caller is gone, or never got the link, and nobody has promised to ring back."""
    STUCK_RECORDING = "stuck_recording"
    JUDGE = "judge"
    """The verified identity is not the invited one."""
    LONG_WAIT = "long_wait"
    NOT_REACHED = "not_reached"
    """An invitation arrived by no way; staff must call."""


@dataclass(frozen=True, slots=True)
class Raised:
    """One alert. `key` and `kind` make it the same alert from one picture to the next."""

    key: str
    """Of the room, recording, call or invitation."""
    kind: AlertKind
    since: float | None
    """The agent's clock; None: the agent does not say."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """`seconds` it has lasted, `limit` in seconds, `people` concerned, `attempts` made: those that it has."""


def raised(board: Board, now: float) -> list[Raised]:
    """Every alert at `now` (the agent's clock), most urgent kind first, then the oldest."""
    found = [alert for row in board.rooms.values() for alert in raised_by(row, now)]
    found += [alert for key in board.stuck for alert in raised_by(board.recordings[key], now)]
    found += [alert for row in board.calls.values() for alert in raised_by(row, now)]
    found += [alert for row in board.invitations.values() for alert in raised_by(row, now)]
    urgency = list(AlertKind)
    return sorted(found, key=lambda alert: (urgency.index(alert.kind), alert.since or 0.0, alert.key))


def raised_by(row: wire.RoomRow | wire.RecordingRow | wire.CallRow | wire.InvitationRow, now: float) -> list[Raised]:
    """The alerts of one row, most urgent kind first."""
    if isinstance(row, wire.RoomRow):
        return list(_of_room(row, now))
    if isinstance(row, wire.CallRow | wire.InvitationRow):
        kind = AlertKind.LOST_CALL if isinstance(row, wire.CallRow) else AlertKind.NOT_REACHED
        return [Raised(row.key, kind, row.since, {"seconds": now - row.since})] if needs_somebody(row) else []
    if not row.stuck:
        return []
    numbers = {"seconds": now - row.since, "attempts": row.attempts}
    return [Raised(row.key, AlertKind.STUCK_RECORDING, row.since, numbers)]


def _of_room(row: wire.RoomRow, now: float) -> Iterator[Raised]:
    if row.phase is wire.RoomPhase.STUCK:
        yield Raised(row.key, AlertKind.STUCK_TURNOVER, None, {"people": len(row.waiting)})
    since = row.frozen_since
    if row.phase is wire.RoomPhase.FROZEN and since is not None and now - since >= FROZEN_TOO_LONG:
        yield Raised(row.key, AlertKind.FROZEN, since, {"seconds": now - since, "limit": FROZEN_TOO_LONG})
    for kind, people in (
        (AlertKind.JUDGE, [each for each in row.waiting if each.lane == "judge"]),
        (AlertKind.LONG_WAIT, [each for each in row.waiting if now - each.since >= LONG_WAIT]),
    ):
        if people:
            since = min(each.since for each in people)
            limit = {"limit": LONG_WAIT} if kind is AlertKind.LONG_WAIT else {}
            yield Raised(row.key, kind, since, {"seconds": now - since, **limit, "people": len(people)})
