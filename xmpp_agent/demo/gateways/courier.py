"""Brings receipts to the agent, again and again until it says that it has them, as the real ones do."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

_PAUSE = 0.05
"""Seconds before the second try; doubled each time. The real ones begin with a minute."""
_LONGEST_PAUSE = 2.0
_PATIENCE = 10.0

Attempt = Callable[[httpx.AsyncClient], Awaitable[bool]]
"""One try to bring a receipt; whether it was taken."""


class Courier:
    """Receipts on their way; each row of them in its order, the rows beside each other."""

    def __init__(self) -> None:
        self._rows: set[asyncio.Task[None]] = set()
        self._moved = asyncio.Condition()
        self.tries = 0
        self.brought = 0

    def bring(self, *attempts: Attempt, when: asyncio.Event | None = None) -> None:
        """Bring these one after the other, once `when` is set."""
        row = asyncio.create_task(self._bring(attempts, when))
        self._rows.add(row)
        row.add_done_callback(self._rows.discard)

    async def wait_for(self, *, brought: int = 0, tries: int = 0) -> None:
        """Returns when so many have been taken, and tried."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.brought >= brought and self.tries >= tries)

    async def stop(self) -> None:
        """Give up what is still on its way."""
        rows = tuple(self._rows)
        for row in rows:
            row.cancel()
        await asyncio.gather(*rows, return_exceptions=True)

    async def _bring(self, attempts: tuple[Attempt, ...], when: asyncio.Event | None) -> None:
        if when is not None:
            await when.wait()
        async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as http:
            for attempt in attempts:
                pause = _PAUSE
                while not await self._try(attempt, http):
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE)

    async def _try(self, attempt: Attempt, http: httpx.AsyncClient) -> bool:
        try:
            taken = await attempt(http)
        except httpx.HTTPError:
            taken = False
        async with self._moved:
            self.tries += 1
            self.brought += taken
            self._moved.notify_all()
        return taken
