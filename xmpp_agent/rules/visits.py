"""How a visit begins, goes on and ends, and how the room's picture follows what Prosody tells."""

from dataclasses import replace

from xmpp_agent.model.people import Role
from xmpp_agent.model.rooms import Occupant, RoomMemory, RoomState, Visit

BY_POLICY = "policy"
"""In `Visit.let_in_by`: nobody's act, the appointment type has no lobby."""
ON_THE_WAY = 15.0
"""Seconds between an open door and being inside; afterwards somebody who was let in counts as not coming."""


def begin(state: RoomState, appointment: str, by: str, now: float, seat: str = "") -> RoomState:
    """The room with this appointment's visit; letting a seat in again forgives that one having been put out."""
    if state.visit is not None and state.visit.appointment == appointment:
        sent_out = state.visit.sent_out - {seat}
        return replace(state, visit=replace(state.visit, sent_out=sent_out, let_in_at=now, let_in_by=by))
    seq = state.seq + 1
    return replace(state, seq=seq, visit=Visit(seq=seq, appointment=appointment, let_in_at=now, let_in_by=by))


def is_over(state: RoomState, now: float) -> bool:
    """Whether the visit can be closed without putting anybody out: its people came and left, or never came."""
    if state.visit is None or state.visitors():
        return False
    return state.visit.arrived or now - state.visit.let_in_at > ON_THE_WAY


def is_awaited(state: RoomState, appointment: str) -> bool:
    """Whether the door stands open for this appointment and nobody of it has arrived."""
    return state.visit is not None and state.visit.appointment == appointment and not state.visit.arrived


def ends_by_itself(state: RoomState, now: float) -> bool:
    """Whether a caller who came straight in has hung up: the next need not wait for staff to say so."""
    straight = state.visit is not None and state.visit.let_in_by == BY_POLICY
    return straight and state.empty_since is not None and now - state.empty_since > ON_THE_WAY


def close(state: RoomState) -> RoomState:
    """The room cleared, with no visit; the next may come, unless a recording still runs."""
    return replace(state, visit=None, turnover_open=False, stuck=False, frozen_since=None, empty_since=None)


def enter(state: RoomState, person: Occupant) -> RoomState:
    """The room with this person inside (or on the way, when not arrived); a repeated word changes nothing."""
    others = tuple(o for o in state.inside if o.jid != person.jid)
    visit = state.visit
    if person.arrived and visit is not None and person.appointment == visit.appointment and not visit.arrived:
        visit = replace(visit, arrived=True)
    return refreeze(replace(state, inside=(*others, person), visit=visit), person.since)


def leave(state: RoomState, jid: str, now: float) -> RoomState:
    """The room without this connection."""
    return refreeze(replace(state, inside=tuple(o for o in state.inside if o.jid != jid)), now)


def lost_on_the_way(state: RoomState, now: float) -> frozenset[str]:
    """Connections told to come in that never arrived."""
    return frozenset(o.jid for o in state.inside if not o.arrived and now - o.since > ON_THE_WAY)


def refreeze(state: RoomState, now: float) -> RoomState:
    """Frozen while visitors are inside without staff; `alone` while companions are without their citizen."""
    visitors = state.visitors()
    unattended = bool(visitors) and not state.staff_inside()
    alone = bool(visitors) and not any(o.role is Role.CITIZEN for o in visitors)
    empty = state.visit is not None and state.visit.arrived and not visitors
    held = (state.frozen_since, state.alone_since, state.empty_since)
    holds = (unattended, alone, empty)
    frozen_since, alone_since, empty_since = (_since(a, b, now) for a, b in zip(held, holds, strict=True))
    if (frozen_since, alone_since, empty_since) == held:
        return state
    return replace(state, frozen_since=frozen_since, alone_since=alone_since, empty_since=empty_since)


def _since(since: float | None, holds: bool, now: float) -> float | None:
    if not holds:
        return None
    return now if since is None else since


def gone(state: RoomState) -> RoomState:
    """The room after Prosody destroyed it: with the room object everything of the visit is gone."""
    cleared = replace(close(state), recording=False, recorders=frozenset())
    return replace(cleared, exists=False, inside=(), alone_since=None, empty_since=None, asked_at=None)


def send_out(state: RoomState, seats: frozenset[str]) -> RoomState:
    """The visit with those seats marked as put out by staff."""
    if state.visit is None:
        return state
    return replace(state, visit=replace(state.visit, sent_out=state.visit.sent_out | seats))


def memory(state: RoomState) -> RoomMemory:
    """What of this room must survive the agent."""
    return RoomMemory(
        node=state.room.node,
        seq=state.seq,
        visit=state.visit,
        turnover_open=state.turnover_open,
        frozen_since=state.frozen_since,
        asked_at=state.asked_at,
    )


def remember(state: RoomState, kept: RoomMemory) -> RoomState:
    """The room as it was remembered, before Prosody's own picture is laid over it."""
    return replace(
        state,
        seq=kept.seq,
        visit=kept.visit,
        turnover_open=kept.turnover_open,
        frozen_since=kept.frozen_since,
        asked_at=kept.asked_at,
    )


def party_of(state: RoomState, appointment: str) -> tuple[Occupant, ...]:
    """Citizen and companions of an appointment who are inside."""
    return tuple(o for o in state.inside if o.appointment == appointment and o.role is not Role.STAFF)
