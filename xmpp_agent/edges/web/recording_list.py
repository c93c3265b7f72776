"""The recordings on the board: made once for the first who looks, then only what changed; nothing while nobody looks.

Board and events come from the same rows, so that a board holds just what was published up to its event.
"""

import asyncio
from collections.abc import Callable

from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.recording_rows import Shown, rows_of
from xmpp_agent.model.appointments import DAY
from xmpp_agent.model.recordings import Recording
from xmpp_agent.ports import Clock, Unavailable
from xmpp_agent.ports.diary import Diary
from xmpp_agent.ports.recordings import Recordings
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.wire import RecordingChanged, RecordingGone, RecordingRow

SHOWN_FOR = DAY
"""Seconds a recording stays on the board after nothing more is to come of it."""
MOST = 5000
"""Newest first; whatever is stuck is shown besides, however old."""
GATHER = 0.05
"""Seconds in which changes become one question to the database."""
AT_ONCE = 100
REST = 5.0
"""Seconds after the database could not answer."""
_ENDED = frozenset(stage.value for stage in custody.ENDED)


class RecordingList:
    """One per agent. `changed` and `forget` may be called at any time; `report` hears of a database that is away."""

    def __init__(
        self,
        recordings: Recordings,
        diary: Diary,
        feed: Feed,
        shard: str,
        clock: Clock,
        report: Callable[[BaseException], None],
    ) -> None:
        self._recordings, self._diary, self._feed = recordings, diary, feed
        self._shard, self._clock, self._report = shard, clock, report
        self._shown: dict[str, Shown] | None = None
        """By recording id; None: not made yet."""
        self._dirty: dict[str, Recording] = {}
        self._one_at_a_time = asyncio.Lock()
        self._forgotten = 0
        self._work: asyncio.Task[None] | None = None

    @property
    def is_made(self) -> bool:
        """Whether there are rows, or nobody has asked for them yet."""
        return self._shown is not None

    async def ready(self) -> None:
        """Make the rows if there are none. Raises Unavailable."""
        async with self._one_at_a_time:
            while self._shown is None:
                forgotten, since = self._forgotten, self._clock.now() - SHOWN_FOR
                found = (
                    *await self._recordings.shown(custody.ENDED, since, MOST),
                    *await self._recordings.at(custody.STUCK),
                )
                made = await rows_of(tuple({one.id: one for one in found}.values()), self._diary, self._shard)
                if forgotten == self._forgotten:
                    self._shown = {each.row.recording: each for each in made}

    def rows(self, units: frozenset[str]) -> tuple[RecordingRow, ...]:
        """What a supervisor of these units sees, as published up to now."""
        return tuple(each.row for each in (self._shown or {}).values() if may_see(units, each.unit))

    def changed(self, recording: Recording) -> None:
        """A recording was written."""
        if not self._feed.is_wanted:
            self.forget()
            return
        known = self._dirty.get(recording.id)
        if known is None or known.version <= recording.version:
            self._dirty[recording.id] = recording
        if self._work is None or self._work.done():
            self._work = asyncio.get_running_loop().create_task(self._publish())

    def forget(self) -> None:
        """The rows may be different from here on; whoever looks gets them anew."""
        if self._shown is not None:
            self._feed.start_over()
        self._shown = None
        self._forgotten += 1

    def tidy(self) -> None:
        """What has been over for long enough goes."""
        if not self._feed.is_wanted:
            self.forget()
            return
        for each in tuple((self._shown or {}).values()):
            if self._is_over(each.row):
                self._drop(each)

    async def stop(self) -> None:
        """Publish no more."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _publish(self) -> None:
        pause = GATHER
        while self._dirty:
            await asyncio.sleep(pause)
            pause = GATHER
            try:
                await self._publish_some()
            except Unavailable as error:
                self._report(error)
                pause = REST

    async def _publish_some(self) -> None:
        async with self._one_at_a_time:
            some = tuple(self._dirty.values())[:AT_ONCE]
            made = await rows_of(some, self._diary, self._shard)
            for recording, each in zip(some, made, strict=True):
                if self._dirty.get(recording.id) is recording:
                    del self._dirty[recording.id]
                self._put(each)

    def _put(self, each: Shown) -> None:
        if self._shown is None:
            return
        before = self._shown.get(each.row.recording)
        if before is not None and before.row.version > each.row.version:
            return
        if before is not None and before.unit != each.unit:  # who saw it before may not see it any more
            self._drop(before)
        if self._is_over(each.row):
            self._drop(each)
        elif before is None or before != each:
            self._shown[each.row.recording] = each
            self._feed.publish(each.unit, "recording", RecordingChanged(now=self._clock.now(), row=each.row))

    def _drop(self, each: Shown) -> None:
        if self._shown is not None and self._shown.pop(each.row.recording, None) is not None:
            self._feed.publish(each.unit, "recording_gone", RecordingGone(key=each.row.key))

    def _is_over(self, row: RecordingRow) -> bool:
        return row.stage.value in _ENDED and self._clock.now() - row.since >= SHOWN_FOR
