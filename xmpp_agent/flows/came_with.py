"""How whoever waits came, for the console: what their test of camera and microphone found, when they logged in."""

from collections.abc import Iterator
from functools import partial

from xmpp_agent.flows.house import Change, House
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.ports.diary import Visitors


def watch(house: House, visitors: Visitors, change: Change) -> None:
    """For `House.on_change`: look up whoever came to a lobby, or came again with another pass, beside its lane."""
    if change.after is None:
        return
    for pass_id in _newcomers(change.before, change.after):
        node = change.after.room.node
        house.lanes.put(f"came with {node}", partial(_look_up, house, visitors, node, pass_id))


def _newcomers(before: RoomState | None, after: RoomState) -> Iterator[str]:
    if before is not None and before.queue == after.queue:
        return
    there = {w.pass_id for w in before.queue} if before is not None else set[str]()
    yield from (w.pass_id for w in after.queue if w.pass_id not in there)


async def _look_up(house: House, visitors: Visitors, node: str, pass_id: str) -> None:
    known = house.known.get(pass_id)
    if known is None or known.appointment is None:
        return
    key = known.appointment.id, known.person.id
    arrival = await visitors.arrival(*key)
    if arrival is not None and house.came_with.get(key) != arrival:
        house.came_with[key] = arrival
        house.shown_anew(node)
