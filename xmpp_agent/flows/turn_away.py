"""Staff refuse somebody who waits, with words."""

from xmpp_agent.flows.house import House
from xmpp_agent.flows.let_in import NOT_WAITING
from xmpp_agent.model.rooms import Place
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules import queue

DONE = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("turn_away", Decision.OPEN, Reason.ALLOWED),))


async def turn_away(house: House, node: str, seat: str, actor: str, text: str) -> Verdict:
    """Put a waiting person out of the lobby. With a text they read it; without one the client says `rejected`.

    They may knock again: a refusal is of this knock, not of the person. Their place in the queue is given up.
    """
    person = house.rooms[node].waiting(seat)
    if person is None:
        return NOT_WAITING
    place = Place(node, seat, person.appointment, person.since, left_at=house.clock.now(), done=True)
    verdict = await house.write("turn-away", DONE, room=node, subject=person.pass_id, actor=actor, place=place)
    if not verdict.is_open:
        return verdict
    house.places.pop((node, seat), None)
    if person.jid and text:
        house.lobby.end(node, person.jid, person.nick, text)
    elif person.jid:
        house.lobby.turn_away(node, person.jid, person.nick, "")
    house.settle(queue.give_up(house.rooms[node], frozenset({seat})))
    house.note(node, "turned_away", seat)
    return verdict


async def turn_away_from_desk(house: House, node: str, desk_jid: str, nick: str) -> Verdict:
    """A staff member's Reject in Jitsi: only from a desk of this room, only of somebody who waits there."""
    state = house.rooms.get(node)
    if state is None or all(jid != desk_jid for jid, _ in state.desks):
        said = Said("staff_act", Decision.REFUSE, Reason.NOT_STAFF_HERE)
        refused = Verdict(Decision.REFUSE, Reason.NOT_STAFF_HERE, (said,))
        return await house.write("turn-away", refused, room=state.room.node if state else "")
    person = next((w for w in state.queue if w.nick == nick and w.jid), None)
    if person is None:
        return NOT_WAITING
    connection = house.connections.get(desk_jid.partition("@")[0])
    return await turn_away(house, node, person.seat, actor=connection.pass_id if connection else "", text="")
