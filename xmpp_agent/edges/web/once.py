"""Commands of the console that were carried out, so that one sent twice is done once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

from xmpp_agent.model.verdicts import Verdict

REMEMBERED = 500
"""Commands that are remembered."""


class Once:
    """One at a time. What was refused is not remembered: sent again as it is, it is judged anew."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._done: OrderedDict[Hashable, Verdict] = OrderedDict()

    async def do(self, asked: Hashable, act: Callable[[], Awaitable[Verdict]]) -> Verdict:
        """Carry it out, unless it was already. `asked`: everything the command says, and who asks. Raises as `act`."""
        async with self._one_at_a_time:
            if asked in self._done:
                return self._done[asked]
            verdict = await act()
            if verdict.is_open:
                self._done[asked] = verdict
            while len(self._done) > REMEMBERED:
                self._done.popitem(last=False)
            return verdict
