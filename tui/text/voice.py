"""What the line mode can say; `plain.Sentences` says it to people, `objects.Objects` to scripts."""

from collections.abc import Sequence
from typing import Protocol

from tui.board.board import Board
from tui.board.freshness import Standing
from tui.board.happenings import Line
from tui.board.queue import Waiting
from xmpp_agent import wire

Other = wire.RecordingRow | wire.CallRow | wire.InvitationRow
Row = wire.RoomRow | Other


class Voice(Protocol):
    """Each answers whole lines, clean for any terminal. `now` is the agent's clock."""

    def head(self, board: Board, now: float, standing: Standing) -> list[str]:
        """Connection and sums."""
        ...

    def status(self, board: Board, now: float) -> list[str]:
        """Each room."""
        ...

    def everything(self, board: Board, now: float) -> list[str]:
        """Each room, each person who waits, each recording, hotline call and invitation that did not arrive."""
        ...

    def queue(self, waiters: Sequence[Waiting], now: float) -> list[str]:
        """Everybody who waits, in the order given."""
        ...

    def room(self, row: wire.RoomRow, now: float) -> list[str]:
        """A room that changed."""
        ...

    def other(self, row: Other, now: float) -> list[str]:
        """Anything but a room that changed."""
        ...

    def gone(self, key: str) -> list[str]:
        """What has nothing more to show."""
        ...

    def note(self, line: Line, note: wire.Note) -> list[str]:
        """What happened to somebody; never what a citizen wrote: that would lie in logs and pipes for good."""
        ...

    def alert(self, alert: wire.AlertRow, now: float) -> list[str]:
        """What somebody must look at, or that somebody has seen it or has it now."""
        ...

    def over(self, alert: wire.AlertRow, now: float) -> list[str]:
        """Nobody needs to look at it any more."""
        ...
