"""What supervisors steer by: waits that ended, rooms as they stand, work that lies, and how good is good enough.

Nothing here names a person, an appointment or a room. Times are seconds since 1970, spans are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NOBODYS = ""
"""Stands for the unit of a recording of which nobody knows whose it is: only who sees all units counts it."""


class Measure(StrEnum):
    """Every number there is, in the order they are shown."""

    SERVICE_LEVEL = "service_level"
    """Percent: accepted within `Targets.answer_within` of accepted + abandoned, short abandons left out."""
    WAITING = "waiting"
    """People in the lobby or the shared queue whose connection is alive."""
    LONGEST_WAIT = "longest_wait"
    """Age of the oldest of them, from the first knock."""
    ANSWER_MEAN = "answer_mean"
    """Seconds from first knock to first let in, of those let in; also the median and the 90th percentile."""
    ANSWER_P50 = "answer_p50"
    ANSWER_P90 = "answer_p90"
    ABANDON_RATE = "abandon_rate"
    """Percent: left before they were let in, of all whose wait ended."""
    ROOMS_LIVE = "rooms_live"
    PEOPLE_LIVE = "people_live"
    LARGEST_ROOM = "largest_room"
    ROOMS_UNATTENDED = "rooms_unattended"
    """Rooms with guests and no staff."""
    UNATTENDED_FOR = "unattended_for"
    STAFF_FREE = "staff_free"
    """Staff in their room, with no guest."""
    STAFF_BUSY = "staff_busy"
    OCCUPANCY = "occupancy"
    """Percent: time in room with guests, of that and free time."""
    DELAYED = "delayed"
    """Agreed time passed, not over yet, citizen not seen inside."""
    DELAYED_FOR = "delayed_for"
    AT_RISK = "at_risk"
    """Begins within a quarter of an hour, and its citizen has not opened the invitation."""
    DELIVERY_QUEUED = "delivery_queued"
    """Letters whose time has come and which no gateway has taken."""
    DELIVERY_FAILED = "delivery_failed"
    """Letters given up in the last hour."""
    RECORDINGS_ON = "recordings_on"
    RECORDINGS_MISSING = "recordings_missing"
    UNFILED = "unfiled"
    """Recordings that are over and not in the journal."""
    UNFILED_FOR = "unfiled_for"
    ALERTS = "alerts"
    """Things at which a person must look now."""
    ALERTS_FOR = "alerts_for"


AGES = frozenset(
    {Measure.LONGEST_WAIT, Measure.UNATTENDED_FOR, Measure.DELAYED_FOR, Measure.UNFILED_FOR, Measure.ALERTS_FOR}
)
"""Those that grow with the time: told as the moment they began."""


class Light(StrEnum):
    """How a number stands to its target."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NONE = "none"
    """No target, or nothing to measure."""


@dataclass(frozen=True, slots=True)
class Limit:
    """From where a number is red; `amber` None: from 70 % of the way there."""

    red: float
    amber: float | None = None


DEFAULT_LIMITS: Mapping[Measure, Limit] = {
    Measure.SERVICE_LEVEL: Limit(red=70.0, amber=80.0),
    Measure.WAITING: Limit(red=10.0),
    Measure.LONGEST_WAIT: Limit(red=900.0),
    Measure.ANSWER_P90: Limit(red=900.0),
    Measure.ABANDON_RATE: Limit(red=10.0),
    Measure.UNATTENDED_FOR: Limit(red=120.0),
    Measure.DELAYED: Limit(red=5.0),
    Measure.DELIVERY_FAILED: Limit(red=5.0),
    Measure.RECORDINGS_MISSING: Limit(red=1.0),
    Measure.UNFILED_FOR: Limit(red=86400.0),
    Measure.ALERTS: Limit(red=5.0),
    Measure.ALERTS_FOR: Limit(red=900.0),
}


@dataclass(frozen=True, slots=True)
class Targets:
    """What a unit promises; data, loaded with the unit."""

    answer_within: float = 300.0
    """The Y of the service level."""
    short_abandon: float = 5.0
    """Who leaves within so many seconds never really waited; 0: everybody counts."""
    window: float = 3600.0
    """How far back service level, answer times, abandon rate and occupancy look; at most a day."""
    limits: Mapping[Measure, Limit] = field(default_factory=dict)
    """Instead of the defaults."""

    def limit(self, measure: Measure) -> Limit | None:
        """From where this number is amber and red; None: it has no target."""
        return self.limits.get(measure) or DEFAULT_LIMITS.get(measure)


class Ended(StrEnum):
    """How a wait ended."""

    ACCEPTED = "accepted"
    ABANDONED = "abandoned"
    """Gone, and not back while the place was kept; ended when they went."""
    TURNED_AWAY = "turned_away"
    """Staff said no, or the room's day was over: neither accepted nor abandoned."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One citizen's wait that is over: first knock to first let in, or to leaving."""

    id: str
    """Tells one wait from another and nothing else."""
    unit: str
    since: float
    until: float
    ended: Ended

    @property
    def lasted(self) -> float:
        """Seconds."""
        return max(0.0, self.until - self.since)


@dataclass(frozen=True, slots=True)
class Sample:
    """A unit as it stood when five minutes were over, and how its staff spent them."""

    unit: str
    at: float
    """End of the five minutes: a multiple of 300."""
    waiting: int
    rooms: int
    busy: float
    """Seconds of staff with guests."""
    free: float


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """A room that exists now."""

    people: int
    staff: int
    guests: int
    unattended_since: float | None = None


@dataclass(frozen=True, slots=True)
class Lying:
    """Work of a unit that lies, from the database."""

    unit: str
    delayed: int = 0
    delayed_since: float | None = None
    queued: int = 0
    failed: int = 0
    recordings_on: int = 0
    recordings_missing: int = 0
    unfiled: int = 0
    unfiled_since: float | None = None
    at_risk: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one unit (or of several together) at one moment."""

    now: float
    waits: tuple[Wait, ...] = ()
    """By end, oldest first; at least as far back as is looked."""
    samples: tuple[Sample, ...] = ()
    """By time, oldest first."""
    waiting: tuple[float, ...] = ()
    """Since when each person waits who waits now."""
    rooms: tuple[LiveRoom, ...] = ()
    alerts: tuple[float, ...] | None = ()
    """Since when each alert is one (`rules/alerts.py`); None: nobody has looked."""
    lying: tuple[Lying, ...] | None = ()
    """None: the database could not be asked."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its target. Exactly one of `value` and `since` is there, or neither: nothing to measure."""

    measure: Measure
    value: float | None = None
    since: float | None = None
    limit: Limit | None = None
    """With amber filled in."""
    light: Light = Light.NONE


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a series. None: nothing to measure, or the agent was not there."""

    accepted: int
    abandoned: int
    service_level: float | None
    p50: float | None
    p90: float | None
    waiting: int | None
    rooms: int | None
