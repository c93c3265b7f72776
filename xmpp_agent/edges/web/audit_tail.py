"""The newest lines of the audit on the console: told soon after they were written, to supervisors of their unit.

Nothing is kept here: a board reads its lines from the database, and what comes too fast is counted, not told.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable

from xmpp_agent.edges.web.audit_rows import rows_of
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.model.audit_trail import OldLine, Query
from xmpp_agent.ports import Clock, Unavailable
from xmpp_agent.ports.audit import AuditTrail
from xmpp_agent.wire_audit import AuditNews, AuditRow

NEWEST = 100
"""Lines on a board."""
NEWS_FOR = 60.0
"""Seconds after which a line that is only found now is no news: after an upgrade all the old ones are found anew."""
AT_ONCE = 50
"""Lines of a unit told in one event; of more only the newest are."""


class AuditTail:
    """`look_again` is called from time to time."""

    def __init__(self, trail: AuditTrail, feed: Feed, clock: Clock, report: Callable[[BaseException], None]) -> None:
        """`report` hears of a database that is away."""
        self._trail, self._feed, self._clock, self._report = trail, feed, clock, report
        self._work: asyncio.Task[None] | None = None

    async def newest(self, units: frozenset[str]) -> tuple[AuditRow, ...]:
        """What a supervisor of these units sees at first, oldest first. Raises Unavailable."""
        lines = await self._trail.find(Query(units), NEWEST)
        return await rows_of(self._trail, lines[::-1])

    def look_again(self) -> None:
        """Lines may have been written."""
        if self._work is None or self._work.done():
            self._work = asyncio.get_running_loop().create_task(self._look())

    async def look(self) -> None:
        """Make what was written findable, and tell of it. Raises Unavailable."""
        while lines := await self._trail.follow():
            if self._feed.is_wanted:
                await self._tell(lines)
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Tell no more."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _look(self) -> None:
        try:
            await self.look()
        except Unavailable as error:
            self._report(error)

    async def _tell(self, lines: tuple[OldLine, ...]) -> None:
        by_unit = defaultdict[str, list[OldLine]](list)
        now = self._clock.now()
        for line in lines:
            if line.spot.at > now - NEWS_FOR:
                by_unit[line.about.unit].append(line)
        for unit, theirs in by_unit.items():
            rows = await rows_of(self._trail, theirs[-AT_ONCE:])
            news = AuditNews(now=now, rows=rows, skipped=len(theirs) - len(rows))
            self._feed.publish(unit, "audit", news)  # of no unit: "", which only supervisors of all see
