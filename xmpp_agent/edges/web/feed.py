"""Events for consoles: numbered, kept for a while so that a console can go on where it was, coalesced per room."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from pydantic import BaseModel

KEPT = 5000
"""Events kept for consoles that come back."""
GATHER = 0.05
"""Seconds in which changes of one room become one event."""
ALIVE = 5.0
"""Seconds between signs of life."""


@dataclass(frozen=True, slots=True)
class Event:
    """One numbered event; `data` is JSON. `unit` None: for everybody."""

    number: int
    unit: str | None
    name: str
    data: str


class Feed:
    """Publishes rooms that changed. `rows` makes a room's event as it goes out, so that only the newest is made."""

    def __init__(self, shard: str, rows: Callable[[str], tuple[str | None, str, BaseModel]]) -> None:
        self._shard, self._rows = shard, rows
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._number = 0
        self._dirty: dict[str, None] = {}
        self._flush: asyncio.TimerHandle | None = None
        self._news = asyncio.Event()
        self._watchers = 0
        self.closed = False

    @property
    def at(self) -> str:
        """Id of the newest event."""
        return f"{self._shard}:{self._number}"

    def touch(self, node: str) -> None:
        """A room changed."""
        self._dirty[node] = None
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(GATHER, self.flush)

    def flush(self) -> None:
        """Publish what changed, now."""
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        dirty, self._dirty = self._dirty, {}
        if not self._watchers:  # nobody looks: a console that comes back reads the board anew
            self._number += bool(dirty)
            self._events.clear()
            return
        for node in dirty:
            self.publish(*self._rows(node))

    def publish(self, unit: str | None, name: str, model: BaseModel) -> None:
        """Publish one event to everybody who watches that unit."""
        self._number += 1
        self._events.append(Event(self._number, unit, name, model.model_dump_json()))
        self._wake()

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        if self._flush is not None:
            self._flush.cancel()
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def follow(self, last_id: str | None, sees: Callable[[str], bool]) -> AsyncIterator[str]:
        """The events after `last_id` of units the watcher sees, as lines of a text/event-stream.

        `resync` comes first when some are no longer kept.
        """
        self._watchers += 1
        try:
            number, lost = self._start(last_id)
            if lost:
                yield f"id: {self.at}\nevent: resync\ndata: {{}}\n\n"
            while not self.closed:
                news = self._news
                for event in [e for e in self._events if e.number > number]:
                    number = event.number
                    if event.unit is None or sees(event.unit):
                        yield f"id: {self._shard}:{number}\nevent: {event.name}\ndata: {event.data}\n\n"
                if not news.is_set():
                    try:
                        async with asyncio.timeout(ALIVE):
                            await news.wait()
                    except TimeoutError:
                        yield ": alive\n\n"
        finally:
            self._watchers -= 1

    def _start(self, last_id: str | None) -> tuple[int, bool]:
        if last_id is None:
            return self._number, False
        shard, _, digits = last_id.rpartition(":")
        number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else -1
        oldest = self._events[0].number if self._events else self._number + 1
        if shard != self._shard or number > self._number or number < oldest - 1:
            return self._number, True
        return number, False
