"""The authority's side of the world: units, policies, appointments and their people, and writing them down."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from xmpp_agent.model.alerts import Handled, ShiftNote
from xmpp_agent.model.appointments import Appointment, Companion, Entry, Policy, Room
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.audit import Look as Look
from xmpp_agent.model.callers import Caller, Hook
from xmpp_agent.model.calls import Call
from xmpp_agent.model.letters import Letter
from xmpp_agent.model.notes import Note
from xmpp_agent.model.people import Pass, Person, Reach, Role
from xmpp_agent.model.recordings import Closing, Consent, Recording
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Arrival, ArrivalStep, Link, Session
from xmpp_agent.ports import Unavailable


class Conflict(Unavailable):
    """Somebody else changed it meanwhile, or it exists already: nothing of this stands."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person as the register holds them: with role, ways to reach them, and (staff) the employer's account."""

    person: Person
    role: Role
    reach: Reach | None = None
    account: str = ""
    """Keyed hash of what the employer calls a member of staff."""


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link with its code, for the one time both are known together."""

    link: Link
    code: str


@dataclass(frozen=True, slots=True)
class BookedAs:
    """What a calling system calls an appointment; Conflict when it used that id before."""

    caller: str
    external_id: str
    appointment: str
    content: str
    """Keyed hash of what was wished for, by which a repetition is known as one."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A companion who no longer comes with an appointment's citizen."""

    appointment: str
    person: str


@dataclass(frozen=True, slots=True, repr=False)
class NewKey:
    """A calling system with the keyed hash of its key and the secret its webhooks are signed with."""

    caller: Caller
    mark: str
    secret: str


Noun = (
    Unit
    | Policy
    | Enrolment
    | Room
    | Appointment
    | Companion
    | Link
    | NewLink
    | Letter
    | ArrivalStep
    | Session
    | Look
    | Call
    | Note
    | BookedAs
    | Parted
    | NewKey
    | Caller
    | Hook
    | Recording
    | Consent
    | Closing
    | Handled
    | ShiftNote
)
"""What can be written down. Each is kept as it is now; an appointment's version must be one more than what stands."""


class Records(Protocol):
    """Writes nouns with their audit line, all or nothing."""

    async def keep(self, line: AuditLine, *nouns: Noun) -> None:
        """Returns when the database has committed.

        Raises Conflict when an appointment is not of the version expected or an id is taken, Unavailable when the
        database cannot do it; then nothing of it stands.
        """
        ...

    def jot(self, line: AuditLine, *nouns: Noun) -> None:
        """The same for what has happened already and nobody waits for; see `Ledger.jot`."""
        ...


class Marks(Protocol):
    """Keyed hashes (hex), by which something secret is found and compared without being kept."""

    def mark(self, kind: str, text: str) -> str:
        """The hash of a text of one kind (`link`, `session`, `account`, `api-key`); other kinds never collide."""
        ...

    def cpr(self, text: str) -> str:
        """The hash of a CPR number as rules compare it. Raises ValueError when it is none."""
        ...


class PassMaker(Protocol):
    """Signs passes."""

    def mint(self, pass_: Pass, name: str) -> str:
        """A token for this pass; `name` is what others in the meeting read."""
        ...


class Diary(Protocol):
    """Units, policies, people and appointments. Every method raises Unavailable when the database cannot answer."""

    async def unit(self, unit_id: str) -> Unit | None:
        """One unit."""
        ...

    async def units(self) -> tuple[Unit, ...]:
        """All units, by id."""
        ...

    async def policy(self, policy_id: str) -> Policy | None:
        """One policy."""
        ...

    async def policies(self) -> tuple[Policy, ...]:
        """All policies, by id."""
        ...

    async def person(self, person_id: str) -> Person | None:
        """One person, with name."""
        ...

    async def role(self, person_id: str) -> Role | None:
        """In which role they are registered."""
        ...

    async def reach(self, person_id: str) -> Reach:
        """How to reach somebody; empty when nothing is kept (any more)."""
        ...

    async def staff_by_account(self, account: str) -> Person | None:
        """The member of staff with this account (keyed hash)."""
        ...

    async def staff_of(self, unit: str) -> tuple[Person, ...]:
        """Staff of a unit, by id."""
        ...

    async def room(self, node: str) -> Room | None:
        """One room."""
        ...

    async def room_of(self, owner: str, day: str) -> Room | None:
        """A person's room on that day (ISO date), when there is one."""
        ...

    async def entry(self, appointment_id: str) -> Entry | None:
        """One appointment with its people."""
        ...

    async def entries_of(self, appointment_ids: Collection[str]) -> tuple[Entry, ...]:
        """The same for many, in order of start."""
        ...

    async def day(
        self, since: float, until: float, *, units: Collection[str] | None = None, staff: str = "", caller: str = ""
    ) -> tuple[Entry, ...]:
        """Appointments that start in [since, until), in order of start; only of these units, this staff, this caller.

        `units` None: of all units.
        """
        ...


class Visitors(Protocol):
    """Links, arrivals and sessions. Every method raises Unavailable when the database cannot answer."""

    async def link(self, mark: str) -> Link | None:
        """The link with this mark, revoked ones too."""
        ...

    async def links_of(self, appointment_id: str) -> tuple[NewLink, ...]:
        """Every link of an appointment that is not revoked, newest first, with its code."""
        ...

    async def links_of_many(self, appointment_ids: Collection[str]) -> tuple[NewLink, ...]:
        """The same for many."""
        ...

    async def arrival(self, appointment_id: str, person_id: str) -> Arrival | None:
        """How far somebody has come."""
        ...

    async def arrivals(self, appointment_ids: Collection[str]) -> Mapping[tuple[str, str], Arrival]:
        """The same for many, by (appointment, person)."""
        ...

    async def in_line(self, unit: str) -> tuple[Entry, ...]:
        """Appointments without staff that wait in the unit's shared queue, first come first."""
        ...

    async def session(self, mark: str) -> Session | None:
        """The session with this mark, also when it is past its time."""
        ...

    async def staff_sessions(self, person: str, now: float) -> tuple[Session, ...]:
        """Sessions of a member of staff ("" : of everybody of staff) whose end has not come."""
        ...

    async def unused_passes(self, person: str, since: float) -> tuple[str, ...]:
        """Passes made since then for a member of staff ("" : for any) that nobody has used and nobody has revoked."""
        ...

    async def passes_in_use(self, person: str, now: float) -> tuple[str, ...]:
        """Passes of a member of staff ("" : of any) that were used, and are neither over by now nor revoked."""
        ...
