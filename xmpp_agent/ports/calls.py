"""Hotline calls, read."""

from typing import Protocol

from xmpp_agent.model.calls import Call


class Calls(Protocol):
    """Every method raises Unavailable when the database cannot answer."""

    async def call(self, call_id: str) -> Call | None:
        """One call."""
        ...

    async def for_appointment(self, appointment_id: str) -> Call | None:
        """The call an appointment was made for."""
        ...

    async def in_room(self, node: str) -> Call | None:
        """The call a room was made for."""
        ...

    async def not_over(self) -> tuple[Call, ...]:
        """Calls of every unit that are not over; newest first."""
        ...

    async def of_unit(self, unit: str, since: float) -> tuple[Call, ...]:
        """Calls of a unit that are not over, or were changed after `since`; newest first."""
        ...
