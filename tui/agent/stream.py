"""Follows the agent for as long as the console runs: first a picture, then events, and after every break the same.

What it yields is complete: an event is either in it, or a `Stale`/`Lost` and a new `Picture` come instead.
It is never old: what comes after a silence in which a sign of life was due (the machine slept, the terminal was not
read) may have lain around, so the line is broken off and taken up again by the last event.
Words that cannot be read, and event names not known, count as a break: a picture with a hole is never current.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from tui.agent.client import AgentClient
from tui.agent.faults import NotSignedIn, Refused, Unanswered
from tui.agent.sse import Parser, Said, TooLong
from tui.board.freshness import LATE_AFTER
from tui.board.heard import Alive, Event, Happened, Heard, Lost, Picture, Stale, parse_id
from tui.clock import elapsed
from xmpp_agent import wire
from xmpp_agent.wire_base import Malformed

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 5.0
"""Seconds. One console on one Unix socket: an agent that is back should be seen within moments."""
SIGN_IN_PAUSE: Final = 10.0
"""Seconds at least before somebody who is not signed in is asked again."""
MOST_HOLES: Final = 2
"""Holes in a row, without an event between, that are followed at once: an agent that began anew knows nothing of our
last event, and starts over once more when it sees Prosody. More would be a circle."""

_KINDS: Final[dict[str, type[Event]]] = {
    "room": wire.RoomChanged,
    "room_gone": wire.RoomGone,
    "recording": wire.RecordingChanged,
    "recording_gone": wire.RecordingGone,
    "call": wire.CallChanged,
    "call_gone": wire.CallGone,
    "invitation": wire.InvitationChanged,
    "invitation_gone": wire.InvitationGone,
    "alert": wire.AlertChanged,
    "alert_gone": wire.AlertGone,
    "shift_note": wire.ShiftNoteChanged,
    "shift_note_gone": wire.ShiftNoteGone,
    "numbers": wire.NumbersChanged,
    "audit": wire.AuditNews,
    "link": wire.Link,
    "note": wire.Note,
}


class Unreadable(Exception):
    """The agent said something this console does not understand."""


class _Hole(Exception):
    """The agent no longer keeps the events after our last one."""


class _Overslept(Exception):
    """Nothing was read for so long that what is read now may be old."""


_FAULTS: Final = (Unanswered, Refused, NotSignedIn, _Overslept, Unreadable, TooLong, UnicodeDecodeError)


@dataclass(slots=True)
class Stream:
    """One follower. `clock`: see `tui.clock`. `sleep` and `chance` (0 ≤ x < 1) are handed in so that tests need not
    wait."""

    client: AgentClient
    clock: Callable[[], float] = elapsed
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    _after: str = ""
    """Id of the last event taken in; empty: a picture is needed."""
    _breaks: int = 0
    _holes: int = 0
    """In a row, without an event between."""

    async def follow(self) -> AsyncGenerator[Heard, None]:
        """Yields for ever; never raises for anything the agent does or does not do."""
        while True:
            try:
                async with aclosing(self._once()) as once:
                    async for heard in once:
                        yield heard
                why = "ended"
            except _Hole:
                self._after = ""
                self._holes += 1
                yield Stale()
                if self._holes <= MOST_HOLES:
                    continue
                why = "refused"
            except _FAULTS as fault:
                why = self._why(fault)
            pause = max(self._pause(), SIGN_IN_PAUSE if why.startswith("sign_in") else 0.0)
            yield Lost(pause, why)
            await self.sleep(pause)

    async def _once(self) -> AsyncGenerator[Heard, None]:
        if self.client.sign_in is not None:
            async with aclosing(self.client.sign_in.ensure()) as asking:
                async for asked in asking:
                    yield asked
        pictured_at: float | None = None
        if not self._after:
            asked_at = self.clock()
            board = await self.client.board()
            self._heard(board.at_event)
            pictured_at = self.clock()
            yield Picture(board, pictured_at - asked_at)
        parser = Parser()
        async with self.client.events(self._after) as chunks:
            # A picture is current from when it came, so a sleep before the stream is open counts, too. Without one
            # nothing is current before the agent has said that nothing is missing.
            read_at = self.clock() if pictured_at is None else pictured_at
            async for chunk in chunks:
                before, read_at = read_at, self.clock()
                if read_at - before > LATE_AFTER:
                    raise _Overslept
                for said in parser.feed(chunk):
                    heard = self._understand(said)
                    self._breaks = self._holes = 0
                    yield heard

    def _understand(self, said: Said) -> Heard:
        if not said.name:
            return Alive()
        if said.name == "resync":
            raise _Hole
        kind = _KINDS.get(said.name)
        if kind is None:
            raise Unreadable(f"event name {said.name[:20]!r}")
        try:
            event = kind.read(said.data)
        except Malformed as error:
            raise Unreadable("event data") from error
        shard, number = self._heard(said.id)
        return Happened(shard, number, event)

    def _heard(self, event_id: str) -> tuple[str, int]:
        try:
            place = parse_id(event_id)
        except ValueError as error:
            raise Unreadable("event id") from error
        self._after = event_id
        return place

    def _why(self, fault: Exception) -> str:
        """A key of the texts. Whatever was not a mere break makes the next picture a whole one."""
        if isinstance(fault, NotSignedIn):
            return fault.why
        if not isinstance(fault, Refused | Unreadable | TooLong | UnicodeDecodeError):
            return "no_answer"
        self._after = ""
        return self._refused(fault.problem) if isinstance(fault, Refused) else "unreadable"

    def _refused(self, problem: wire.Problem) -> str:
        """Also what becomes of the token: whoever is no supervisor may sign in as somebody else."""
        if problem.status not in (401, 403):
            return "refused"
        if self.client.sign_in is not None:
            self.client.sign_in.rejected(renewable=problem.status == 401 and problem.reason != "signed_out")
        return "signed_out" if problem.status == 401 else "not_allowed"

    def _pause(self) -> float:
        """Full jitter: anything between nothing and a ceiling that doubles with each break."""
        ceiling = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._breaks, 10))
        self._breaks += 1
        return max(0.05, ceiling * self.chance())
