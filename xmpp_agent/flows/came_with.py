"""How whoever waits came, for the console: what their test of camera and microphone found, when they logged in."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from xmpp_agent.flows.house import Change, House
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Visitors

_LANE = "came with"


@dataclass(slots=True)
class CameWith:
    """Looks up whoever came to a lobby, or came again with another pass, beside their room's lane; all who came since
    the last look at once, because after a restart that is everybody who waits."""

    house: House
    visitors: Visitors
    _wanted: dict[str, str] = field(default_factory=dict)
    """Room by pass: of whoever is to be looked up."""
    _asked: bool = False
    """Whether a look is on its way."""

    def watch(self, change: Change) -> None:
        """For `House.on_change`."""
        if change.after is None:
            return
        newcomers = dict.fromkeys(_newcomers(change.before, change.after), change.after.room.node)
        self._wanted |= newcomers
        if newcomers and not self._asked:
            self._asked = self.house.lanes.put(_LANE, self._look_up)

    async def _look_up(self) -> None:
        wanted, self._wanted, self._asked = self._wanted, {}, False
        keys = dict[tuple[str, str], str]()
        for pass_id, node in wanted.items():
            known = self.house.known.get(pass_id)
            if known is not None and known.appointment is not None:
                keys[known.appointment.id, known.person.id] = node
        try:
            found = await self.visitors.arrivals({appointment for appointment, _ in keys}) if keys else {}
        except Unavailable:
            self._wanted = wanted | self._wanted  # looked up with whoever comes next
            raise
        for key, node in keys.items():
            arrival = found.get(key)
            if arrival is not None and self.house.came_with.get(key) != arrival:
                self.house.came_with[key] = arrival
                self.house.shown_anew(node)


def _newcomers(before: RoomState | None, after: RoomState) -> Iterator[str]:
    if before is not None and before.queue == after.queue:
        return
    there = {w.pass_id for w in before.queue} if before is not None else set[str]()
    yield from (w.pass_id for w in after.queue if w.pass_id not in there)
