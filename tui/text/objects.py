"""The board as JSON, one object a line, for scripts. The shapes are in docs/console.md; rows are the wire's own.

Only ASCII goes out, so that no name can command the terminal it may end on. Left out are a citizen's own words and
what would lead from a line to a case: a line is soon a log.
"""

import json
from collections.abc import Sequence
from typing import Final

from tui.board.alerts import unseen
from tui.board.board import Board
from tui.board.freshness import Standing
from tui.board.happenings import Line
from tui.board.query import Tally
from tui.board.queue import Waiting
from tui.text.voice import Other
from xmpp_agent import wire

LEFT_OUT: Final = frozenset({"case", "number", "appointment"})
"""Of a recording's, call's or invitation's row."""
_TYPES: Final = {wire.RecordingRow: "recording", wire.CallRow: "call", wire.InvitationRow: "invitation"}


class Objects:
    """Says what there is to say as JSON objects; each names what it is in `type`. Times: seconds since 1970, UTC."""

    def head(self, board: Board, now: float, standing: Standing) -> list[str]:
        """Connection and sums. `current` false: nothing below is to be relied on."""
        tally = Tally()
        tally.update(board, board.rooms.keys())
        total = tally.sums()
        return _line(
            "head",
            now=now,
            current=standing.may_act,
            state=standing.state.value,
            seconds=standing.seconds,
            why=standing.why,
            rooms=total.rooms,
            visits=total.visits,
            waiting=total.waiting,
            longest_since=total.longest_since,
            alerts=len(unseen(board.alerts)),
        )

    def status(self, board: Board, now: float) -> list[str]:
        """Each room."""
        return [line for row in board.rooms.values() for line in self.room(row, now)]

    def everything(self, board: Board, now: float) -> list[str]:
        """Each room, with who waits in it, and each row of the other lists."""
        others: list[Other] = [*board.recordings.values(), *board.calls.values(), *board.invitations.values()]
        return self.status(board, now) + [line for row in others for line in self.other(row, now)]

    def queue(self, waiters: Sequence[Waiting], now: float) -> list[str]:
        """Everybody who waits."""
        return [line for each in waiters for line in _waiter(each, now)]

    def room(self, row: wire.RoomRow, now: float) -> list[str]:
        """One room."""
        return _line("room", now=now, row=row.plain())

    def other(self, row: Other, now: float) -> list[str]:
        """One recording, hotline call or invitation that did not arrive."""
        return _line(_TYPES[type(row)], now=now, row=_told(row))

    def gone(self, key: str) -> list[str]:
        """Nothing more to show of it."""
        return _line("gone", key=key)

    def note(self, line: Line, note: wire.Note) -> list[str]:
        """What happened, without anybody's words."""
        return _line("note", now=line.at, note=note.kind, room=note.room, knock=note.knock, masked=line.who)

    def alert(self, alert: wire.AlertRow, now: float) -> list[str]:
        """What somebody must look at, or that somebody has seen it or has it now."""
        numbers: dict[str, float] = {"seconds": now - alert.began}
        counts = {"limit": alert.limit, "people": alert.people, "attempts": alert.attempts}
        numbers |= {name: count for name, count in counts.items() if count}
        handled = {"owner": alert.owner, "seen_by": alert.seen_by, "seen_at": alert.seen_at}
        return _line("alert", now=now, **_alert(alert), since=alert.since, numbers=numbers, **handled)

    def over(self, alert: wire.AlertRow, now: float) -> list[str]:
        """Nobody needs to look at it any more."""
        return _line("over", now=now, **_alert(alert))


def _told(row: Other) -> dict[str, object]:
    return {name: value for name, value in row.plain().items() if name not in LEFT_OUT}


def _alert(alert: wire.AlertRow) -> dict[str, object]:
    about = {"about": alert.about, "knock": alert.knock, "unit": alert.unit}
    return {"key": alert.key, "alert": alert.kind.value, **about, "staff": alert.staff, "masked": alert.masked}


def _waiter(waiter: Waiting, now: float) -> list[str]:
    room = waiter.room
    about = {"room": room.room, "unit": room.unit, "staff": list(room.staff), "place": waiter.place}
    return _line("waiting", now=now, **about, row=waiter.person.plain())


def _line(kind: str, **values: object) -> list[str]:
    return [json.dumps({"type": kind, **values})]
