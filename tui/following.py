"""Follows the agent in lines: the picture, and then what changes above a chosen level."""

from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import StrEnum

from tui.agent.client import AgentClient
from tui.agent.stream import Stream
from tui.board.alerts import in_order
from tui.board.board import Board
from tui.board.freshness import State
from tui.board.heard import Asked, Event, Happened, Heard, Picture
from tui.board.watch import Watch
from tui.clock import elapsed
from tui.text.voice import Row, Voice
from xmpp_agent import wire

Write = Callable[[str], None]
Ask = Callable[[Asked], None]


def ask_nobody(asked: Asked) -> None:
    """Where nobody can be asked, as on the Unix socket."""
    del asked


class Level(StrEnum):
    """How much of what changes is told; each tells what those after it tell, too."""

    ALL = "all"
    NOTES = "notes"
    """What happened to people, and alerts."""
    ALERTS = "alerts"


async def keep_reading(client: AgentClient, level: Level, voice: Voice, write: Write, ask: Ask = ask_nobody) -> None:
    """Write the picture, and then what changes above the level, until cancelled. `ask`: see `plain.read_once`."""
    watcher = Watcher(Watch(elapsed), level, voice)
    async with client, aclosing(Stream(client).follow()) as stream:
        async for heard in stream:
            for line in watcher.hear(heard):
                write(line)
            if isinstance(heard, Asked):
                ask(heard)


@dataclass(slots=True)
class Watcher:
    """Remembers what was said, so that only what is different is said again, also after a break."""

    watch: Watch
    level: Level
    voice: Voice
    _said: dict[str, Row] = field(default_factory=dict)
    _alerts: dict[str, wire.AlertRow] = field(default_factory=dict)
    _standing: tuple[State, str] | None = None

    def hear(self, heard: Heard) -> list[str]:
        """What is to be said of it; a sign of life, too, is worth a look."""
        self.watch.take(heard)
        lines = self._connection()
        if self.watch.board.link is None:
            return lines
        touched = self.watch.take_touched()
        if self.level is Level.ALL:
            lines += self._rows(heard, touched)
        if isinstance(heard, Happened) and self.level is not Level.ALERTS:
            lines += self._note(heard.event)
        return lines + self._alarms()

    def _connection(self) -> list[str]:
        standing = self.watch.standing()
        here = standing.state, standing.why
        if here == self._standing:
            return []
        self._standing = here
        return self.voice.head(self.watch.board, self.watch.now(), standing)

    def _rows(self, heard: Heard, touched: Iterable[str]) -> list[str]:
        board, now = self.watch.board, self.watch.now()
        if isinstance(heard, Picture) and not self._said:
            self._said = {**board.rooms, **board.recordings, **board.calls, **board.invitations}
            return self.voice.everything(board, now)
        return [line for key in sorted(touched) for line in self._row(key, board, now)]

    def _row(self, key: str, board: Board, now: float) -> list[str]:
        row = board.row(key)
        before = self._said.pop(key, None)
        if row is None:
            return self.voice.gone(key) if before is not None else []
        self._said[key] = row
        if row == before:
            return []
        return self.voice.room(row, now) if isinstance(row, wire.RoomRow) else self.voice.other(row, now)

    def _note(self, event: Event) -> list[str]:
        return self.voice.note(self.watch.happenings.lines[-1], event) if isinstance(event, wire.Note) else []

    def _alarms(self) -> list[str]:
        """Nothing is raised or over on the strength of a picture that is not current."""
        now, here = self.watch.now(), self.watch.board.alerts
        if not self.watch.standing().may_act or here == self._alerts:
            return []
        before, self._alerts = self._alerts, dict(here)
        over = [self.voice.over(row, now) for key, row in before.items() if key not in here]
        told = [self.voice.alert(row, now) for row in in_order(here) if _news(row, before.get(row.key))]
        return [line for lines in (*over, *told) for line in lines]


def _news(row: wire.AlertRow, before: wire.AlertRow | None) -> bool:
    """Whether it is new, or somebody has seen, taken or given it back since."""
    return before is None or (row.seen_at, row.owner_id) != (before.seen_at, before.owner_id)
