"""The numbers on the board: made every five seconds while somebody looks, sent when they changed, counted always."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.alert_list import AlertList
from xmpp_agent.edges.web.answers import shown, who_asks
from xmpp_agent.edges.web.audience import same_units
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.number_rows import day_of, row_of
from xmpp_agent.flows.figures import KEPT, Counting
from xmpp_agent.model.figures import NOBODYS
from xmpp_agent.ports import Clock, Unavailable
from xmpp_agent.rules.figures.series import HOUR
from xmpp_agent.rules.figures.targets import together
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.wire import Numbers, NumbersChanged, Series, UnitNumbers

EVERY = 5.0
"""Seconds between two looks, and between two events of one unit at least."""
READ_EVERY = 30.0
"""Seconds what the database says may be old."""
READ_SELDOM = 120.0
"""The same while nobody looks: who waits in a shared queue is in the marks of the day."""
DAY_EVERY = 60.0
"""Seconds the day's series may be old."""
REST = 30.0
"""Seconds after the database could not answer."""


class NumberBoard:
    """One per agent; `report` hears of a database that is away. Without it the numbers go on with what is known."""

    def __init__(
        self,
        counting: Counting,
        alerts: AlertList,
        feed: Feed,
        clock: Clock,
        is_live: Callable[[], bool],
        report: Callable[[BaseException], None],
    ) -> None:
        """`is_live`: whether the house is what Prosody has."""
        self._counting, self._alerts, self._feed, self._clock = counting, alerts, feed, clock
        self._is_live, self._report = is_live, report
        self._shown: dict[str, UnitNumbers] = {}
        """As last sent, by unit."""
        self._together: dict[frozenset[str], UnitNumbers] = {}
        """The same for all units of a supervisor, by what they supervise."""
        self._days: dict[frozenset[str], tuple[float, Series]] = {}
        self._read_at = float("-inf")
        self._try_at = float("-inf")
        self._recalled = self._saw = False
        self._one_at_a_time = asyncio.Lock()
        self._work: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to count."""
        self._work = asyncio.get_running_loop().create_task(self._count())

    async def stop(self) -> None:
        """Write down what is new, and count no more."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
            await self._with_database(self._clock.now())

    async def ready(self, units: frozenset[str]) -> None:
        """Know what is needed for the rows of a supervisor of these units, as far as the database can be asked."""
        self._feed.expect()
        now = self._clock.now()
        await self._with_database(now)
        await self._look_for_alerts()
        theirs = self._units(units)
        await self._read_day(theirs, now)
        for unit in theirs:
            await self._read_day((unit,), now)

    def rows(self, units: frozenset[str]) -> tuple[UnitNumbers, ...]:
        """What a supervisor of these units sees, as sent up to now: all together, then each by name."""
        now = self._clock.now()
        theirs = self._units(units)
        if units not in self._together:
            self._together[units] = self._row("", theirs, now)
        for unit in theirs:
            if unit and unit not in self._shown:
                self._shown[unit] = self._row(unit, (unit,), now)
        return (self._together[units], *(self._shown[unit] for unit in theirs if unit))

    def numbers(self, units: frozenset[str]) -> Numbers:
        """The same by itself."""
        return Numbers(now=self._clock.now(), rows=self.rows(units))

    async def _count(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  # what cannot be counted now is counted with the next look
                self._report(error)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Count, write down what is new, and send what changed to whoever looks on."""
        now = self._clock.now()
        seeing = self._is_live()
        if seeing and not self._saw:
            self._recalled = False  # another agent may have counted meanwhile
        self._saw = seeing
        self._counting.look(now, seeing=seeing)
        await self._with_database(now)
        if self._feed.is_wanted:
            await self._send(now)
        else:
            self._shown.clear()
            self._together.clear()
            self._days.clear()

    async def _send(self, now: float) -> None:
        for unit in sorted((self._counting.units() | self._shown.keys()) - {NOBODYS}):
            await self._read_day((unit,), now)
            row = self._row(unit, (unit,), now)
            if self._shown.get(unit) != row:
                self._shown[unit] = row
                self._feed.publish(unit, "numbers", NumbersChanged(now=now, row=row))
            await asyncio.sleep(0)
        for units in tuple(self._together):
            await self._read_day(self._units(units), now)
            row = self._row("", self._units(units), now)
            if self._together.get(units) != row:
                self._together[units] = row
                self._feed.publish(same_units(units), "numbers", NumbersChanged(now=now, row=row))
            await asyncio.sleep(0)

    async def _with_database(self, now: float) -> None:
        async with self._one_at_a_time:
            if now < self._try_at:
                return
            try:
                if not self._recalled:
                    await self._counting.recall(now)
                    self._recalled = True
                await self._counting.keep(now)
                if now - self._read_at >= (READ_EVERY if self._feed.is_wanted else READ_SELDOM):
                    await self._counting.read(now)
                    self._read_at = now
            except Unavailable as error:
                self._try_at, self._read_at = now + REST, float("-inf")
                self._counting.forget_what_lies()
                self._report(error)

    async def _look_for_alerts(self) -> None:
        try:
            await self._alerts.ready()
        except Unavailable as error:
            self._report(error)

    def _units(self, units: frozenset[str]) -> tuple[str, ...]:
        return tuple(unit for unit in sorted(self._counting.units()) if may_see(units, unit))

    def _row(self, unit: str, units: Sequence[str], now: float) -> UnitNumbers:
        promise = self._counting.targets
        targets = together([promise(each) for each in units])
        counted = self._counting.facts(units, now, now - max(targets.window, HOUR))
        facts = replace(counted, alerts=self._alerts.since(units))
        known = self._days.get(frozenset(units))
        day = known[1] if known is not None else day_of(self._counting.facts(units, now, now - KEPT), promise)
        return row_of(unit, facts, targets, promise, day)

    async def _read_day(self, units: Collection[str], now: float) -> None:
        """The day's series, beside the loop: on a large house it is the work of tens of milliseconds."""
        made_at, _ = self._days.get(frozenset(units), (float("-inf"), None))
        if now - made_at >= DAY_EVERY:
            facts = self._counting.facts(units, now, now - KEPT)
            self._days[frozenset(units)] = (now, await asyncio.to_thread(day_of, facts, self._counting.targets))


def add_numbers(app: FastAPI, board: NumberBoard) -> None:
    """The route; `app` is served behind a `Door`."""

    @app.get("/v1/numbers")
    async def numbers(request: Request) -> Response:
        units = who_asks(request).units
        await board.ready(units)
        return shown(board.numbers(units))
