"""The lists of waiting people on staff's screens: the stock client lists people in the order it is shown them."""

from xmpp_agent.flows.house import House
from xmpp_agent.model.rooms import Lane, RoomState, Waiting
from xmpp_agent.rules import names


def standing(state: RoomState | None) -> tuple[Waiting, ...]:
    """Those who are really in the lobby, in order of arrival."""
    return tuple(w for w in state.queue if w.jid) if state is not None else ()


def show_from(house: House, state: RoomState, desk: str, first: int, shown: frozenset[str]) -> None:
    """Show a desk everybody from place `first` (0: the whole line) on, in order.

    Whoever of them is on its list already (`shown`: lobby nicks) is taken off before: an entry shown again stays
    where it is in the stock client, and the line would no longer say who came first.
    """
    node = state.room.node
    behind = standing(state)[first:]
    for person in behind:
        if person.nick in shown:
            house.lobby.hide(node, desk, person.nick)
    for person in behind:
        known = house.known.get(person.pass_id)
        if known is not None:
            name = names.in_lobby(known, judged_wrong=person.lane is Lane.JUDGE)
            house.lobby.show(node, desk, person.nick, name, person.jid)
