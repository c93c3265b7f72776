"""Rooms of a day, read."""

from collections.abc import Collection
from typing import Protocol

from xmpp_agent.model.appointments import Room


class DayRooms(Protocol):
    """Raises Unavailable when the database cannot answer."""

    async def on_day(self, day: str, units: Collection[str]) -> tuple[Room, ...]:
        """Every room of these units for that day (ISO date), by node."""
        ...
