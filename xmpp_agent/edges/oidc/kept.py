"""Something fetched from a provider and kept for a while."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from xmpp_agent.edges.oidc.asking import Unreachable

LIFE = 3600.0
"""Seconds after which it is fetched again: the longest a key the provider has withdrawn is still believed."""
STALE = 24 * 3600.0
"""Seconds it serves on while fetching again fails: a provider whose discovery is down may still log people in."""
PAUSE = 10.0
"""Seconds between two fetches, however many ask and whatever came of the first."""

T = TypeVar("T")


class Kept(Generic[T]):
    """One value, fetched when needed. All who need it at the same moment share one request."""

    def __init__(self, fetch: Callable[[float], Awaitable[T]]) -> None:
        self._fetch = fetch
        self._value: T | None = None
        self._fetched_at = -math.inf
        self._asked_at = -math.inf
        self._asking: asyncio.Task[None] | None = None

    async def get(self, now: float) -> T:
        """What is kept, fetched first when there is none or it is old. Raises Unreachable."""
        if now - self._fetched_at >= LIFE:
            await self._ask(now)
        if self._value is None or now - self._fetched_at >= STALE:
            raise Unreachable("nothing kept")
        return self._value

    async def newer(self, now: float) -> T:
        """Fetched again because what is kept does not do, unless it was fetched just now. Raises Unreachable."""
        await self._ask(now)
        return await self.get(now)

    async def _ask(self, now: float) -> None:
        if self._asking is None:
            if now - self._asked_at < PAUSE:
                return
            self._asked_at = now
            self._asking = asyncio.create_task(self._once(now))
        # Whoever goes away does not take the others' request along.
        await asyncio.shield(self._asking)

    async def _once(self, now: float) -> None:
        try:
            self._value = await self._fetch(now)
            self._fetched_at = now
        except Unreachable:
            return
        finally:
            self._asking = None
