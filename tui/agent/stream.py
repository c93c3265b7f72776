"""Follows the agent for as long as the console runs: first a picture, then events, and after every break the same.

What it yields is complete: an event is either in it, or a `Stale`/`Lost` and a new `Picture` come instead.
Words that cannot be read, and event names not known, count as a break: a picture with a hole is never current.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import httpx
from pydantic import ValidationError

from tui.agent.client import AgentClient, Refused, Unanswered
from tui.agent.sse import Parser, Said, TooLong
from tui.board.heard import Alive, Event, Happened, Heard, Lost, Picture, Stale, parse_id
from xmpp_agent import wire

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 5.0
"""Seconds. One console on one Unix socket: an agent that is back should be seen within moments."""

_KINDS: Final[dict[str, type[Event]]] = {
    "room": wire.RoomChanged,
    "room_gone": wire.RoomGone,
    "recording": wire.RecordingChanged,
    "recording_gone": wire.RecordingGone,
    "link": wire.Link,
    "note": wire.Note,
}


class Unreadable(Exception):
    """The agent said something this console does not understand."""


class _Hole(Exception):
    """The agent no longer keeps the events after our last one."""


@dataclass(slots=True)
class Stream:
    """One follower. `sleep` and `chance` (0 ≤ x < 1) are handed in so that tests need not wait."""

    client: AgentClient
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    _after: str = ""
    """Id of the last event taken in; empty: a picture is needed."""
    _breaks: int = 0
    _holes: int = 0
    """Holes in a row without an event between; more than one would be a circle."""

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
                if self._holes == 1:
                    continue
                why = "refused"
            except (httpx.TransportError, Unanswered, OSError):
                why = "no_answer"
            except Refused as no:
                self._after = ""
                why = "not_allowed" if no.problem.status in (401, 403) else "refused"
            except (Unreadable, TooLong, UnicodeDecodeError):
                self._after = ""
                why = "unreadable"
            pause = self._pause()
            yield Lost(pause, why)
            await self.sleep(pause)

    async def _once(self) -> AsyncGenerator[Heard, None]:
        if not self._after:
            board = await self.client.board()
            self._heard(board.at_event)
            yield Picture(board)
        parser = Parser()
        async with self.client.events(self._after) as chunks:
            async for chunk in chunks:
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
            event = kind.model_validate_json(said.data)
        except ValidationError as error:
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

    def _pause(self) -> float:
        """Full jitter: anything between nothing and a ceiling that doubles with each break."""
        ceiling = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._breaks, 10))
        self._breaks += 1
        return max(0.05, ceiling * self.chance())
