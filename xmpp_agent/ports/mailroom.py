"""Letters as they stand: which are due, which are being handed over, of which nothing was heard."""

from collections.abc import Collection, Mapping
from typing import Protocol

from xmpp_agent.model.letters import Channel, Letter


class Mailroom(Protocol):
    """Reads letters; `Records.keep` writes them, and a letter only goes forward (rules/letter_steps.py).

    Every method raises Unavailable when the database cannot answer.
    """

    async def letter(self, letter_id: str) -> Letter | None:
        """One letter."""
        ...

    async def by_gateway_id(self, channel: Channel, gateway_id: str) -> Letter | None:
        """The letter a gateway calls so."""
        ...

    async def letters_of(self, appointment_id: str) -> tuple[Letter, ...]:
        """Every letter of an appointment, in the order they last changed."""
        ...

    async def letters_of_many(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Letter, ...]]:
        """The same for many, by appointment; those without letters are not in it."""
        ...

    async def due(self, channel: Channel, now: float, most: int) -> tuple[Letter, ...]:
        """Queued letters of a channel whose time has come, longest due first."""
        ...

    async def in_trouble(self, since: float, most: int) -> tuple[str, ...]:
        """Ids of appointments that end after `since` of which a letter failed or is tried again and no other of the
        same person and time is known to have arrived, or of which a call is to be made; soonest first.
        """
        ...

    async def in_hand(self) -> tuple[Letter, ...]:
        """Letters that are being handed over, or were when an agent was killed."""
        ...

    async def unheard(self, channel: Channel, now: float, most: int) -> tuple[Letter, ...]:
        """Letters of a channel that were taken and of which no receipt came in its time, longest overdue first."""
        ...

    async def next_due(self, channel: Channel, now: float) -> float | None:
        """When after `now` the next queued letter of a channel is due, or the time of a receipt is over."""
        ...
