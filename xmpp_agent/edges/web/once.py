"""Commands of the console that were carried out, so that one sent twice is done once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from xmpp_agent.model.verdicts import Verdict
from xmpp_agent.wire_base import Wire

REMEMBERED = 2000
"""Commands that are remembered."""

Act = Callable[[], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One command with everything it says, and who asks. The same id with other words is another command."""

    about: str
    actor: str
    command: Wire
    act: str = ""
    """Which of the acts that send commands of this kind; empty: there is one."""


class CarriedOut:
    """What was refused is not remembered: it changed nothing, and sent again as it is, it is judged anew.

    Whoever uses it sees to it that one command is not carried out twice at the same time.
    """

    def __init__(self) -> None:
        self._done: OrderedDict[Asked, Verdict] = OrderedDict()

    async def unless_done(self, asked: Asked, act: Act) -> Verdict:
        """Carry it out, unless it was already. Raises as `act`."""
        if asked in self._done:
            return self._done[asked]
        verdict = await act()
        if verdict.is_open:
            self._done[asked] = verdict
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        return verdict


class Once:
    """Carries commands out one at a time, each once."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._carried_out = CarriedOut()

    async def do(self, asked: Asked, act: Act) -> Verdict:
        """Carry it out, unless it was already. Raises as `act`."""
        async with self._one_at_a_time:
            return await self._carried_out.unless_done(asked, act)
