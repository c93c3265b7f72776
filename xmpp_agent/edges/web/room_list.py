"""Rooms on the board: each row made when its room changed, and kept for as long as it may be shown."""

from dataclasses import dataclass

from xmpp_agent.edges.web.rows import room_row
from xmpp_agent.flows.house import Change, House
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.wire import RoomRow

GOOD_FOR = 10.0
"""Seconds a row may be shown to whoever opens a console: those who look on already see none made more seldom, since
each who waits is judged anew within ten seconds. Making 5,000 rows takes half a second."""


@dataclass(frozen=True, slots=True)
class _Made:
    state: RoomState
    row: RoomRow
    at: float


class RoomList:
    """One per agent. `shard` is part of the rows' keys."""

    def __init__(self, house: House, shard: str) -> None:
        self._house, self._shard = house, shard
        self.pages = False
        """Whether this agent has pages, where appointments are called and given on."""
        self._made: dict[str, _Made] = {}
        house.on_change.append(self._changed)

    def row(self, node: str) -> RoomRow | None:
        """A room as it is now; None when there is nothing to show."""
        state = self._house.rooms.get(node)
        row = room_row(self._house, state, self._shard, pages=self.pages) if state is not None else None
        if state is None or row is None:  # not kept: such a room may be let go of without a word
            self._made.pop(node, None)
            return None
        self._made[node] = _Made(state, row, self._house.clock.now())
        return row

    def recent(self, node: str) -> RoomRow | None:
        """A room as it is now, or as it was made a moment ago if nothing happened to it since."""
        made = self._made.get(node)
        if made is None or made.state is not self._house.rooms.get(node):
            return self.row(node)
        return made.row if 0 <= self._house.clock.now() - made.at < GOOD_FOR else self.row(node)

    def forget(self) -> None:
        """Everything may be different from here on: somebody was erased, or another agent was at the door."""
        self._made.clear()

    def _changed(self, change: Change) -> None:
        """Another state, or more is known of its people."""
        state = change.after or change.before
        if state is not None:
            self._made.pop(state.room.node, None)
