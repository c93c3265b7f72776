"""Forgetting, as one part of the agent: once a day by itself; at a supervisor's word a citizen, or staff's way in."""

import asyncio
from collections.abc import Callable

import structlog

from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows.house import House
from xmpp_agent.flows.privacy import Custody, erase
from xmpp_agent.flows.retention import EVERY, run_retention
from xmpp_agent.flows.staff_out import Exits, sign_out_by_supervisor
from xmpp_agent.model.verdicts import Verdict

FIRST = 600.0
"""Seconds after the start: an agent that was just started has enough to do."""
AGAIN = 3600.0
"""Seconds after a run that could not be finished."""
log = structlog.get_logger("privacy")


class Forgetting:
    """The daily run of one agent. A standby forgets, too: whoever comes second finds nothing."""

    def __init__(
        self,
        house: House,
        database: Database,
        report: Callable[[BaseException], None],
        erased: Callable[[], None],
        first: float = FIRST,
    ) -> None:
        """`erased` hears that something may have been: no list may go on showing it."""
        self._custody = Custody(database.holdings, database.diary, database.records, house)
        self._exits = Exits(database.visitors, database.diary, database.records, database.ledger, house)
        self._report, self._erased, self._first = report, erased, first
        self._clock = house.clock
        self._work: asyncio.Task[None] | None = None

    async def erase(self, person_id: str, actor: str, units: frozenset[str]) -> Verdict:
        """See `xmpp_agent.flows.privacy.erase`."""
        try:
            return await erase(self._custody, person_id, actor, units, self._clock.now())
        finally:  # it may be done although Prosody did not confirm that the citizen's connections are closed
            self._erased()

    async def sign_out(self, person_id: str, actor: str, units: frozenset[str]) -> Verdict:
        """See `xmpp_agent.flows.staff_out.sign_out_by_supervisor`."""
        return await sign_out_by_supervisor(self._exits, person_id, actor, units, self._clock.now())

    def start(self) -> None:
        """Begin to work once a day."""
        self._work = asyncio.get_running_loop().create_task(self._daily())

    async def stop(self) -> None:
        """What was begun is finished or left whole for the next run."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _daily(self) -> None:
        pause = self._first
        while True:
            await asyncio.sleep(pause)
            try:
                found = await run_retention(self._custody, self._clock.now())
            except Exception as error:  # noqa: BLE001  # goes on: without it nothing is ever erased
                self._report(error)
                pause = AGAIN
            else:
                log.info("retention", count=found.total())
                pause = EVERY
            finally:
                self._erased()
