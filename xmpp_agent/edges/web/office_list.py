"""Hotline calls and missed invitations on the board: made once for the first who looks, then only what changed.

As with recordings (recording_list.py) board and events come from the same rows, and nothing is made while nobody looks.
All is looked at again from time to time, too: time itself changes it, and so do commands outside the agent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.wire_base import Wire

GATHER = 0.1
"""Seconds in which changes become one question to the database."""
REST = 5.0
"""Seconds after the database could not answer."""


class Keyed(Protocol):
    """A row that has a key."""

    @property
    def key(self) -> str:
        """Stable."""
        ...


Row = TypeVar("Row", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Shown(Generic[Row]):
    """A row, and whose supervisors see it."""

    unit: str
    row: Row


Look = Callable[[Collection[str] | None], Awaitable[Mapping[str, tuple[Shown[Row], ...]]]]
"""By appointment: the rows there are now, of these appointments (None: of all). Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[Row]):
    """What a change of such a row is called and says."""

    name: str
    changed: Callable[[Row], Wire]
    gone: Callable[[str], Wire]


class OfficeList(Generic[Row]):
    """Rows of one kind. `changed`, `look_again` and `forget` may be called at any time."""

    def __init__(self, kind: Kind[Row], look: Look[Row], feed: Feed, report: Callable[[BaseException], None]) -> None:
        """`report` hears of a database that is away."""
        self._kind, self._look, self._feed, self._report = kind, look, feed, report
        self._shown: dict[str, tuple[Shown[Row], ...]] | None = None
        """By appointment; None: not made yet."""
        self._dirty: set[str] = set()
        self._everything = False
        self._forgotten = 0
        self._one_at_a_time = asyncio.Lock()
        self._work: asyncio.Task[None] | None = None

    @property
    def is_made(self) -> bool:
        """Whether there are rows, or nobody has asked for them yet."""
        return self._shown is not None

    async def ready(self) -> None:
        """Make the rows if there are none. Raises Unavailable."""
        async with self._one_at_a_time:
            while self._shown is None:
                forgotten = self._forgotten
                found = await self._look(None)
                if forgotten == self._forgotten:
                    self._shown = dict(found)

    def rows(self, units: frozenset[str]) -> tuple[Row, ...]:
        """What a supervisor of these units sees, as published up to now."""
        all_ = (self._shown or {}).values()
        return tuple(each.row for some in all_ for each in some if may_see(units, each.unit))

    def changed(self, appointment: str) -> None:
        """Something about this appointment was written."""
        if not self._feed.is_wanted:
            self.forget()
            return
        self._dirty.add(appointment)
        self._begin()

    def look_again(self) -> None:
        """Time has passed."""
        if not self._feed.is_wanted:
            self.forget()
        elif self._shown is not None:
            self._everything = True
            self._begin()

    def forget(self) -> None:
        """The rows may be different from here on; whoever looks gets them anew."""
        if self._shown is not None:
            self._feed.start_over()
        self._shown = None
        self._forgotten += 1

    async def stop(self) -> None:
        """Publish no more."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    def _begin(self) -> None:
        if self._work is None or self._work.done():
            self._work = asyncio.get_running_loop().create_task(self._publish())

    async def _publish(self) -> None:
        pause = GATHER
        while self._dirty or self._everything:
            await asyncio.sleep(pause)
            pause = GATHER
            try:
                await self._publish_some()
            except Unavailable as error:
                self._report(error)
                pause = REST

    async def _publish_some(self) -> None:
        async with self._one_at_a_time:
            dirty, everything, forgotten = frozenset(self._dirty), self._everything, self._forgotten
            self._dirty -= dirty  # what is written while the database is asked is asked for again
            self._everything = False
            try:
                found = await self._look(None if everything else dirty)
            except Unavailable:
                self._dirty |= dirty
                self._everything = self._everything or everything
                raise
            if self._shown is None or forgotten != self._forgotten:
                return
            for appointment in {*found, *dirty, *(self._shown if everything else ())}:
                self._put(appointment, found.get(appointment, ()))

    def _put(self, appointment: str, now: tuple[Shown[Row], ...]) -> None:
        if self._shown is None:
            return
        before = {each.row.key: each for each in self._shown.get(appointment, ())}
        after = {each.row.key: each for each in now}
        if now:
            self._shown[appointment] = now
        else:
            self._shown.pop(appointment, None)
        for key, each in before.items():
            if key not in after or after[key].unit != each.unit:  # who saw it before may not see it any more
                self._feed.publish(each.unit, f"{self._kind.name}_gone", self._kind.gone(key))
        for key, each in after.items():
            if before.get(key) != each:
                self._feed.publish(each.unit, self._kind.name, self._kind.changed(each.row))
