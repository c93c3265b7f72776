"""What is written in the lobby reaches whom it should and nobody else."""

from xmpp_agent.flows.house import House
from xmpp_agent.flows.let_in import NOT_WAITING
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict

SAID = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("write", Decision.OPEN, Reason.ALLOWED),))
STAFF_NAME = "Medarbejder"
"""What a waiting person reads of whoever writes: enough to know it is staff."""
PORTNER = "portner"
"""Resource of the virtual moderator in every lobby room."""


async def write_to(house: House, node: str, seat: str | None, actor: str, text: str) -> Verdict:
    """A supervisor writes to one waiting person, or to each of them separately (nobody sees the others)."""
    people = [w for w in house.rooms[node].queue if w.jid and seat in (None, w.seat)]
    if not people:
        return NOT_WAITING
    verdict = await house.write("write", SAID, room=node, actor=actor, note=f"{len(people)} waiting")
    if verdict.is_open:
        for person in people:
            house.lobby.say(node, person.jid, person.nick, text)
    return verdict


def chat(house: House, node: str, sender: str, to_nick: str | None, text: str) -> None:
    """One line typed in the lobby chat. `to_nick` None: to all; then it goes to staff only."""
    state = house.rooms.get(node)
    if state is None:
        return
    desk = next((nick for jid, nick in state.desks if jid == sender), None)
    if desk is not None:
        _from_staff(house, state, desk, to_nick, text)
        return
    person = next((w for w in state.queue if w.jid == sender), None)
    if person is None:
        return
    for jid, nick in state.desks:
        if to_nick in (None, PORTNER, nick):
            house.lobby.relay(node, person.nick, jid, text, None)
    house.note(node, "wrote", person.seat, text)


def _from_staff(house: House, state: RoomState, desk: str, to_nick: str | None, text: str) -> None:
    person = next((w for w in state.queue if w.jid and w.nick == to_nick), None)
    if person is not None:
        house.lobby.relay(state.room.node, desk, person.jid, text, STAFF_NAME, person.nick)
        return
    for jid, nick in state.desks:
        if nick != desk and to_nick in (None, nick):
            house.lobby.relay(state.room.node, desk, jid, text, None)
