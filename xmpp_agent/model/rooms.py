"""What happens in a room right now: who is inside, who waits, whose visit it is."""

from dataclasses import dataclass, field
from enum import StrEnum

from xmpp_agent.model.appointments import Room
from xmpp_agent.model.people import Role


class Lane(StrEnum):
    """Where somebody waits."""

    QUEUE = "queue"
    JUDGE = "judge"
    """The verified identity is not the invited one; staff must look before anything else."""


@dataclass(frozen=True, slots=True)
class Occupant:
    """Somebody inside the meeting, or (`arrived` False) told to come in and on the way."""

    jid: str
    """Full real JID."""
    nick: str
    pass_id: str
    seat: str
    role: Role
    appointment: str | None
    since: float
    arrived: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in the lobby. The place belongs to the seat: it outlives the connection for ten minutes."""

    seat: str
    pass_id: str
    role: Role
    appointment: str
    since: float
    """When they first knocked; the order of the queue."""
    jid: str = ""
    """Full real JID; empty while away."""
    nick: str = ""
    """Resource in the lobby room."""
    lane: Lane = Lane.QUEUE
    away_since: float | None = None
    passed_over: int = 0
    """How often somebody who came later was let in first while they stood there."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment's time inside: from let in to finished."""

    seq: int
    appointment: str
    let_in_at: float
    let_in_by: str
    """Person id of staff, or `uid:<n>` of a supervisor, or `policy` for straight in."""
    arrived: bool = False
    """Whether anybody of it has been inside."""
    sent_out: frozenset[str] = frozenset()
    """Seats put out by staff during this visit."""


@dataclass(frozen=True, slots=True)
class RoomState:
    """All that the rules need to know of one room; a value, replaced at each step."""

    room: Room
    exists: bool = False
    inside: tuple[Occupant, ...] = ()
    queue: tuple[Waiting, ...] = ()
    visit: Visit | None = None
    seq: int = 0
    """Number of the latest visit today."""
    turnover_open: bool = False
    """Something of the last visit may still be in the room."""
    stuck: bool = False
    """Clearing the room was tried and failed; it is tried again until it is done."""
    recording: bool = False
    """Let through, on, or not yet over; also while a recorder is inside, whatever is said of it."""
    recorders: frozenset[str] = frozenset()
    """Real JIDs of recorders inside."""
    agreed: frozenset[str] = frozenset()
    """Person ids of visitors who may be recorded; kept while a recording is on."""
    frozen_since: float | None = None
    """Since when people are inside without staff."""
    alone_since: float | None = None
    """Since when companions are inside without their citizen."""
    empty_since: float | None = None
    """Since when the visit has had nobody inside who was there before."""
    asked_at: float | None = None
    """When staff last asked for the room; the focus may make it for a short while after."""
    desks: tuple[tuple[str, str], ...] = ()
    """Staff in the lobby room, who are shown the queue: (full JID, lobby nick)."""

    def staff_inside(self) -> tuple[Occupant, ...]:
        """Staff who are really there (arrived)."""
        return tuple(o for o in self.inside if o.role is Role.STAFF and o.arrived)

    def visitors(self) -> tuple[Occupant, ...]:
        """Citizens and companions inside or on their way in."""
        return tuple(o for o in self.inside if o.role is not Role.STAFF)

    def waiting(self, seat: str) -> Waiting | None:
        """The place of a seat in the queue."""
        return next((w for w in self.queue if w.seat == seat), None)


@dataclass(frozen=True, slots=True)
class RoomMemory:
    """What of a room must survive the agent: written together with the audit line of the act."""

    node: str
    seq: int = 0
    visit: Visit | None = None
    turnover_open: bool = False
    frozen_since: float | None = None
    asked_at: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a queue that must survive the agent and a reload."""

    node: str
    seat: str
    appointment: str
    since: float
    left_at: float | None = None
    """None while somebody stands there."""
    done: bool = field(default=False)
    """True: the place is given up (came in, turned away, place expired)."""
    passed_over: int = 0
    """As of whoever stands there."""
