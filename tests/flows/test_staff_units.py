"""Staff who act in another unit than their own: what they do stays in the unit it is about."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from typing_extensions import override

from tests.an_office import UNIT
from tests.flows.staffed import Staffed, open_staffed
from xmpp_agent.flows.colleague import hand_over
from xmpp_agent.flows.hotline import take_by_phone
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import cover, own_room
from xmpp_agent.model.people import Person, Reach, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports.diary import Enrolment

T = TypeVar("T")
BOSS = frozenset({UNIT.id})
WARD = replace(UNIT, id="ward7", name="Sengeafsnit 7")


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """Mette meets anna in the job centre; olga and nina are of a ward, and olga supervises the job centre."""
    async with open_staffed(tmp_path) as staffed:
        ward = [Enrolment(Person(who, WARD.id, f"{who.title()} Holm"), Role.STAFF) for who in ("olga", "nina")]
        await staffed.office.records.keep(staffed.office.line("enrol", "test"), WARD, *ward)
        await staffed.book("anna", reach=Reach(phone="+4520123456"))
        yield staffed


async def why(act: Awaitable[object]) -> Reason:
    """The reason an act was refused with."""
    with pytest.raises(Refused) as caught:
        await act
    return caught.value.verdict.reason


def olga(unit: Staffed) -> Session:
    """The supervisor from elsewhere."""
    return unit.who("olga", unit=WARD.id, supervises=BOSS)


async def test_handed_over_within_the_unit_of_the_appointment(unit: Staffed) -> None:
    """Not to the supervisor's own colleagues, who are strangers to the citizen's unit."""
    assert await why(hand_over(unit.desk, olga(unit), "anna", "nina")) is Reason.NOT_YOUR_UNIT
    assert (await unit.appointment("anna")).staff == "mette"
    await hand_over(unit.desk, olga(unit), "anna", "kim")
    assert (await unit.appointment("anna")).staff == "kim"


async def test_a_room_of_another_unit_takes_nothing(unit: Staffed) -> None:
    """A colleague who came from elsewhere today has a room there: what is in it stays there."""
    await own_room(unit.office, "kim", WARD)
    assert await why(hand_over(unit.desk, unit.who(), "anna", "kim")) is Reason.NOT_YOUR_UNIT


async def test_covered_within_the_unit_of_the_room(unit: Staffed) -> None:
    """Whoever covers reads the names of the unit."""
    node = (await own_room(unit.office, "mette", UNIT)).node
    assert await why(cover(unit.desk, olga(unit), node, "nina")) is Reason.NOT_YOUR_UNIT
    await cover(unit.desk, olga(unit), node, "kim")
    room = await unit.office.diary.room(node)
    assert room is not None
    assert room.covers == {"kim"}


class Interrupted(StaffOffice):
    """Mette's rooms are lent to nobody any more by the time a lane is free."""

    @override
    async def in_lane(self, key: str, job: Callable[[], Awaitable[T]]) -> T:
        """See `StaffOffice`."""
        room = replace(await self.room(key), covers=frozenset())
        await self.office.records.keep(self.office.line("cover", "test", room=key), room)
        return await super().in_lane(key, job)


async def test_may_is_asked_again_in_the_lane(unit: Staffed) -> None:
    """Whoever covered as they pressed, and no longer does, hands nothing over."""
    node = (await own_room(unit.office, "mette", UNIT)).node
    await cover(unit.desk, unit.who(), node, "kim")
    desk = Interrupted(**vars(unit.desk))
    assert await why(hand_over(desk, unit.who("kim"), "anna", "lars")) is Reason.NOT_STAFF_HERE
    assert (await unit.appointment("anna")).staff == "mette"


async def test_a_call_from_a_row_is_of_the_rows_unit(unit: Staffed) -> None:
    """Call, appointment and room are the citizen's unit's, though a supervisor from elsewhere makes it."""
    started = await take_by_phone(unit.desk, olga(unit), "anna")
    call = await unit.desk.calls.call(started.call)
    assert call is not None
    booked, room = await unit.appointment(call.appointment), await unit.office.diary.room(call.room)
    assert room is not None
    assert (call.unit, booked.unit, room.unit) == (UNIT.id, UNIT.id, UNIT.id)
