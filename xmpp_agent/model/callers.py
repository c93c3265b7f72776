"""Systems that call the booking API (calendars, case systems), and what they are told of their appointments."""

from dataclasses import dataclass
from enum import StrEnum

ALL_UNITS = "*"
"""In `Caller.units`: every unit."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A calling system. Its key is not here: only the key's keyed hash is kept."""

    id: str
    name: str
    """What the authority calls it."""
    units: frozenset[str]
    per_minute: int
    """How many requests it may make a minute."""
    made_at: float
    revoked_at: float | None = None
    hook_url: str = ""
    """Where it wants to be told what became of its appointments; empty: nowhere."""

    def may_see(self, unit: str) -> bool:
        """Whether its key is for this unit."""
        return ALL_UNITS in self.units or unit in self.units


class Event(StrEnum):
    """What may become of an appointment, as calling systems are told."""

    BOOKED = "booked"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    INVITATION_DELIVERED = "invitation.delivered"
    INVITATION_FAILED = "invitation.failed"
    """Every rung of the ladder failed: somebody must call."""
    INVITATION_OPENED = "invitation.opened"
    ARRIVED = "arrived"
    """The citizen is in the meeting for the first time."""
    ATTENDED = "attended"
    ABSENT = "absent"


class HookState(StrEnum):
    """What became of telling."""

    WAITING = "waiting"
    TOLD = "told"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class Hook:
    """One thing a calling system is to be told: ids and times, nothing of a person."""

    id: str
    """The same at every attempt, so that a repetition is known as one."""
    caller: str
    appointment: str
    event: Event
    at: float
    """When it happened, seconds since 1970."""
    version: int
    """Of the appointment, then."""
    due_at: float
    attempts: int = 0
    state: HookState = HookState.WAITING
