"""When and how a wait ended."""

from xmpp_agent.model.figures import Ended
from xmpp_agent.model.rooms import Occupant, RoomState, Waiting
from xmpp_agent.rules.queue import PLACE_KEPT


def accepted_at(state: RoomState, person: Occupant, now: float) -> float:
    """When somebody who is inside was let in: when the door was opened for them, not when they came through it."""
    visit = state.visit
    return min(visit.let_in_at, now) if visit is not None and visit.appointment == person.appointment else now


def left(person: Waiting, now: float) -> tuple[Ended, float]:
    """How the wait of somebody ended who is neither in the lobby nor inside, and when.

    Whose place ran out had left when the connection went; everybody else was sent away by staff.
    """
    if person.away_since is not None and now - person.away_since > PLACE_KEPT:
        return Ended.ABANDONED, person.away_since
    return Ended.TURNED_AWAY, now
