"""All that one running console knows: board, hearing and happenings, and what changed since it was last drawn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tui.board.board import Board
from tui.board.freshness import Hearing, Standing
from tui.board.happenings import Happenings
from tui.board.heard import Happened, Heard, Picture, RecordingEvent
from xmpp_agent import wire

_LOUD: Final = frozenset({"wrote", "stuck"})
"""Notes that ring the bell. A knock does not: on a busy board that would be noise."""


@dataclass(slots=True)
class Watch:
    """`clock` is monotonic, seconds."""

    clock: Callable[[], float]
    board: Board = field(default_factory=Board)
    hearing: Hearing = field(default_factory=Hearing)
    happenings: Happenings = field(default_factory=Happenings)
    loud: bool = False
    """Something happened that should be heard; whoever rings sets it back."""
    _touched: set[str] = field(default_factory=set)
    _touched_recordings: set[str] = field(default_factory=set)

    def take(self, heard: Heard) -> None:
        """Take in what the stream said."""
        self.hearing.take(heard, self.clock())
        if not isinstance(heard, Picture | Happened):
            return
        if isinstance(heard, Happened) and isinstance(heard.event, wire.Note):
            self._note(heard.event)
        if isinstance(heard, Picture) or isinstance(heard.event, RecordingEvent):
            self._take_recordings(heard)
        else:
            self._touched |= self.board.take(heard)

    def take_touched_recordings(self) -> set[str]:
        """Keys of recordings that may look different since this was last asked."""
        touched, self._touched_recordings = self._touched_recordings, set()
        return touched

    def take_touched(self) -> set[str]:
        """Keys of rooms (others do no harm) that may look different since this was last asked."""
        touched, self._touched = self._touched, set()
        return touched

    def read(self, key: str) -> None:
        """A room was looked at."""
        if key in self.board.unread:
            self.board.read(key)
            self._touched.add(key)

    def now(self) -> float:
        """The agent's clock, as far as it was heard."""
        return self.hearing.agent_now(self.clock())

    def standing(self) -> Standing:
        """Whether the picture is current, this very moment."""
        return self.hearing.standing(self.board.link, self.clock())

    def _take_recordings(self, heard: Picture | Happened) -> None:
        """One that is stuck rings once, however often the picture is taken anew."""
        stuck = self.board.stuck.copy()
        touched = self.board.take(heard)
        self._touched |= touched
        self._touched_recordings |= touched
        self.loud = self.loud or bool(self.board.stuck - stuck)

    def _note(self, note: wire.Note) -> None:
        self.happenings.note(note, self.board, self.now())
        self.loud = self.loud or note.kind in _LOUD
