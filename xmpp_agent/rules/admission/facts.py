"""The facts on which admission is decided. Gathered by a flow, read by the rules, changed by nobody."""

from dataclasses import dataclass
from enum import StrEnum

from xmpp_agent.model.appointments import Appointment, Known
from xmpp_agent.model.people import Role, SystemUser
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Reason


class Asks(StrEnum):
    """What somebody wants."""

    AUTHENTICATE = "authenticate"
    CONFERENCE = "conference"
    CREATE = "create"
    JOIN = "join"
    KNOCK = "knock"


class SeatHolder(StrEnum):
    """Who else is connected on the seat of this pass."""

    NOBODY = "nobody"
    SAME_PASS = "same_pass"
    OLDER_PASS = "older_pass"
    NEWER_PASS = "newer_pass"


@dataclass(frozen=True, slots=True)
class Facts:
    """One question at the door. Times are seconds since 1970."""

    asks: Asks
    now: float
    known: Known | None = None
    fault: Reason | None = None
    """Why `known` is None."""
    first_used_at: float | None = None
    """When the pass was first used; None: never."""
    system: SystemUser | None = None
    nick: str = ""
    state: RoomState | None = None
    """The room that is asked for; None: Portner knows no such room."""
    holder: SeatHolder = SeatHolder.NOBODY
    staff_lets_in: bool = False
    """A staff member's Admit is being judged: as if the visit were theirs already."""

    @property
    def appointment(self) -> Appointment | None:
        """The appointment of the pass."""
        return self.known.appointment if self.known else None

    @property
    def is_visitor(self) -> bool:
        """Whether this is a citizen or companion (not staff, not a machine)."""
        return self.known is not None and self.known.pass_.role is not Role.STAFF

    @property
    def enters(self) -> bool:
        """Whether the question is about going into the meeting itself."""
        return self.asks in (Asks.CREATE, Asks.JOIN, Asks.CONFERENCE)

    @property
    def visit_is_theirs(self) -> bool:
        """Whether the visit going on in the room is that of their appointment."""
        visit = self.state.visit if self.state else None
        return visit is not None and self.appointment is not None and visit.appointment == self.appointment.id
