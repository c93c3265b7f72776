"""What was agreed: appointments, the policy they follow, and the room they take place in."""

from dataclasses import dataclass

from xmpp_agent.model.people import Level, Pass, Person


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
    external_id: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a rule may want to know about the holder of a pass, looked up once and kept at hand."""

    pass_: Pass
    person: Person
    room: Room
    appointment: Appointment | None = None
    revoked: bool = False
