"""Staff put a visit's people back to wait: out of the meeting with words, first in the lobby when they come again."""

from xmpp_agent.flows.house import House
from xmpp_agent.flows.questions import refused, undone
from xmpp_agent.model.rooms import Place, RoomState, Visit
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules import visits
from xmpp_agent.rules.queue import ahead_of_all

DONE = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("put_back", Decision.OPEN, Reason.ALLOWED),))


async def put_back(house: House, node: str, appointment: str, actor: str, text: str) -> Verdict:
    """Send the people of this visit out. They stay out until staff let them in again, or the next one."""
    state = house.rooms[node]
    visit = state.visit
    if visit is None or visit.appointment != appointment or not state.visitors():
        return refused(Reason.NO_SUCH_VISIT).verdict
    after = visits.send_out(state, frozenset(person.seat for person in state.visitors()))
    verdict = await house.write("put-back", DONE, room=node, actor=actor, memory=visits.memory(after))
    if not verdict.is_open:
        return verdict
    house.settle(after)
    for person in state.visitors():
        await _keep_first_place(house, state, visit, person.seat)
    sent = 0
    try:
        for person in state.visitors():
            await house.prosody.kick(f"{node}@{house.addresses.rooms}", person.jid, text)
            sent += 1
    except Unavailable:
        note = f"{sent} of {len(state.visitors())} out"
        return await house.write("put-back", undone("put_back"), room=node, actor=actor, note=note)
    return verdict


async def _keep_first_place(house: House, state: RoomState, visit: Visit, seat: str) -> None:
    """The place they had, or one before all who wait now, for as long as places are kept."""
    node, now = state.room.node, house.clock.now()
    held = house.places.get((node, seat))
    since = ahead_of_all(state, min(visit.let_in_at, held.since if held is not None else now))
    place = Place(node, seat, visit.appointment, since, left_at=now)
    await house.write("place-kept", DONE, room=node, place=place)
