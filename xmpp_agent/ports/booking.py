"""What booking looks up: what stands of everything a wish names, days as calling systems list them, calling systems."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from xmpp_agent.model.appointments import Outcome, Policy, Room
from xmpp_agent.model.callers import Caller, Hook
from xmpp_agent.model.people import Person
from xmpp_agent.model.units import Unit


@dataclass(frozen=True, slots=True)
class Named:
    """What a wish names, to be looked up in one go. Empty texts name nothing."""

    unit: str
    policy: str
    staff: str
    """Person id."""
    account: str
    """Keyed hash of what the employer calls a member of staff."""
    days: tuple[str, str, str]
    """ISO dates that the start may fall on, depending on the unit's time zone."""
    caller: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of it. None and empty: nothing."""

    unit: Unit | None = None
    policy: Policy | None = None
    staff: Person | None = None
    rooms: tuple[Room, ...] = ()
    """Of that member of staff, on those days."""
    booked: str = ""
    """Id of what the caller booked under that external id."""
    content: str = ""
    """Keyed hash of what was wished for then."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One appointment in a list: no names, nothing sealed."""

    id: str
    unit: str
    policy: str
    starts_at: float
    ends_at: float
    staff: str
    caller: str
    external_id: str
    cancelled: bool
    outcome: Outcome | None
    version: int


@dataclass(frozen=True, slots=True)
class Span:
    """Which appointments to list: those that start in [since, until), at most so many, after one seen before."""

    since: float
    until: float
    units: Collection[str] | None = None
    """None: of every unit."""
    staff: str = ""
    begins: str = ""
    """Only ids that begin with this."""
    after: tuple[float, str] = (0.0, "")
    """Start and id of the last one seen; the next ones follow."""
    most: int = 1000


class Bookings(Protocol):
    """Every method raises Unavailable when the database cannot answer."""

    async def standing(self, named: Named) -> Standing:
        """What stands of everything a wish names."""
        ...

    async def listed(self, span: Span) -> tuple[Listed, ...]:
        """Appointments in order of start, then id; cancelled ones too."""
        ...


class Callers(Protocol):
    """Calling systems. Every method raises Unavailable when the database cannot answer."""

    async def by_key(self, mark: str) -> Caller | None:
        """Whose key this is (keyed hash), also when it was revoked."""
        ...

    async def callers(self) -> tuple[Caller, ...]:
        """All of them, oldest first."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Errand:
    """One thing to tell, where to, and the secret it is signed with. Never logged: `repr` tells nothing."""

    hook: Hook
    url: str
    secret: str
    external_id: str
    """What the calling system calls the appointment, when it was that system that booked it."""


class Hooks(Protocol):
    """Every method raises Unavailable when the database cannot answer."""

    async def due(self, now: float, most: int, without: Collection[str] = ()) -> tuple[Errand, ...]:
        """What is to be told now, oldest first; nothing for keys that are revoked or have no address.

        `without`: callers that are left alone for the moment.
        """
        ...

    async def next_due(self, now: float) -> float | None:
        """When after `now` the next thing is to be told, if anything is."""
        ...


class TellFault(Exception):
    """The calling system did not say that it has it. The text names no address and repeats nothing it said.

    `again`: a later attempt may succeed.
    """

    def __init__(self, what: str, *, again: bool) -> None:
        super().__init__(what)
        self.again = again


class Teller(Protocol):
    """Tells calling systems over HTTP."""

    async def tell(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        """Returns when the calling system has it (2xx); bounded in time. Raises TellFault."""
        ...
