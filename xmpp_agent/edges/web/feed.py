"""Events for consoles: numbered, kept for a while so that a console can go on where it was, coalesced per room."""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from itertools import islice

from xmpp_agent.wire import RoomChanged, RoomGone, RoomRow
from xmpp_agent.wire_base import Wire

KEPT = 5000
KEPT_BYTES = 8_000_000
"""Events kept for consoles that come back or read slowly, and their size at most."""
KEPT_FOR = 30.0
"""Seconds events are made and kept after the last look at the board or the end of the last stream."""
GATHER = 0.05
"""Seconds in which changes of one room become one event."""
REST = 4.0
"""Making events takes at most one part in five of the agent's time: so many times as long as it took is gathered."""
LONGEST_REST = 1.0
"""Seconds it rests at most: a machine that stood still meanwhile had not that much to do."""
AT_ONCE = 100
"""Rooms published in one turn of the loop, so that a door never waits behind a long list."""
PIECE = 32_000
"""Characters after which no further event goes into a piece: more than that is never held for a reader who stalls."""
ALIVE = 5.0
"""Seconds between signs of life."""
ALIVE_LINE = ": alive\n\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One numbered event; `data` is JSON. `unit` None: for everybody."""

    unit: str | None
    name: str
    data: str


class Feed:
    """Publishes rooms that changed. `row` answers a room's row as it goes out (None: nothing to show), so that only
    the newest is made; `now` is the clock of the messages.

    Ids are `<shard>.<start>:<number>`; `start` is random, so that an id of an earlier agent is never taken for one of
    this one's (the console would go on with a hole in its picture).
    """

    def __init__(
        self, shard: str, row: Callable[[str], RoomRow | None], now: Callable[[], float], alive: float = ALIVE
    ) -> None:
        self._shard, self._stream = shard, f"{shard}.{secrets.token_hex(4)}"
        self._row, self._now, self._alive = row, now, alive
        self._events: deque[Event] = deque()
        self._bytes = 0
        self._number = 0
        self._floor = 0
        """Number of the newest event that is no longer kept."""
        self._dirty: dict[str, str] = {}
        self._last: dict[str, RoomRow | None] = {}
        self._flush: asyncio.TimerHandle | None = None
        self._took = 0.0
        """Seconds the last turn of making events took."""
        self._news = asyncio.Event()
        self._watchers = 0
        self._wanted_until = 0.0
        self._closed = False

    @property
    def at(self) -> str:
        """Id of the newest event."""
        return self._id(self._number)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody watches, or may be about to: without, nothing is made."""
        return self._watchers > 0 or self._now() < self._wanted_until

    def expect(self) -> None:
        """Somebody is given a board and will follow from `at` on."""
        self._wanted_until = self._now() + KEPT_FOR

    def keeps(self, last_id: str) -> bool:
        """Whether whoever goes on from that event hears of everything since."""
        return self._after(last_id) >= self._floor

    def shown(self, node: str, row: RoomRow | None) -> None:
        """A board shows this room so. Where that is not what was published last (a change is not published yet, or the
        time alone changed it), the next is published even when the room is again as it was before."""
        if node in self._dirty or self._last.get(node, row) != row:
            self._last.pop(node, None)

    def touch(self, node: str, unit: str) -> None:
        """A room of that unit changed, or may have."""
        self._dirty[node] = unit
        if self._flush is None and not self._closed:
            self._flush = asyncio.get_running_loop().call_later(max(GATHER, self._rest()), self._publish_rooms)

    def publish(self, unit: str | None, name: str, model: Wire) -> None:
        """Publish one event to everybody who watches that unit."""
        event = Event(unit, name, model.json())
        self._number += 1
        self._events.append(event)
        self._bytes += len(event.data)
        while len(self._events) > KEPT or self._bytes > KEPT_BYTES:
            self._bytes -= len(self._events.popleft().data)
            self._floor += 1
        self._wake()

    def start_over(self) -> None:
        """Everything may be different: whoever watches is told to read the board again."""
        self._number += 1
        self._floor = self._number
        self._events.clear()
        self._bytes = 0
        self._dirty.clear()
        self._last.clear()
        self._wake()

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        if self._flush is not None:
            self._flush.cancel()
        self._wake()

    def _publish_rooms(self) -> None:
        self._flush = None
        if not self.is_wanted:
            self.start_over()
            return
        began = time.perf_counter()  # the loop's own clock stands still within a turn
        try:
            for node in tuple(islice(self._dirty, AT_ONCE)):
                self._publish_room(node, self._dirty.pop(node))
        finally:
            self._took = time.perf_counter() - began
            if self._dirty:
                self._flush = asyncio.get_running_loop().call_later(self._rest(), self._publish_rooms)

    def _rest(self) -> float:
        return min(REST * self._took, LONGEST_REST)

    def _publish_room(self, node: str, unit: str) -> None:
        row = self._row(node)
        if node in self._last and self._last[node] == row:
            return
        self._last[node] = row
        if row is None:
            self.publish(unit, "room_gone", RoomGone(key=f"{self._shard}/{node}"))
        else:
            self.publish(unit, "room", RoomChanged(now=self._now(), row=row))

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _id(self, number: int) -> str:
        return f"{self._stream}:{number}"

    async def follow(self, last_id: str | None, sees: Callable[[str], bool]) -> AsyncGenerator[str, None]:
        """The events after `last_id` of units the watcher sees, as pieces of a text/event-stream. All there are by now
        are one piece: each piece costs both ends more than the events in it.

        A sign of life comes as soon as all that happened meanwhile was told, and says that nothing is missing. Where
        events between were dropped `resync` comes instead: at the start, or later when the watcher reads too slowly.
        A watcher who does not read holds nothing here but its number and a piece.
        """
        self._watchers += 1
        loop = asyncio.get_running_loop()
        try:
            number = self._number if last_id is None else self._after(last_id)
            meanwhile: int | None = self._number
            due = loop.time() + self._alive
            while not self._closed:
                news = self._news
                piece = ""
                if meanwhile is not None and number >= max(meanwhile, self._floor):
                    piece, meanwhile = ALIVE_LINE, None
                elif number < self._floor:
                    number, meanwhile = self._number, None
                    piece = f"id: {self._id(number)}\nevent: resync\ndata: {{}}\n\n"
                elif number < self._number:
                    piece, number = self._piece(number, sees)
                else:
                    await _until(news, due)
                if not piece and meanwhile is None and loop.time() >= due:  # events of other units are silence, too
                    piece = ALIVE_LINE
                if piece:
                    yield piece
                    due = loop.time() + self._alive
        finally:
            self._watchers -= 1
            self.expect()

    def _piece(self, number: int, sees: Callable[[str], bool]) -> tuple[str, int]:
        """The events after that number, and the number of the last of them."""
        lines, size = list[str](), 0
        while number < self._number and size < PIECE:
            number += 1
            lines.append(self._line(number, sees))
            size += len(lines[-1])
        return "".join(lines), number

    def _line(self, number: int, sees: Callable[[str], bool]) -> str:
        """An event that is kept; empty: it is of a unit the watcher does not see."""
        event = self._events[number - 1 - self._floor]
        if event.unit is not None and not sees(event.unit):
            return ""
        return f"id: {self._id(number)}\nevent: {event.name}\ndata: {event.data}\n\n"

    def _after(self, last_id: str) -> int:
        stream, _, digits = last_id.rpartition(":")
        known = stream == self._stream and digits.isascii() and digits.isdigit() and len(digits) < 19
        number = int(digits) if known else -1
        return number if number <= self._number else -1


async def _until(news: asyncio.Event, due: float) -> None:
    """Wait for news, at most until that time of the loop's clock."""
    try:
        async with asyncio.timeout_at(due):
            await news.wait()
    except TimeoutError:
        return
