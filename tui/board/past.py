"""What was on the board before: any moment of the last hours, as a board of its own.

Kept are whole boards now and then (their rows are shared, so that one costs little), and what happened after each.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from tui.board.board import Board
from tui.board.heard import Happened, Picture

CHAPTER: Final = 300.0
"""Seconds after which the next whole board is kept: a look back replays no more than these."""
KEPT: Final = 20_000
"""Events kept. On a day with two changes a second these are the last three hours; on a wilder one, fewer."""


@dataclass(slots=True)
class _Chapter:
    began: float
    board: Board
    events: list[tuple[float, Happened]] = field(default_factory=list)


@dataclass(slots=True)
class Past:
    """Times are of the agent's clock, seconds since 1970."""

    kept: int = KEPT
    _chapters: deque[_Chapter] = field(default_factory=deque)
    _count: int = 0

    def take(self, heard: Picture | Happened, after: Board, at: float) -> None:
        """Take in what was heard at `at`; `after`: the board with it."""
        if isinstance(heard, Happened) and self._chapters and at < self._chapters[-1].began + CHAPTER:
            self._chapters[-1].events.append((at, heard))
            self._count += 1
        else:
            self._chapters.append(_Chapter(at, after.copy()))
        while self._count > self.kept and len(self._chapters) > 1:
            self._count -= len(self._chapters.popleft().events)

    def begins(self) -> float | None:
        """The earliest moment there is; None before the first picture."""
        return self._chapters[0].began if self._chapters else None

    def at(self, when: float) -> Board | None:
        """The board as it was; None when that is too long ago."""
        chapter = next((each for each in reversed(self._chapters) if each.began <= when), None)
        if chapter is None:
            return None
        board = chapter.board.copy()
        for at, happened in chapter.events:
            if at > when:
                break
            board.take(happened)
        return board
