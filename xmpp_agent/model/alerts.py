"""What a person must look at, and what supervisors did about it; and their note to the next shift.

Times are seconds since 1970, spans are seconds.
"""

from dataclasses import dataclass
from enum import StrEnum


class AlertKind(StrEnum):
    """What is wrong, most urgent first."""

    STUCK_TURNOVER = "stuck_turnover"
    """A room could not be cleared, and nobody comes in."""
    FROZEN = "frozen"
    """People are inside without staff."""
    LOST_CALL = "lost_call"
    """A hotline caller is gone, or never got the link, and nobody has promised to ring back."""
    STUCK_RECORDING = "stuck_recording"
    JUDGE = "judge"
    """The verified identity is not the invited one."""
    LONG_WAIT = "long_wait"
    NOT_REACHED = "not_reached"
    """An invitation arrived by no way; staff must call."""


@dataclass(frozen=True, slots=True)
class Raised:
    """One alert as it stands. Names nobody."""

    kind: AlertKind
    unit: str
    """"*": nobody knows whose it is."""
    about: str
    """The room (node), or the key of the recording, call or invitation; empty: the unit's shared queue."""
    began: float
    """When what is wrong began: the wait, the room without staff."""
    since: float
    """When that came to be an alert."""
    mark: str
    """Tells it from one of the same kind about the same, before and after it; the same after a restart of the agent."""
    seat: str = ""
    """Of whoever waits, when it is about somebody in a room's lobby."""
    limit: float | None = None
    """From how many seconds on it is an alert; None: at once."""
    people: int = 0
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Handled:
    """What supervisors did about one alert."""

    alert: str
    """Its id."""
    kind: AlertKind
    unit: str
    since: float
    changed_at: float
    owner: str = ""
    """Who has taken it: `uid:<n>`, or person id; empty: nobody."""
    owned_at: float | None = None
    seen_by: str = ""
    """Who acknowledged it; empty: nobody."""
    seen_at: float | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class ShiftNote:
    """The note of a unit to its next shift. `repr` tells nothing."""

    unit: str
    text: str
    """Empty: taken away."""
    by: str
    """`uid:<n>`, or person id."""
    at: float
