"""What staff and supervisors may do in a room, and what nobody may."""

from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import SystemUser
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules.admission.staff_open_rooms import may_open


def _verdict(rule: str, reason: Reason) -> Verdict:
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said(rule, decision, reason),))


def staff_act(known: Known | None, state: RoomState | None) -> Verdict:
    """Whether somebody may act as staff in this room (let in, refuse, put out, write): its staff, being inside it."""
    if known is None or state is None or known.revoked or not may_open(known, state.room):
        return _verdict("staff_act", Reason.NOT_STAFF_HERE)
    if not any(o.pass_id == known.pass_.id for o in state.staff_inside()):
        return _verdict("staff_act", Reason.NO_STAFF_INSIDE)
    return _verdict("staff_act", Reason.ALLOWED)


def supervisor_act(units: frozenset[str], state: RoomState | None) -> Verdict:
    """Whether a supervisor of these units ("*": all) may act on this room."""
    if state is None:
        return _verdict("supervisor_act", Reason.UNKNOWN_ROOM)
    if may_see(units, state.room.unit):
        return _verdict("supervisor_act", Reason.ALLOWED)
    return _verdict("supervisor_act", Reason.NOT_YOUR_UNIT)


def unit_act(units: frozenset[str], unit: str) -> Verdict:
    """Whether a supervisor of these units ("*": all) may act on everybody of that one."""
    return _verdict("unit_act", Reason.ALLOWED if may_see(units, unit) else Reason.NOT_YOUR_UNIT)


def withdraw_act(units: frozenset[str], unit: str | None, *, exists: bool = True) -> Verdict:
    """Whether a supervisor of these units may cancel an appointment or take back a pass of that unit.

    `unit` None: nobody can say whose it is (a pass never used); then only a supervisor of all units may.
    """
    if not exists:
        return _verdict("withdraw_act", Reason.UNKNOWN_ROOM)
    theirs = "*" in units if unit is None else may_see(units, unit)
    return _verdict("withdraw_act", Reason.ALLOWED if theirs else Reason.NOT_YOUR_UNIT)


def may_see(units: frozenset[str], unit: str) -> bool:
    """Whether a supervisor of these units ("*": all) sees rooms of that one."""
    return "*" in units or unit in units


def change_affiliation(
    known: Known | None, system: SystemUser | None, state: RoomState | None, affiliations: frozenset[str]
) -> Verdict:
    """Whether rights in the room may be changed by hand: never; owners are made by the gate alone.

    `affiliations` are the ones asked for; empty when only roles are touched (a kick is judged as `staff_act`).
    The focus may put people out (roles), nothing else.
    """
    if system is SystemUser.FOCUS and state is not None:
        return _verdict("owners", Reason.ALLOWED if not affiliations else Reason.OWNERS_ARE_FIXED)
    if affiliations:
        return _verdict("owners", Reason.OWNERS_ARE_FIXED)
    return staff_act(known, state)


FOCUS_MAY_SET = frozenset({"FORM_TYPE", "muc#roomconfig_whois"})
"""What Jicofo submits in a room it has made (jitsi-protocol §2.5); everything else stays as the gate made it."""


def configure(system: SystemUser | None, state: RoomState | None, fields: frozenset[str], destroy: bool) -> Verdict:
    """Whether the room's configuration may be changed: only what the focus needs on making it."""
    fine = system is SystemUser.FOCUS and state is not None and not destroy and fields <= FOCUS_MAY_SET
    return _verdict("room_is_fixed", Reason.ALLOWED if fine else Reason.ROOM_IS_FIXED)
