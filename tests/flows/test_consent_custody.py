"""What follows of answers: in one entry with them, whatever the clock does."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.flows.custodian import Custodian, open_custodian
from tests.rules import scenes
from xmpp_agent.flows.office import Refused
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.recordings import Agreement, Fault, Stage
from xmpp_agent.ports.diary import Conflict, Noun, Records
from xmpp_agent.rules.recording import consent, custody


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Custodian]:
    """Anna's appointment with an interpreter; Mette has asked."""
    async with open_custodian(tmp_path) as here:
        await here.book(companion="tolk")
        await here.at(Stage.REQUESTED)
        yield here


async def said(room: Custodian) -> list[tuple[str, Agreement]]:
    """Who said what, oldest first."""
    consents = (await room.archive.recordings.consents(["anna"])).get("anna", ())
    return [(given.person, given.answer) for given in consents]


async def test_it_goes_on_when_the_last_one_said_yes(room: Custodian) -> None:
    """Not before."""
    await room.says(Agreement.YES)
    assert (await room.row()).stage is Stage.REQUESTED
    await room.says(Agreement.YES, person="tolk")
    assert (await room.row()).stage is Stage.CONSENTED


@pytest.mark.parametrize("before", [[], ["anna"], ["anna", "tolk"]], ids=str)
async def test_one_no_ends_it(room: Custodian, before: list[str]) -> None:
    """Whoever had agreed before."""
    for person in before:
        await room.says(Agreement.YES, person=person)
    await room.says(Agreement.NO, person="tolk")
    row = await room.row()
    assert (row.stage, row.fault) == (Stage.DECLINED, Fault.SAID_NO)


async def test_pressed_twice_is_one_answer(room: Custodian) -> None:
    """And nothing is taken back that was never given."""
    with pytest.raises(Refused):
        await room.says(Agreement.WITHDRAWN)
    for _ in range(3):
        await room.says(Agreement.YES)
    for _ in range(3):
        await room.says(Agreement.WITHDRAWN)
    assert await said(room) == [("anna", Agreement.YES), ("anna", Agreement.WITHDRAWN)]


@dataclass
class Quicker:
    """Somebody who writes another version of the row a moment before each answer."""

    records: Records
    room: Custodian

    async def keep(self, line: AuditLine, *nouns: Noun) -> None:
        """See `ports.diary.Records`."""
        await self.records.keep(line, custody.woken(await self.room.row(), line.at))
        await self.records.keep(line, *nouns)

    def jot(self, line: AuditLine, *nouns: Noun) -> None:
        """See `ports.diary.Records`."""
        self.records.jot(line, *nouns)


async def test_an_answer_and_what_follows_of_it_are_one_entry(room: Custodian) -> None:
    """When what follows cannot be written, the answer does not stand either: whoever pressed is told so."""
    office = room.around.office
    real, office.records = office.records, Quicker(office.records, room)
    with pytest.raises(Conflict):
        await room.says(Agreement.NO)
    office.records = real
    assert (await said(room), (await room.row()).stage) == ([], Stage.REQUESTED)
    await room.says(Agreement.NO)
    assert (await room.row()).stage is Stage.DECLINED


@pytest.mark.parametrize("hours", [-5, 5])
async def test_the_last_word_counts_whatever_the_clock_did(room: Custodian, hours: int) -> None:
    """Set back between yes and no, the no is still the newer one."""
    for answer in (Agreement.YES, Agreement.WITHDRAWN, Agreement.YES, Agreement.NO):
        await room.says(answer)
        room.around.clock.at += hours * 3600
        last = consent.newest((await room.archive.recordings.consents(["anna"]))["anna"])["anna"].answer
        assert last is (Agreement.WITHDRAWN if answer is Agreement.NO else answer)


async def test_who_says_yes_while_it_is_on_may_come_in_and_who_takes_it_back_may_not(room: Custodian) -> None:
    """What the door knows follows the answers."""
    house = room.around.office.house
    state = scenes.room(scenes.inside(scenes.staff()), scenes.inside(scenes.citizen()), of="anna", recording=True)
    house.settle(replace(state, agreed=frozenset({"anna"})))
    node = state.room.node
    await room.says(Agreement.YES)
    await room.says(Agreement.YES, person="tolk")
    assert house.rooms[node].agreed == {"anna", "tolk"}
    await room.says(Agreement.WITHDRAWN, person="tolk")
    assert house.rooms[node].agreed == {"anna"}
