"""staff_open_rooms: only staff make a room exist, and only the room they own or cover for."""

from xmpp_agent.model.appointments import Known, Room
from xmpp_agent.model.people import Role, SystemUser
from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Asks, Facts

RULE = "staff_open_rooms"
ASKED_LIFE = 15.0
"""Seconds the focus may make a room after staff asked for it (Jicofo's own initial time-out)."""


def says(facts: Facts) -> Said | None:
    """OPEN for the room's own staff; the focus only into a room that staff asked for; others WAIT for the room."""
    if facts.state is None:
        return None
    if facts.system is not None:
        return _machine(facts)
    if facts.known is None:
        return None
    if facts.known.pass_.role is Role.STAFF:
        if may_open(facts.known, facts.state.room):
            return Said(RULE, Decision.OPEN, Reason.ALLOWED)
        return Said(RULE, Decision.REFUSE, Reason.NOT_STAFF_HERE)
    if facts.enters and (facts.asks is Asks.CREATE or not facts.state.exists):
        return Said(RULE, Decision.WAIT, Reason.ROOM_NOT_OPEN)
    return None


def may_open(known: Known, room: Room) -> bool:
    """Whether this is staff of this very room: its owner or a colleague who covers."""
    return known.pass_.role is Role.STAFF and (known.person.id == room.owner or known.person.id in room.covers)


def _machine(facts: Facts) -> Said | None:
    state = facts.state
    if state is None or (facts.asks is Asks.CREATE and facts.system is not SystemUser.FOCUS):
        return Said(RULE, Decision.REFUSE, Reason.NOT_ASKED_BY_STAFF)
    asked = state.asked_at is not None and 0 <= facts.now - state.asked_at <= ASKED_LIFE
    if asked or (facts.asks is Asks.JOIN and state.exists):
        return Said(RULE, Decision.OPEN, Reason.ALLOWED)
    return Said(RULE, Decision.REFUSE, Reason.NOT_ASKED_BY_STAFF)
