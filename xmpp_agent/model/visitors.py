"""People on their way in: the links they hold, the browser they came with, how far they have come."""

from dataclasses import dataclass
from enum import StrEnum

from xmpp_agent.model.people import Level


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a message, as it is remembered: the code itself is not here, only its keyed hash.

    It says neither time nor room and goes on working when the appointment moves. Looking at it changes nothing.
    """

    mark: str
    """Keyed hash (hex) of the code."""
    appointment: str
    person: str
    """Citizen or companion."""
    made_at: float
    opened_at: float | None = None
    """When a button was first pressed behind it; looking does not count."""
    revoked_at: float | None = None


class SessionKind(StrEnum):
    """Who sits at a browser."""

    CITIZEN = "citizen"
    """Citizen or companion, with one appointment."""
    STAFF = "staff"
    CONSOLE = "console"
    """A supervisor's console elsewhere; `mark` is of what their employer's sign-on signed."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in. `mark` is the keyed hash of its cookie. No name, no number."""

    mark: str
    kind: SessionKind
    person: str
    made_at: float
    expires_at: float
    appointment: str = ""
    link: str = ""
    """Mark of the link they came by."""
    level: Level = Level.NONE
    proved: str = ""
    """Keyed hash (hex) of the identity the login returned."""
    unit: str = ""
    """Staff: their unit."""
    supervises: frozenset[str] = frozenset()
    """Staff: units they supervise."""
    checked_at: float = 0.0
    """Staff: when the employer's sign-on last vouched for them and their roles."""
    out: bool = False
    """Console: signed out. It is kept until its token ends by itself, so that the token begins no other."""


class DeviceTest(StrEnum):
    """What the test of camera and microphone found; staff see it."""

    GOOD = "good"
    NO_CAMERA = "no_camera"
    NO_MICROPHONE = "no_microphone"
    BLOCKED = "blocked"
    """The browser or the person said no."""
    UNSUPPORTED = "unsupported"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How far one person has come with one appointment, before Jitsi is reached. None: not yet."""

    appointment: str
    person: str
    device: DeviceTest | None = None
    device_at: float | None = None
    level: Level = Level.NONE
    """What the login returned."""
    verified: bool = False
    """Whether the login was the invited person's, at the level asked for."""
    login_at: float | None = None
    of_age_at: float | None = None
    """Interpreter: when they said that they are 18."""
    waiting_since: float | None = None
    """In the unit's shared queue: since when. Kept until called."""
    seen_at: float | None = None
    """Last sign of life of their waiting page."""
    passed_at: float | None = None
    """When they last got a pass and went on into Jitsi."""
    passed_by: str = ""
    """Mark of the session (the browser) that got it."""
    inside_at: float | None = None
    """When they were first inside the meeting: whoever was there never counts as absent."""


class Part(StrEnum):
    """What one step writes of an arrival; the rest of the row is left as it is, whatever was read before."""

    DEVICE = "device"
    AGE = "age"
    LOGIN = "login"
    LINE = "line"
    """They stand in line; since when, the first time says."""
    SEEN = "seen"
    PASSED = "passed"
    INSIDE = "inside"
    """The first time stands."""
    PERSON = "person"
    """Somebody else is invited: everything but whether anybody was inside."""


@dataclass(frozen=True, slots=True)
class ArrivalStep:
    """An arrival of which one part is to be written down."""

    arrival: Arrival
    part: Part
