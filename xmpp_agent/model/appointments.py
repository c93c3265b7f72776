"""What was agreed: appointments, the policy they follow, and the room they take place in."""

from dataclasses import dataclass, field
from enum import StrEnum

from xmpp_agent.model.letters import Channel
from xmpp_agent.model.people import CompanionKind, Level, Pass, Person
from xmpp_agent.model.recordings import Terms

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a policy's ladder: a channel, and how long (seconds) to wait for its receipt before the next."""

    channel: Channel
    wait: float = 1800.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The part of a policy that the door does not ask about: how people are booked, written to and forgotten."""

    ladder: tuple[Rung, ...] = ()
    """How people are invited, in order; empty: nobody is written to (the calendar system does it, or a hotline)."""
    reminders: tuple[float, ...] = ()
    """Seconds before the start."""
    needs_met: bool = False
    """Follow-up: only booked for somebody staff have met in person."""
    needs_asked: bool = False
    """Follow-up: only booked when the patient asked for video."""
    no_show: tuple[float, float, float] = (180.0, 600.0, 900.0)
    """Seconds after the start: a fresh link is offered, a call is offered, absence may be booked."""
    keep_reach: float = DAY
    """How long after the end numbers, addresses and CPR numbers are kept."""
    keep: float = 90 * DAY
    """How long after the end the appointment and its names are kept."""
    recording: Terms = field(default_factory=Terms)
    """How recordings are asked for, filed and forgotten, where the policy allows any."""


@dataclass(frozen=True, slots=True)
class Policy:
    """An appointment type: data, not code. All spans are seconds."""

    id: str
    level: Level
    """Identity needed."""
    lobby: bool = True
    """False: straight in as soon as staff is there (hotline)."""
    recording_allowed: bool = False
    early: float = 1800.0
    """How long before the start one may knock."""
    late: float = 1800.0
    """How long after the end one may still knock."""
    grace: float = 120.0
    """How long a visit survives without staff."""
    tells_place: bool = True
    """Whether waiting people are told their place in the queue."""
    retention: str = "standard"
    """Retention class, as the journal knows it."""
    plan: Plan = Plan()


class Outcome(StrEnum):
    """How an appointment ended."""

    ATTENDED = "attended"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Room:
    """A Jitsi room that belongs to one staff member for one day (or to one hotline call).

    `node` is the localpart of its JID: random, at least 96 bits, says nothing.
    """

    node: str
    unit: str
    owner: str
    """Person id of the staff member."""
    day: str
    """ISO date the room is for, or "" for a hotline call."""
    covers: frozenset[str] = frozenset()
    """Person ids of colleagues who may open it too."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One citizen, one room (thereby one staff member), a time window, a case reference, a policy."""

    id: str
    unit: str
    citizen: str
    """Person id."""
    invited: str
    """Keyed hash (hex) of the identity that was invited; empty when the policy asks for none."""
    room: str
    policy: Policy
    starts_at: float
    ends_at: float
    case_ref: str = ""
    subject: str = ""
    description: str = ""
    """What the calling system wrote of it for itself (VideoAPI); may name people; no page and no message shows it."""
    external_id: str = ""
    """What the calling system calls it; unique for that system."""
    cancelled_at: float | None = None
    staff: str = ""
    """Person id; empty: the next free of the unit, whose `room` is then the unit's queue until somebody calls."""
    language: str = "da"
    version: int = 1
    """Counts every change (ETag)."""
    sequence: int = 0
    """Counts changes of time, staff and cancellation (RFC 5545 SEQUENCE)."""
    caller: str = ""
    """API key id of the system that booked; empty: staff or the command line."""
    outcome: Outcome | None = None
    case_closes: bool = False
    """Staff marked the case to be closed."""
    met: bool = False
    asked: bool = False
    """What the booking said of the follow-up rule."""
    made_at: float = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether it will not take place."""
        return self.cancelled_at is not None


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody who comes with an appointment's citizen."""

    appointment: str
    person: Person
    kind: CompanionKind


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a diary: an appointment with its people."""

    appointment: Appointment
    citizen: Person
    companions: tuple[Companion, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a rule may want to know about the holder of a pass, looked up once and kept at hand."""

    pass_: Pass
    person: Person
    room: Room
    appointment: Appointment | None = None
    revoked: bool = False
    link_died_at: float | None = None
    """When the link that gave the pass was taken back; None: it was not."""
