"""All that one running console knows: board, hearing and happenings, and what changed since it was last drawn.

A person may look at how it was: then the board is the one of that moment, time stands still, and nothing may be done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tui.board.board import Board
from tui.board.freshness import Hearing, Standing, State
from tui.board.happenings import Happenings
from tui.board.heard import Asked, Happened, Heard, Picture, RoomEvent
from tui.board.office import lost
from tui.board.past import Past
from tui.board.trail import Trail, went_on
from xmpp_agent import wire

_LOUD: Final = frozenset({"wrote"})
"""Notes that ring the bell, beside alerts. A knock does not: on a busy board that would be noise."""


@dataclass(slots=True)
class Watch:
    """`clock` is monotonic, seconds."""

    clock: Callable[[], float]
    live: Board = field(default_factory=Board)
    past: Past = field(default_factory=Past)
    hearing: Hearing = field(default_factory=Hearing)
    happenings: Happenings = field(default_factory=Happenings)
    loud: bool = False
    """Something happened that should be heard; whoever rings sets it back."""
    trail: Trail | None = None
    """Who or what is followed over all screens."""
    behind: int = 0
    """Changes that came since a person began to look at how it was."""
    _then: tuple[float, Board] | None = None
    _lost: set[str] = field(default_factory=set)
    """Keys of calls that are lost."""
    _rung: set[str] = field(default_factory=set)
    """Keys of alerts that are there, whether they rang or were acknowledged when they came."""
    _another: bool = False
    """Whether somebody was asked to sign in since the last picture."""
    _touched: set[str] = field(default_factory=set)
    _touched_recordings: set[str] = field(default_factory=set)
    _touched_calls: set[str] = field(default_factory=set)
    _touched_invitations: set[str] = field(default_factory=set)
    _touched_audit: set[str] = field(default_factory=set)
    _touched_alerts: set[str] = field(default_factory=set)

    @property
    def board(self) -> Board:
        """What is to be seen: as it is, or as it was then."""
        return self.live if self._then is None else self._then[1]

    @property
    def then(self) -> float | None:
        """The moment looked at, the agent's clock; None: now."""
        return None if self._then is None else self._then[0]

    def look_back(self, when: float | None) -> bool:
        """Look at the board of that moment; None: at the present. False: it is not kept that far back."""
        found = None if when is None else self.past.at(when)
        if when is not None and found is None:
            return False
        before = self.board
        self.behind = self.behind if self._then is not None and when is not None else 0
        self._then = None if when is None or found is None else (when, found)
        for board in (before, self.board):
            self._touch(board.keys())
        return True

    def take(self, heard: Heard) -> None:
        """Take in what the stream said."""
        self.hearing.take(heard, self.clock())
        self._another = self._another or isinstance(heard, Asked)
        if isinstance(heard, Picture) and self._another:
            self._forget()
        if not isinstance(heard, Picture | Happened):
            return
        if isinstance(heard, Happened) and isinstance(heard.event, wire.Note):
            self._note(heard.event)
        if isinstance(heard, Happened) and isinstance(heard.event, RoomEvent):
            self._touched |= self.live.take(heard)
        else:
            self._take_more(heard)
        self.past.take(heard, self.live, self.hearing.agent_now(self.clock()))
        self.behind += self._then is not None

    def follow(self) -> Trail | None:
        """Where the one followed is by now; nobody when they are gone. At another moment nobody is looked for."""
        if self.trail is not None and self._then is None:
            self.trail = went_on(self.trail, self.live, self.hearing.agent_now(self.clock()))
        return self.trail

    def _forget(self) -> None:
        """Somebody signed in anew, who may be another and see other units: what was is not theirs."""
        self._another = False
        self.look_back(None)
        self.past, self.happenings, self.trail = Past(), Happenings(), None

    def take_touched_recordings(self) -> set[str]:
        """Keys of recordings that may look different since this was last asked."""
        touched, self._touched_recordings = self._touched_recordings, set()
        return touched

    def take_touched_calls(self) -> set[str]:
        """Keys of hotline calls (others do no harm) that may look different since this was last asked."""
        touched, self._touched_calls = self._touched_calls, set()
        return touched

    def take_touched_invitations(self) -> set[str]:
        """Keys of invitations (others do no harm) that may look different since this was last asked."""
        touched, self._touched_invitations = self._touched_invitations, set()
        return touched

    def take_touched_audit(self) -> set[str]:
        """Keys of lines of the audit (others do no harm) that came or went since this was last asked."""
        touched, self._touched_audit = self._touched_audit, set()
        return touched

    def take_touched_alerts(self) -> set[str]:
        """Keys of alerts (others do no harm) that may look different since this was last asked."""
        touched, self._touched_alerts = self._touched_alerts, set()
        return touched

    def take_touched(self) -> set[str]:
        """Keys of rooms (others do no harm) that may look different since this was last asked."""
        touched, self._touched = self._touched, set()
        return touched

    def read(self, key: str) -> None:
        """A room was looked at."""
        if self._then is None and key in self.live.unread:
            self.live.read(key)
            self._touched.add(key)

    def now(self) -> float:
        """The agent's clock, as far as it was heard, or the moment looked at."""
        return self.hearing.agent_now(self.clock()) if self._then is None else self._then[0]

    def standing(self) -> Standing:
        """Whether the picture is current, this very moment."""
        if self._then is not None:
            return Standing(State.PAST, self.behind)
        return self.hearing.standing(self.live.link, self.clock())

    def _take_more(self, heard: Picture | Happened) -> None:
        """An alert rings once, however often the picture is taken anew, and not when somebody has acknowledged it."""
        touched = self.live.take(heard)
        self._touch(touched)
        for key in sorted(_newly(lost(self.live.calls, touched), touched, self._lost)):
            self.happenings.lost(self.live.calls[key], self.hearing.agent_now(self.clock()))
        there = touched & self.live.alerts.keys()
        newly = _newly(there, touched, self._rung)
        self.loud = self.loud or any(self.live.alerts[key].seen_at is None for key in newly)

    def _touch(self, keys: set[str]) -> None:
        self._touched |= keys
        self._touched_recordings |= keys
        self._touched_calls |= keys
        self._touched_invitations |= keys
        self._touched_audit |= keys
        self._touched_alerts |= keys

    def _note(self, note: wire.Note) -> None:
        self.happenings.note(note, self.live, self.hearing.agent_now(self.clock()))
        self.loud = self.loud or note.kind in _LOUD


def _newly(there: set[str], touched: set[str], before: set[str]) -> set[str]:
    """Those of the touched that are there and were not; `before` is brought up to date."""
    newly = there - before
    before -= touched - there
    before |= there
    return newly
