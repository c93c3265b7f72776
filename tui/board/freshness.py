"""How old what is shown is, and whether a door may be touched on the strength of it.

The agent sends a sign of life every 5 s. Silence beyond `LATE_AFTER` is late; a broken connection, or silence
beyond `GIVE_UP_AFTER`, is lost. After a break events alone make nothing current: more of what was missed may be on its
way, until the agent says (a sign of life) that this was all. Times named `at` and `now` are of one clock that is never
set back and goes on while the machine sleeps, handed in.
"""

from dataclasses import dataclass
from enum import StrEnum

from tui.board.heard import Asked, Event, Happened, Heard, Lost, Picture, Stale
from xmpp_agent import wire

LATE_AFTER = 7.0
GIVE_UP_AFTER = 20.0


class State(StrEnum):
    """Strictly one of these is true; only LIVE is current."""

    LIVE = "live"
    LOADING = "loading"
    """Connected, and no picture yet."""
    LATE = "late"
    LOST = "lost"
    SIGN_IN = "sign_in"
    """Somebody must sign in."""
    LINK_RESYNCING = "link_resyncing"
    """The agent is there and takes the picture anew from Prosody."""
    LINK_LOST = "link_lost"
    """The agent is there and does not see Prosody."""
    PAST = "past"
    """A person looks at how it was."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the state line says."""

    state: State
    seconds: int = 0
    """Since when (LATE, LINK_*), or until the next attempt (LOST); PAST: how many changes came since."""
    why: str = ""
    """LOST: key of the texts."""

    @property
    def may_act(self) -> bool:
        """Whether doors may be worked. Anything but live is a no."""
        return self.state is State.LIVE


@dataclass(slots=True)
class Hearing:
    """When the agent was last heard, and what its clock said then."""

    heard_at: float | None = None
    retry_at: float | None = None
    why: str = ""
    pictured: bool = False
    """Whether what the board holds has no hole."""
    signing_in: bool = False
    _agent_now: float = 0.0
    _agent_at: float = 0.0

    def take(self, heard: Heard, at: float) -> None:
        """Note that something was heard, or that the connection is gone."""
        self.signing_in = isinstance(heard, Asked)
        if isinstance(heard, Asked):
            return
        if isinstance(heard, Lost):
            self.retry_at = at + heard.retry_in
            self.why = heard.why
            return
        self.heard_at = at
        if not isinstance(heard, Happened):
            self.retry_at = None
        if isinstance(heard, Picture):
            self.pictured, self.heard_at = True, at - heard.took
            self._told(heard.board.now, at)
        elif isinstance(heard, Stale):
            self.pictured = False
        elif isinstance(heard, Happened):
            self._told_by(heard.event, at)

    def agent_now(self, now: float) -> float:
        """The agent's clock, seconds since 1970. Stands still once nothing is heard: an age that goes on
        counting would look current."""
        if self.heard_at is None:
            return self._agent_now
        return self._agent_now + min(now, self.heard_at + LATE_AFTER) - self._agent_at

    def standing(self, link: wire.Link | None, now: float) -> Standing:
        """What may be said of the picture at `now`."""
        if self.signing_in:
            return Standing(State.SIGN_IN)
        if self.retry_at is not None:
            return Standing(State.LOST, max(0, round(self.retry_at - now)), self.why)
        if self.heard_at is None or link is None or not self.pictured:
            return Standing(State.LOADING)
        silence = now - self.heard_at
        if silence > LATE_AFTER:
            return Standing(State.LATE, int(silence))
        if link.state != "live":
            state = State.LINK_LOST if link.state == "lost" else State.LINK_RESYNCING
            return Standing(state, max(0, int(self.agent_now(now) - link.since)))
        return Standing(State.LIVE)

    def _told_by(self, event: Event, at: float) -> None:
        match event:
            case wire.RoomChanged(now=now) | wire.RecordingChanged(now=now) | wire.Link(now=now):
                self._told(now, at)
            case (
                wire.CallChanged(now=now)
                | wire.InvitationChanged(now=now)
                | wire.NumbersChanged(now=now)
                | wire.AuditNews(now=now)
                | wire.AlertChanged(now=now)
                | wire.ShiftNoteChanged(now=now)
            ):
                self._told(now, at)
            case _:
                pass

    def _told(self, agent_now: float, at: float) -> None:
        self._agent_now = agent_now
        self._agent_at = at
