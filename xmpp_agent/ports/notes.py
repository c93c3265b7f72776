"""Notes of meetings, read."""

from collections.abc import Collection, Mapping
from typing import Protocol

from xmpp_agent.model.notes import Note


class Notes(Protocol):
    """Every method raises Unavailable when the database cannot answer."""

    async def of(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Note, ...]]:
        """Notes by appointment, oldest first; appointments without any are left out."""
        ...

    async def drafts_of(self, staff: str) -> tuple[Note, ...]:
        """What a member of staff has not written yet, of whatever day; oldest first."""
        ...

    async def due(self, now: float, most: int) -> tuple[Note, ...]:
        """Notes to be handed over now (also those a crash left in the middle of it), oldest first."""
        ...
