"""Carries changes of rooms to those who look at them: the lobby lists on staff's screens."""

from xmpp_agent.flows.house import Change, House
from xmpp_agent.flows.lists import show_from, standing
from xmpp_agent.model.rooms import RoomState


def lists_follow(house: House, change: Change) -> None:
    """Bring each staff member's list from what it was to what it is: hide who left, show who came, in order.

    Somebody who comes back to an old place (a reload) is put there: those behind are shown again.
    """
    before, after = _lists(change.before), _lists(change.after)
    state = change.after or change.before
    if state is None or before == after:
        return
    for desk, was in before.items():
        now = after.get(desk, ())
        for nick, jid in was:
            if (nick, jid) not in now:
                house.lobby.hide(state.room.node, desk, nick)
    for desk, now in after.items():
        if desk not in before:
            # An earlier agent may have filled this list, in an order nobody knows now.
            show_from(house, state, desk, 0, frozenset(nick for nick, _ in now))
            continue
        left = tuple(entry for entry in before[desk] if entry in now)
        same = next((i for i, entry in enumerate(left) if now[i] != entry), len(left))
        show_from(house, state, desk, same, frozenset(nick for nick, _ in left))


def _lists(state: RoomState | None) -> dict[str, tuple[tuple[str, str], ...]]:
    """By desk: (nick, full JID) of each person on its list."""
    if state is None:
        return {}
    line = tuple((w.nick, w.jid) for w in standing(state))
    return dict.fromkeys((desk for desk, _ in state.desks), line)
