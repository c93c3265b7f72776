"""Finishing a visit: its people out, everything of it cleared, and only then is the room free for the next."""

from dataclasses import replace

from xmpp_agent.flows import recording
from xmpp_agent.flows.house import House
from xmpp_agent.flows.questions import undone
from xmpp_agent.model.people import Role, SystemUser
from xmpp_agent.model.rooms import Place, RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.words import VISIT_DONE, both
from xmpp_agent.ports import Inside, Unavailable
from xmpp_agent.rules import visits

DONE = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("turnover", Decision.OPEN, Reason.ALLOWED),))


async def finish(house: House, node: str, actor: str, text: str = both(VISIT_DONE)) -> Verdict:
    """End the visit of a room and clear it; open when Prosody confirmed every step.

    The memory says `turnover open` before the first step and until the last is confirmed and written, so that a
    crash in between leaves a room that lets nobody in.
    """
    state = house.rooms[node]
    if state.visit is None and not state.turnover_open and not state.visitors():
        return DONE
    opened = replace(state, turnover_open=True)
    verdict = await house.write("finish", DONE, room=node, actor=actor, memory=visits.memory(opened))
    if not verdict.is_open:
        return verdict
    house.settle(opened)
    try:
        if state.recording and not (await recording.stop(house, node, actor)).is_open:
            return await _stuck(house, node, actor)
        left_inside = await _clear(house, node, text)
    except Unavailable:
        return await _stuck(house, node, actor)
    cleared = visits.close(_only(house, house.rooms[node], left_inside))
    verdict = await house.write("turnover", DONE, room=node, actor=actor, memory=visits.memory(cleared))
    if not verdict.is_open:
        _mark_stuck(house, node)
        return verdict
    await _give_up_places(house, state)
    house.settle(cleared)
    return verdict


async def _clear(house: House, node: str, text: str) -> tuple[Inside, ...]:
    room = f"{node}@{house.addresses.rooms}"
    state = house.rooms[node]
    if not state.exists:
        return ()
    for person in state.visitors():
        await house.prosody.kick(room, person.jid, text)
    inside = await house.prosody.turnover(room)
    staff = {o.jid for o in state.inside if o.role is Role.STAFF}
    strangers = [i for i in inside if i.jid not in staff and house.addresses.system_user(i.jid) is None]
    for stranger in strangers:
        known = await house.holder(stranger.pass_id)
        if known is None or known.pass_.role is not Role.STAFF:
            raise Unavailable
    return inside


def _only(house: House, state: RoomState, inside: tuple[Inside, ...]) -> RoomState:
    """The room with none but these. A recorder that stays still records, for whoever comes next too."""
    jids = {i.jid for i in inside}
    recorders = frozenset(jid for jid in jids if house.addresses.system_user(jid) is SystemUser.RECORDER)
    stayed = tuple(o for o in state.inside if o.jid in jids)
    return visits.refreeze(replace(state, inside=stayed, recording=bool(recorders), recorders=recorders), 0.0)


async def _stuck(house: House, node: str, actor: str) -> Verdict:
    verdict = undone("turnover")
    await house.write("turnover", verdict, room=node, actor=actor)
    _mark_stuck(house, node)
    return verdict


def _mark_stuck(house: House, node: str) -> None:
    """Supervisors are told once, not at each of the attempts that follow."""
    state = house.rooms[node]
    if not state.stuck:
        house.settle(replace(state, stuck=True))
        house.note(node, "stuck")


async def _give_up_places(house: House, state: RoomState) -> None:
    """The finished visit's people have had their turn: their old place in the queue is given up."""
    for person in state.visitors():
        place = house.places.pop((state.room.node, person.seat), None)
        if place is not None:
            done = Place(place.node, place.seat, place.appointment, place.since, house.clock.now(), done=True)
            await house.write("place-given-up", DONE, room=place.node, place=done)
            house.places.pop((place.node, place.seat), None)
