"""What supervisors did about alerts, and their notes to the next shift, read."""

from typing import Protocol

from xmpp_agent.model.alerts import Handled, ShiftNote


class Alerts(Protocol):
    """Every method raises Unavailable when the database cannot answer."""

    async def handled(self) -> tuple[Handled, ...]:
        """What was done about alerts, those that are over included, as far back as it is kept."""
        ...

    async def shift_notes(self) -> tuple[ShiftNote, ...]:
        """The note of each unit that has one, by unit."""
        ...
