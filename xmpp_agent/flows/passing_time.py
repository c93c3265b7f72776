"""What only time brings about: a visit left alone ends, kept places run out, stuck turnovers are tried again."""

from dataclasses import replace

from xmpp_agent.flows import recording
from xmpp_agent.flows.finish import finish
from xmpp_agent.flows.follow import TOLD, keep_place
from xmpp_agent.flows.house import House
from xmpp_agent.flows.let_in import invite_followers
from xmpp_agent.flows.notices import late, tell_late
from xmpp_agent.model.rooms import Place, RoomState
from xmpp_agent.model.words import STAFF_LOST, VISIT_DONE, both
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules import queue, visits
from xmpp_agent.rules.recording import may_record

DEFAULT_GRACE = 120.0
RETRY = 5.0
"""Seconds between attempts at what Prosody did not do."""


def due(house: House, now: float) -> tuple[str, ...]:
    """Rooms in which time has something to do; cheap, for a look each second."""
    return tuple(node for node, state in house.rooms.items() if _is_due(house, state, now))


def _is_due(house: House, state: RoomState, now: float) -> bool:
    return (
        _unattended(house, state, now)
        or _companions_alone(state, now)
        or _records_unminded(house, state, now)
        or _turnover_waits(house, state, now)
        or visits.ends_by_itself(state, now)
        or bool(_nameless(house, state))
        or bool(visits.lost_on_the_way(state, now))
        or bool(queue.expired(state, now))
        or bool(late(house, state, now))
    )


async def pass_time(house: House, node: str) -> None:
    """Do what is due in one room."""
    now, state = house.clock.now(), house.rooms[node]
    for pass_id in _nameless(house, state):
        await house.holder(pass_id)
    for jid in visits.lost_on_the_way(state, now):
        house.settle(visits.leave(house.rooms[node], jid, now))
    await _expire_places(house, node, now)
    tell_late(house, node)
    if _records_unminded(house, house.rooms[node], now):
        house.stop_asked[node] = now
        await recording.stop(house, node, "agent")
    state = house.rooms[node]
    if _unattended(house, state, now):
        house.tried[node] = now
        await _end_unattended(house, state, now)
    elif _turnover_waits(house, state, now) or visits.ends_by_itself(state, now):
        house.tried[node] = now
        if (await finish(house, node, "agent")).is_open:
            await invite_followers(house, node)
    elif _companions_alone(state, now):
        await _companions_out(house, state)


def _turnover_waits(house: House, state: RoomState, now: float) -> bool:
    return state.turnover_open and now - house.tried.get(state.room.node, 0.0) >= RETRY


def _unattended(house: House, state: RoomState, now: float) -> bool:
    over = state.frozen_since is not None and now - state.frozen_since > _grace(house, state)
    return over and now - house.tried.get(state.room.node, 0.0) >= RETRY


def _records_unminded(house: House, state: RoomState, now: float) -> bool:
    """Whether it records without staff (DESIGN §3.4), or somebody who must not be; asked to stop until it does."""
    if not state.recording or not may_record.must_end(state, recording.people_inside(house, state)):
        return False
    return now - house.stop_asked.get(state.room.node, 0.0) >= RETRY


def _nameless(house: House, state: RoomState) -> tuple[str, ...]:
    """Passes in a frozen room whose policy (its grace) is not known yet: after a restart."""
    if state.frozen_since is None:
        return ()
    return tuple(o.pass_id for o in state.visitors() if o.pass_id not in house.known)


def _grace(house: House, state: RoomState) -> float:
    party = (house.known.get(o.pass_id) for o in state.visitors())
    return min(
        (k.appointment.policy.grace for k in party if k is not None and k.appointment is not None),
        default=DEFAULT_GRACE,
    )


def _companions_alone(state: RoomState, now: float) -> bool:
    return state.alone_since is not None and now - state.alone_since > visits.ON_THE_WAY


async def _end_unattended(house: House, state: RoomState, now: float) -> None:
    """Nobody is left alone with a room: it ends with words, and the old place is kept (DESIGN §3.4)."""
    node = state.room.node
    await house.write("end-unattended", TOLD, room=node, actor="agent")
    try:
        await house.prosody.destroy(f"{node}@{house.addresses.rooms}", both(STAFF_LOST))
    except Unavailable:
        return  # tried again while it is due
    for person in state.visitors():
        keep_place(house, node, person, now)
    house.settle(visits.gone(house.rooms[node]))


async def _companions_out(house: House, state: RoomState) -> None:
    for person in state.visitors():
        await house.write("companion-out", TOLD, room=state.room.node, subject=person.pass_id, actor="agent")
        try:
            await house.prosody.kick(f"{state.room.node}@{house.addresses.rooms}", person.jid, both(VISIT_DONE))
        except Unavailable:
            return


async def _expire_places(house: House, node: str, now: float) -> None:
    seats = queue.expired(house.rooms[node], now)
    for person in (w for w in house.rooms[node].queue if w.seat in seats):
        place = Place(node, person.seat, person.appointment, person.since, now, done=True)
        await house.write("place-expired", TOLD, room=node, subject=person.pass_id, place=place)
        house.places.pop((node, person.seat), None)
    if seats:
        house.settle(queue.give_up(house.rooms[node], seats))


def tidy(house: House) -> None:
    """Let go of what nobody needs: passes nobody is connected on, rooms with nothing in them, places long expired.

    All of it is in the store and comes back when it is asked for.
    """
    needed = {connection.pass_id for connection in house.connections.values()}
    for state in house.rooms.values():
        needed.update(o.pass_id for o in state.inside)
        needed.update(w.pass_id for w in state.queue)
    for pass_id in house.known.keys() - needed:
        del house.known[pass_id]
        house.used.pop(pass_id, None)
    homes = {known.room.node for known in house.known.values()}
    for node, state in tuple(house.rooms.items()):
        if not (node in homes or state.exists or state.queue or state.visit or state.turnover_open):
            del house.rooms[node]
            house.told.pop(node, None)
            house.tried.pop(node, None)
            house.stop_asked.pop(node, None)
    people = {(k.appointment.id, k.person.id) for k in house.known.values() if k.appointment is not None}
    for key in house.came_with.keys() - people:
        del house.came_with[key]
    horizon = house.clock.now() - queue.PLACE_KEPT
    for key, place in tuple(house.places.items()):
        if place.left_at is not None and place.left_at < horizon:
            house.jot("place-expired", room=place.node, place=replace(place, done=True))
            del house.places[key]
