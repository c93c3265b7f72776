"""What a supervisor may do at a door now, and why not: for a room, and for somebody who waits there.

Whether the room is theirs at all is `staff_acts.supervisor_act`; whether somebody may be let in say the rules of
admission.
"""

from collections.abc import Mapping
from enum import StrEnum

from xmpp_agent.model.people import Role
from xmpp_agent.model.rooms import RoomState, Waiting
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules import visits


class DoorAct(StrEnum):
    """One act, as the console's keys name it."""

    LET_IN = "let_in"
    TURN_AWAY = "turn_away"
    WRITE = "write"
    MOVE = "move"
    """To a colleague of the unit: their room, the same link, the same place."""
    WRITE_ALL = "write_all"
    NEXT = "next"
    PUT_BACK = "put_back"
    FINISH = "finish"
    END = "end"
    """For all, staff too: the meeting is closed."""
    STOP_RECORDING = "stop_recording"
    REVEAL = "reveal"


Reasons = Mapping[DoorAct, Reason]
"""Each act with ALLOWED, or why it may not be done now."""


def room_acts(state: RoomState, now: float, *, pages: bool) -> Reasons:
    """What may be done to a room. `pages`: whether this agent has pages, where appointments are called and given on."""
    inside = state.visitors()
    citizen = any(one.role is Role.CITIZEN for one in inside)
    return {
        DoorAct.WRITE_ALL: _if(any(w.jid for w in state.queue), Reason.NOT_WAITING),
        DoorAct.NEXT: _next(state, now) if pages else Reason.NO_PAGES,
        DoorAct.PUT_BACK: _if(state.visit is not None and bool(inside), Reason.NO_SUCH_VISIT),
        DoorAct.FINISH: _if(state.visit is not None or state.turnover_open, Reason.NO_SUCH_VISIT),
        DoorAct.END: _if(state.exists, Reason.ROOM_NOT_OPEN),
        DoorAct.STOP_RECORDING: _if(state.exists and state.recording, Reason.NOT_RECORDING),
        DoorAct.REVEAL: _if(state.visit is not None and citizen, Reason.NO_SUCH_VISIT),
    }


def person_acts(state: RoomState, person: Waiting, letting_in: Reason, *, pages: bool) -> Reasons:
    """What may be done to somebody who waits; `letting_in`: what the rules of admission say."""
    here = bool(person.jid)
    return {
        DoorAct.LET_IN: letting_in if here else Reason.NOT_WAITING,
        DoorAct.TURN_AWAY: Reason.ALLOWED,
        DoorAct.WRITE: _if(here, Reason.NOT_WAITING),
        DoorAct.MOVE: _move(state, person) if pages else Reason.NO_PAGES,
        DoorAct.REVEAL: Reason.ALLOWED,
    }


def may_room(act: DoorAct, state: RoomState, now: float, visit: int) -> Verdict:
    """Whether an act on a room may be done now, to the visit of that number: the one the supervisor saw."""
    reason = room_acts(state, now, pages=True)[act] if state.seq == visit else Reason.NO_SUCH_VISIT
    return judged(act, reason)


def may_move(state: RoomState, seat: str) -> Verdict:
    """Whether somebody who waits may be given to a colleague."""
    person = state.waiting(seat)
    return judged(DoorAct.MOVE, _move(state, person) if person is not None else Reason.NOT_WAITING)


def judged(act: DoorAct, reason: Reason) -> Verdict:
    """The verdict for one act."""
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said("door_acts", decision, reason, act.value),))


def _next(state: RoomState, now: float) -> Reason:
    """By the room alone: who is in line is known when it is asked. A visit that is over is cleared on the way."""
    if not state.exists:
        return Reason.ROOM_NOT_OPEN
    if not state.staff_inside():
        return Reason.NO_STAFF_INSIDE
    if state.turnover_open:
        return Reason.TURNOVER_OPEN
    if state.visit is None or visits.is_over(state, now):
        return Reason.ALLOWED
    called = any(w.jid and w.appointment == state.visit.appointment for w in state.queue)
    return _if(called, Reason.OTHERS_INSIDE)


def _move(state: RoomState, person: Waiting) -> Reason:
    """A room of the hotline is of one call only, and has no day."""
    if not state.room.day:
        return Reason.ROOM_IS_FIXED
    going_on = state.visit is not None and state.visit.appointment == person.appointment
    return _if(not going_on, Reason.VISIT_GOING_ON)


def _if(fine: bool, otherwise: Reason) -> Reason:
    return Reason.ALLOWED if fine else otherwise
