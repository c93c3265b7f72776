"""How much one person may ask of the lobby at once: whoever floods it waits alone, not with everybody of the room."""

import asyncio
from collections import Counter

from xmpp_agent.flows.lanes import Job, Lanes

MOST = 20
"""Stanzas of one client under way or of the last second. A stock client sends two or three when it knocks."""
MOST_DENIED = 100
REMEMBERED = 10.0
"""Questions at the door answered with a no within so many seconds. A client that is sent to the lobby asks twice."""
PAUSE = 1.0
"""Seconds a turn counts after it is done: what each writes to the audit is bounded in time too."""


class Patience:
    """Counts what each asker (address or token) was denied of late: each no is a line in an audit on disk."""

    def __init__(self) -> None:
        self._denied: Counter[str] = Counter()

    def is_over(self, who: str) -> bool:
        """Whether they were denied so often of late that they are not heard now."""
        return self._denied[who] >= MOST_DENIED

    def denied(self, who: str) -> None:
        """Note one more no."""
        self._denied[who] += 1
        asyncio.get_running_loop().call_later(REMEMBERED, self._forget, who)

    def _forget(self, who: str) -> None:
        self._denied[who] -= 1
        if self._denied[who] <= 0:
            del self._denied[who]


class Turns:
    """Puts the jobs of people into their rooms' lanes, a bounded number for each person (full JID)."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._taken: Counter[str] = Counter()

    def take(self, who: str, lane: str, job: Job, *, always: bool = False) -> bool:
        """Queue a job of this person; False when they have too many or the lane is full (the job is not taken)."""
        if self._taken[who] >= MOST and not always:
            return False
        self._taken[who] += 1

        async def counted() -> None:
            try:
                await job()
            finally:
                asyncio.get_running_loop().call_later(PAUSE, self._give_back, who)

        if self._lanes.put(lane, counted):
            return True
        self._give_back(who)
        return False

    def _give_back(self, who: str) -> None:
        self._taken[who] -= 1
        if self._taken[who] <= 0:
            del self._taken[who]
