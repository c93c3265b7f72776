"""What waiting people are told without asking: their place when they come, that they are next, that staff is late."""

from xmpp_agent.flows.house import Change, House
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.rooms import RoomState, Waiting
from xmpp_agent.model.words import FIRST_IN_LINE, PLACE_IN_LINE, STAFF_LATE, both
from xmpp_agent.rules import queue

TOLD_LATE = -1
"""In `House.told`: has been told that staff is late; nothing more is said but that they are next."""


def tell_places(house: House, change: Change) -> None:
    """After each change of a queue: tell newcomers their place, and the first that they are next."""
    state = change.after
    if state is None or (change.before is not None and change.before.queue == state.queue):
        return
    told = house.told.setdefault(state.room.node, {})
    here = {w.seat for w in state.queue if w.jid}
    for seat in told.keys() - here:
        del told[seat]
    for seat, place in queue.told_of_place(state, told).items():
        told[seat] = place
        words = (
            FIRST_IN_LINE
            if place == 1
            else (PLACE_IN_LINE[0].format(place=place), PLACE_IN_LINE[1].format(place=place))
        )
        _tell(house, state, seat, both(words))


def tell_late(house: House, node: str) -> None:
    """Tell those whose time has passed without staff being there; each once."""
    state = house.rooms[node]
    told = house.told.setdefault(node, {})
    for person in late(house, state, house.clock.now()):
        told[person.seat] = TOLD_LATE
        _tell(house, state, person.seat, both(STAFF_LATE))


def late(house: House, state: RoomState, now: float) -> tuple[Waiting, ...]:
    """Who waits past the agreed time and has not been told."""
    told = house.told.get(state.room.node, {})
    return tuple(
        w
        for w in state.queue
        if w.jid and told.get(w.seat) != TOLD_LATE and _is_late(state, house.known.get(w.pass_id), now)
    )


def _is_late(state: RoomState, known: Known | None, now: float) -> bool:
    appointment = known.appointment if known else None
    return appointment is not None and queue.staff_is_late(state, appointment.starts_at, now)


def _tell(house: House, state: RoomState, seat: str, words: str) -> None:
    person = state.waiting(seat)
    known = house.known.get(person.pass_id) if person else None
    if person is None or known is None or known.appointment is None or not known.appointment.policy.tells_place:
        return
    house.lobby.notice(state.room.node, person.jid, person.nick, words)
