"""What is held of citizens and companions: found, shown to them, and erased. Staff are not meant here.

Everything is found in pages, so that nobody waits for a long look, and erased in small pieces, each with its audit
line or not at all.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import Role
from xmpp_agent.ports.diary import Look
from xmpp_agent.rules.retention import Stay


class Held(StrEnum):
    """What can be erased by itself. The key of a `Piece` is the id given here."""

    REACH = "reach"
    """Numbers, addresses and CPR number of a person (id)."""
    NAME = "name"
    """Name of a person (id), and with it how to reach them."""
    APPOINTMENT = "appointment"
    """Everything of an appointment (id) but ids, times and how it ended: case, note, links, letters, consents…"""
    TRACES = "traces"
    """Links, letters, arrival and answers of one companion of an appointment (both ids, with a blank between)."""
    IDENTITY = "identity"
    """Keyed hash of who was invited to an appointment (id)."""
    NUMBER = "number"
    """Number of a hotline call (id), also where it stands as the way to reach its caller."""
    SESSION = "session"
    """A browser that was signed in (mark)."""
    PASS = "pass"
    """A pass nobody can use any more (id)."""
    LIVE_PASS = "live-pass"
    """A pass somebody could still use (id): it is taken back, and what it says of its holder erased."""
    HOOK = "hook"
    """Something a calling system was to be told (id)."""
    PLACE = "place"
    """A place left behind in a queue (node and seat, with a blank between)."""
    LOOK = "look"
    """A line of an access log (id)."""
    ALERT = "alert"
    """What supervisors did about an alert (id)."""
    SHIFT_NOTE = "shift-note"
    """A note of a unit to its next shift (unit)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing to be erased."""

    held: Held
    key: str
    seen_until: float = 0.0
    """Of people and appointments: the latest end the decision rests on. When one ends later by now, nothing is erased.
    """


@dataclass(frozen=True, slots=True)
class Party:
    """A citizen or companion, as far as forgetting depends on it."""

    person: str
    role: Role
    unit: str
    has_reach: bool
    has_name: bool
    stays: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An appointment that something personal is kept of. `looked_at`: whether its citizen has an access log."""

    stay: Stay
    has_identity: bool
    has_more: bool
    looked_at: bool


@dataclass(frozen=True, slots=True)
class Number:
    """A hotline number that is kept."""

    call: str
    erase_at: float
    stay: Stay | None


class Holdings(Protocol):
    """Every method raises Unavailable when the database cannot answer.

    `after` is the last id of the page before ("" for the first), `most` bounds the page.
    """

    async def like(self, person_id: str) -> tuple[str, ...]:
        """Every row of the same citizen, by the identity that was invited; of a companion their own. Ids, in order.

        Empty when there is no such person.
        """
        ...

    async def invited(self, identity: str) -> tuple[str, ...]:
        """Person ids of every citizen invited under this keyed hash, in order."""
        ...

    async def parties(self, person_ids: Collection[str]) -> tuple[Party, ...]:
        """These people, by id."""
        ...

    async def forgettable(self, held: Held, over: float, after: str, most: int) -> tuple[Party, ...]:
        """People of whom that (`REACH`, `NAME`) is kept, with no appointment that was over later than `over`; by id."""
        ...

    async def kept(self, over: float, after: str, most: int) -> tuple[Kept, ...]:
        """Appointments over by then that something personal is kept of; by id."""
        ...

    async def numbers(self, due: float, after: str, most: int) -> tuple[Number, ...]:
        """Hotline numbers that were to be erased by then; by id of the call."""
        ...

    async def past(self, held: Held, before: float, after: str, most: int) -> tuple[str, ...]:
        """Keys of what goes by time alone (sessions, passes, hooks, looks …) and was over before then; in order.

        The time of a session is its end, of a pass the last moment it could have been used, of all others when they
        were made.
        """
        ...

    async def everything(self, person_ids: Collection[str]) -> tuple[Piece, ...]:
        """All there is to erase of these people, and of whoever came with them and with nobody else."""
        ...

    async def erase(self, line: AuditLine, pieces: Collection[Piece]) -> None:
        """Erase with this audit line, all or nothing. What is gone already, or not as it was seen, is left."""
        ...

    async def settle(self) -> bool:
        """Empty the database's own log of what was erased; whether it could be done now."""
        ...

    async def export(self, person_ids: Collection[str]) -> Mapping[str, object]:
        """Everything held about these people, as JSON takes it."""
        ...

    async def looks(self, person_ids: Collection[str]) -> tuple[Look, ...]:
        """Their access log, oldest first."""
        ...
