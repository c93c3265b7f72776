"""A room as the console shows it: masked, in words, with what the rules would say of each waiting person now."""

from xmpp_agent.flows.house import House
from xmpp_agent.flows.let_in import as_if_cleared, judge
from xmpp_agent.model.people import Role
from xmpp_agent.model.rooms import Occupant, RoomState, Waiting
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.words import danish
from xmpp_agent.rules import names, visits
from xmpp_agent.rules.arrival import proved_at
from xmpp_agent.rules.door_acts import Reasons, person_acts, room_acts
from xmpp_agent.wire import RoomPhase, RoomRow, WaitingRow

LONGEST_NAME = 200
"""Letters; the wire carries no more than 500, and a row that cannot be made would hold up all the others."""


def room_row(house: House, state: RoomState, shard: str, *, pages: bool) -> RoomRow | None:
    """The row of a room; None when there is nothing to show of it. `pages`: whether this agent has any."""
    if not state.exists and not state.queue and state.visit is None:
        return None
    visit = state.visit
    party = visits.party_of(state, visit.appointment) if visit else ()
    citizens = [o for o in party if o.role is Role.CITIZEN]
    return RoomRow(
        key=f"{shard}/{state.room.node}",
        room=state.room.node,
        unit=state.room.unit,
        staff=staff_names(house, state),
        phase=phase(state),
        citizen=names.masked(_name(house, citizens[0])) if citizens else None,
        companions=sum(1 for o in party if o.role is Role.COMPANION),
        visit=visit.seq if visit else state.seq,
        visit_since=visit.let_in_at if visit else None,
        frozen_since=state.frozen_since,
        recording=state.recording,
        inside=tuple(o.seat for o in party),
        waiting=tuple(_waiting(house, state, person, pages=pages) for person in state.queue),
        acts=_acts(room_acts(state, house.clock.now(), pages=pages)),
    )


def staff_names(house: House, state: RoomState) -> tuple[str, ...]:
    """Who of staff is inside."""
    return tuple(_name(house, one) for one in state.staff_inside())


def masked_name(house: House, pass_id: str) -> str:
    """Of whoever holds that pass."""
    known = house.known.get(pass_id)
    return names.masked(known.person.name)[:LONGEST_NAME] if known else "–"


def phase(state: RoomState) -> RoomPhase:
    """What the room is doing, in one word."""
    if state.turnover_open:
        return RoomPhase.STUCK if state.stuck else RoomPhase.TURNOVER
    if not state.exists:
        return RoomPhase.CLOSED
    if state.frozen_since is not None:
        return RoomPhase.FROZEN
    if state.visit is None:
        return RoomPhase.READY
    return RoomPhase.VISIT if any(o.arrived for o in state.visitors()) else RoomPhase.EXPECTING


def _name(house: House, person: Occupant) -> str:
    known = house.known.get(person.pass_id)
    return known.person.name[:LONGEST_NAME] if known else "–"


def _acts(acts: Reasons) -> str:
    """What may be done, and why not the rest, as rows say it."""
    return " ".join(act if reason is Reason.ALLOWED else f"{act}={reason}" for act, reason in acts.items())


def _waiting(house: House, state: RoomState, person: Waiting, *, pages: bool) -> WaitingRow:
    known = house.known.get(person.pass_id)
    verdict = judge(house, as_if_cleared(house, state, person.appointment), person, staff_lets_in=True)
    came = house.came_with.get((person.appointment, known.person.id)) if known else None
    return WaitingRow(
        knock=person.seat,
        masked=masked_name(house, person.pass_id),
        role="companion" if person.role is Role.COMPANION else "citizen",
        proof=names.proof(known) if known else "",
        lane="judge" if person.lane.value == "judge" else "queue",
        decision=verdict.decision.value,
        reason=verdict.reason.value,
        reason_text=danish(verdict.reason),
        rules=" ".join(f"{word.rule}={word.decision}:{word.reason}" for word in verdict.said),
        since=person.since,
        away=not person.jid,
        appointment_at=known.appointment.starts_at if known and known.appointment else None,
        device=came.device.value if came is not None and came.device is not None else "",
        proved_at=proved_at(known, came) if known else None,
        passed_over=person.passed_over,
        acts=_acts(person_acts(state, person, verdict.reason, pages=pages)),
    )
