"""How whoever waits came is looked up beside their room's lane, for all who came at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from typing_extensions import override

from tests.an_office import whole
from tests.flows.staffed import Staffed, open_staffed
from xmpp_agent.flows.came_with import CameWith
from xmpp_agent.flows.house import Change
from xmpp_agent.model.people import Level
from xmpp_agent.model.visitors import Arrival, DeviceTest
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Visitors

NAMES = ("anna", "bo", "carl")


@dataclass
class Counted:
    """The store's own visitors, and what they were asked."""

    visitors: Visitors
    asked: list[set[str]] = field(default_factory=list)

    async def arrivals(self, appointment_ids: Collection[str]) -> Mapping[tuple[str, str], Arrival]:
        self.asked.append(set(appointment_ids))
        return await self.visitors.arrivals(appointment_ids)


async def _three_wait(unit: Staffed) -> str:
    """Three whose devices were tested, and whose login is known, wait at one room; its node."""
    now = unit.around.clock.at
    for name in NAMES:
        await unit.book(name)
        arrival = Arrival(name, name, DeviceTest.GOOD, now, Level.SUBSTANTIAL, verified=True, login_at=now)
        await unit.office.records.keep(unit.office.line("arrived", name, name), *whole(arrival))
    room = await unit.opens()
    for name in NAMES:
        assert await unit.comes(name) == "lobby"
    return room.node


async def test_everybody_who_waits_is_looked_up_with_one_question(tmp_path: Path) -> None:
    """After a restart that is whoever waits at any room: a question each would keep every door waiting."""
    async with open_staffed(tmp_path) as unit:
        node, house = await _three_wait(unit), unit.house
        counted = Counted(unit.office.visitors)
        looks = CameWith(house, cast("Visitors", counted))
        shown = list[str]()
        house.on_change.append(lambda change: shown.append(change.after.room.node) if change.after else None)
        state = house.rooms[node]
        for _ in range(2):
            looks.watch(Change(None, state))
        await house.lanes.quiet()
        assert counted.asked == [set(NAMES)]
        assert {house.came_with[name, name].device for name in NAMES} == {DeviceTest.GOOD}
        assert shown == [node] * 3


async def test_who_comes_while_others_are_looked_up_is_looked_up_too(tmp_path: Path) -> None:
    """Nobody is forgotten between two questions."""
    async with open_staffed(tmp_path) as unit:
        node, house = await _three_wait(unit), unit.house
        state = house.rooms[node]
        alone = replace(state, queue=state.queue[:1])

        class Slow(Counted):
            @override
            async def arrivals(self, appointment_ids: Collection[str]) -> Mapping[tuple[str, str], Arrival]:
                if not self.asked:
                    looks.watch(Change(alone, state))
                return await super().arrivals(appointment_ids)

        slow = Slow(unit.office.visitors)
        looks = CameWith(house, cast("Visitors", slow))
        looks.watch(Change(None, alone))
        await house.lanes.quiet()
        assert [len(asked) for asked in slow.asked] == [1, 2]
        assert {key[0] for key in house.came_with} == set(NAMES)


async def test_who_could_not_be_looked_up_is_looked_up_with_the_next(tmp_path: Path) -> None:
    """A database that is away for a moment does not leave everybody who came meanwhile without their proof's age."""
    async with open_staffed(tmp_path) as unit:
        node, house = await _three_wait(unit), unit.house
        state = house.rooms[node]
        two = replace(state, queue=state.queue[:2])

        class Away(Counted):
            @override
            async def arrivals(self, appointment_ids: Collection[str]) -> Mapping[tuple[str, str], Arrival]:
                found = await super().arrivals(appointment_ids)
                if len(self.asked) == 1:
                    raise Unavailable("the database is away")
                return found

        away = Away(unit.office.visitors)
        looks = CameWith(house, cast("Visitors", away))
        looks.watch(Change(None, two))
        await house.lanes.quiet()
        assert (house.came_with, len(unit.around.faults)) == ({}, 1)
        unit.around.faults.clear()
        looks.watch(Change(two, state))
        await house.lanes.quiet()
        assert [len(asked) for asked in away.asked] == [2, 3]
        assert {key[0] for key in house.came_with} == set(NAMES)
