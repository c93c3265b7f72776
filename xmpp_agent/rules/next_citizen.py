"""Who is next: first the lobby of the room, then the queue the unit shares, each in order of arrival.

Nobody is passed over but by a rule: whoever is not at their page at that moment, or whom the rules of admission would
not let in now (the wrong person, out of time). They keep their place.
"""

from dataclasses import replace

from xmpp_agent.model.appointments import Appointment, Entry, Known, Room
from xmpp_agent.model.people import Pass, Role
from xmpp_agent.model.rooms import RoomState, Waiting
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.rules.admission.facts import Asks, Facts
from xmpp_agent.rules.admission.order import decide
from xmpp_agent.rules.passes import seat_of, visitor_until
from xmpp_agent.rules.queue import in_order
from xmpp_agent.rules.staff_day import is_at_the_page

_NICK = "next"


def in_lobby(state: RoomState) -> tuple[Waiting, ...]:
    """Citizens who stand in the lobby at this moment, first come first; companions come with them."""
    return tuple(w for w in in_order(state.queue) if w.jid and w.role is Role.CITIZEN)


def judge_from_line(entry: Entry, arrival: Arrival | None, state: RoomState, now: float) -> Verdict:
    """Whether somebody in the unit's shared queue may be called into this room now.

    Judged by the rules of admission, as if they were at the room's door already.
    """
    if arrival is None or not is_at_the_page(arrival, now):
        said = Said("next_citizen", Decision.WAIT, Reason.NOT_WAITING)
        return Verdict(Decision.WAIT, Reason.NOT_WAITING, (said,))
    known = _as_if_at_the_door(entry, arrival, state.room, now)
    asks = Asks.JOIN if state.exists else Asks.CREATE
    return decide(
        Facts(asks=asks, now=now, known=known, first_used_at=now, nick=_NICK, state=state, staff_lets_in=True)
    )


def may_be_given(appointment: Appointment, room: Room) -> Verdict:
    """Whether an appointment may be met in that room: it stays in its unit, whoever acts."""
    reason = Reason.ALLOWED if appointment.unit == room.unit else Reason.NOT_YOUR_UNIT
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said("may_be_given", decision, reason),))


def assigned(appointment: Appointment, room: Room) -> Appointment:
    """The appointment with the member of staff whose room it is. Time and link stay, so nobody is written to.

    Raises ValueError for a room of another unit (see `may_be_given`).
    """
    if not may_be_given(appointment, room).is_open:
        raise ValueError("an appointment stays in its unit")
    return replace(appointment, staff=room.owner, room=room.node, version=appointment.version + 1)


def _as_if_at_the_door(entry: Entry, arrival: Arrival, room: Room, now: float) -> Known:
    appointment = assigned(entry.appointment, room)
    pass_ = Pass(
        id="",
        role=Role.CITIZEN,
        person=entry.citizen.id,
        seat=seat_of(entry.citizen.id, appointment.id),
        room=room.node,
        issued_at=now,
        not_before=now,
        expires_at=visitor_until(appointment),
        appointment=appointment.id,
        level=arrival.level,
        proved=appointment.invited if arrival.verified else "",
    )
    return Known(pass_, entry.citizen, room, appointment)
