"""What the numbers of the last day are made of, kept so that an agent that begins anew still knows them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from xmpp_agent.model.figures import Lying, Sample, Wait
from xmpp_agent.model.units import Unit


@dataclass(frozen=True, slots=True)
class InLine:
    """Somebody in a unit's shared queue, whom no room has called yet."""

    unit: str
    since: float


class Figures(Protocol):
    """Every method raises Unavailable when the database cannot do it."""

    async def units(self) -> tuple[Unit, ...]:
        """All units, with their targets."""
        ...

    async def waits(self, since: float) -> tuple[Wait, ...]:
        """Waits that ended after that, by end."""
        ...

    async def samples(self, since: float) -> tuple[Sample, ...]:
        """Samples after that, by time."""
        ...

    async def keep(self, waits: Collection[Wait], samples: Collection[Sample], forget_before: float) -> None:
        """Write what is new and forget what is old. What stands already is left as it is: the first word counts."""
        ...

    async def lying(self, now: float) -> tuple[Lying, ...]:
        """Work that lies, by unit; units without any may be left out."""
        ...

    async def in_line(self, seen_since: float) -> tuple[InLine, ...]:
        """Who waits in the units' shared queues and gave a sign of life since then."""
        ...
