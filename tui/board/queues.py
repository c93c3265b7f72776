"""Everybody who waits, in all rooms, in one order."""

from collections.abc import Iterable
from dataclasses import dataclass

from xmpp_agent import wire


@dataclass(frozen=True, slots=True)
class Waiter:
    """One person who waits, and for which room."""

    room: wire.RoomRow
    place: int
    """In the room's own queue, from 1."""
    person: wire.WaitingRow


def one_queue(rooms: Iterable[wire.RoomRow]) -> list[Waiter]:
    """Who came first stands first; within a room its own order holds, whatever the times say."""
    found = [Waiter(row, place, person) for row in rooms for place, person in enumerate(row.waiting, 1)]
    came: dict[tuple[str, int], float] = {}
    for each in found:
        before = came.get((each.room.key, each.place - 1), each.person.since)
        came[each.room.key, each.place] = max(before, each.person.since)
    return sorted(found, key=lambda each: (came[each.room.key, each.place], each.room.key, each.place))
