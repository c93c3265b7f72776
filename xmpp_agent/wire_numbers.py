"""The part of the wire (wire.py) that is about numbers: `GET /v1/numbers`, `Board.numbers`, event `numbers`."""

from typing import Literal

from xmpp_agent.wire_base import Ident, Text, Wire


class Number(Wire, frozen=True):
    """One number of a unit (docs/numbers.md says how each is computed)."""

    name: Ident
    value: float | None = None
    """A count, percent or seconds. None: nothing to measure, or an age."""
    since: float | None = None
    """Of an age (`…_for`, `longest_wait`): when it began."""
    amber: float | None = None
    red: float | None = None
    """From where it is amber and red (an age: seconds; `service_level`: below). None: no target."""
    light: Literal["green", "amber", "red", "none"] = "none"


class Series(Wire, frozen=True):
    """How some numbers went: step by step from `start`, the last step not over yet. None: nothing, or nobody knows."""

    start: float
    step: float
    """Seconds."""
    waiting: tuple[int | None, ...]
    service_level: tuple[float | None, ...]
    answer_p50: tuple[float | None, ...]
    answer_p90: tuple[float | None, ...]
    rooms_live: tuple[int | None, ...]
    accepted: tuple[int, ...]
    abandoned: tuple[int, ...]


class UnitNumbers(Wire, frozen=True):
    """The numbers of one unit."""

    unit: Text
    """Empty: all units of this supervisor together."""
    answer_within: float
    """The Y of the service level, seconds; of several units the shortest, though each is held to its own."""
    window: float
    """How far back service level, answer times, abandon rate and occupancy look, seconds."""
    numbers: tuple[Number, ...]
    hour: Series
    """By five minutes."""
    day: Series
    """By hours."""


class NumbersChanged(Wire, frozen=True):
    """The numbers of one unit, or of all, as they are now; at most every five seconds."""

    now: float
    row: UnitNumbers


class Numbers(Wire, frozen=True):
    """All units of this supervisor together first, then each by name."""

    now: float
    rows: tuple[UnitNumbers, ...]
