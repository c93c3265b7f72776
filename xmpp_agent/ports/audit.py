"""The audit that stands: followed as it grows, and looked through."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from xmpp_agent.model.audit_trail import Named, OldLine, Query


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment, as far as looking through the audit asks for it."""

    id: str
    unit: str
    citizen: str


class AuditTrail(Protocol):
    """Every method raises Unavailable when the database cannot answer."""

    async def follow(self) -> tuple[OldLine, ...]:
        """Make the next lines findable, in the order of their chains; none: all are. Some at a time, so that nobody
        waits for a long work."""
        ...

    async def find(self, query: Query, most: int) -> tuple[OldLine, ...]:
        """Lines among those that can be found, newest first."""
        ...

    async def line(self, shard: str, seq: int) -> OldLine | None:
        """One line."""
        ...

    async def acts(self) -> tuple[str, ...]:
        """Every act there is a line of."""
        ...

    async def named(self, ids: Collection[str]) -> Mapping[str, Named]:
        """Those of these ids that are people."""
        ...

    async def unit_of_room(self, node: str) -> str | None:
        """Whose room that is."""
        ...

    async def appointment(self, appointment_id: str) -> Booked | None:
        """One appointment."""
        ...

    async def appointments_of(self, citizens: Collection[str]) -> tuple[Booked, ...]:
        """Appointments of these rows of citizens."""
        ...
