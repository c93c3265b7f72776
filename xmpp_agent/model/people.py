"""Who stands at the door: people, their passes, and how sure anybody is of them."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

NO_NAME = "–"
"""What stands where a name was erased."""


class Role(StrEnum):
    """The part a pass gives its holder in one room."""

    STAFF = "staff"
    CITIZEN = "citizen"
    COMPANION = "companion"


class CompanionKind(StrEnum):
    """In what capacity a companion comes (forvaltningsloven § 8 for the first two)."""

    BISIDDER = "bisidder"
    PARTSREPRAESENTANT = "partsrepræsentant"
    INTERPRETER = "interpreter"
    GUARDIAN = "guardian"


class Level(IntEnum):
    """How sure the login was; MitID's levels of assurance (NSIS). Comparable: needed <= returned."""

    NONE = 0
    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3


class SystemUser(StrEnum):
    """Users that are machines, known by real JID only, never by nick."""

    FOCUS = "focus"
    RECORDER = "recorder"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a name. `id` is opaque (no CPR number, no UUID of MitID)."""

    id: str
    unit: str
    name: str


@dataclass(frozen=True, slots=True, repr=False)
class Reach:
    """How to reach somebody. Stored sealed, erased by the policy's retention, never logged."""

    phone: str = ""
    """E.164."""
    email: str = ""
    cpr: str = ""
    """Ten digits, for Digital Post alone; identities are compared by keyed hash."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A signed pass as read from its token: this person, this role, this room, one seat.

    Times are seconds since 1970. `proved` is the keyed hash (hex) of the identity the login returned, empty when
    there was none. `seat` is the same for every pass minted for the same person and appointment (or staff and room):
    a newer pass takes the seat over, the same pass from a second connection does not.
    """

    id: str
    role: Role
    person: str
    seat: str
    room: str
    issued_at: float
    not_before: float
    expires_at: float
    appointment: str | None = None
    level: Level = Level.NONE
    proved: str = ""
    kind: CompanionKind | None = None
    link: str = ""
    """Keyed hash (hex) of the link its holder came by; empty: by none."""


@dataclass(frozen=True, slots=True)
class PassRecord:
    """What is remembered of a pass that was used at least once."""

    pass_: Pass
    first_used_at: float
    revoked_at: float | None = None
