"""Carries changes of rooms to those who look at them: the lobby lists on staff's screens."""

from xmpp_agent.flows.house import Change, House
from xmpp_agent.model.rooms import Lane, RoomState
from xmpp_agent.rules import names

Shown = dict[tuple[str, str], str]
"""(staff's full JID, waiting nick) -> waiting full JID."""


def lists_follow(house: House, change: Change) -> None:
    """Bring each staff member's list from what it was to what it is: hide who left, show who came, in order."""
    before, after = _shown(change.before), _shown(change.after)
    state = change.after or change.before
    if state is None or before == after:
        return
    node = state.room.node
    for (desk, nick), jid in before.items():
        if after.get((desk, nick)) != jid:
            house.lobby.hide(node, desk, nick)
    for person in change.after.queue if change.after else ():
        known = house.known.get(person.pass_id)
        for desk, _ in change.after.desks if change.after else ():
            if known is not None and person.jid and before.get((desk, person.nick)) != person.jid:
                name = names.in_lobby(known, judged_wrong=person.lane is Lane.JUDGE)
                house.lobby.show(node, desk, person.nick, name, person.jid)


def _shown(state: RoomState | None) -> Shown:
    if state is None:
        return {}
    return {(desk, w.nick): w.jid for desk, _ in state.desks for w in state.queue if w.jid}
