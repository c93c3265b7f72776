"""Answers given once the journal has the recording: in the case as well, and nothing of ours goes early for it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.flows.custodian import DAY, RECORDED, TERMS, Custodian, open_custodian
from tests.flows.test_filing import HOUR, Slow, taken_in
from tests.rules.scenes import ROOM
from xmpp_agent.flows import filing
from xmpp_agent.model.appointments import Plan
from xmpp_agent.model.recordings import Agreement, Fault, Stage
from xmpp_agent.rules.recording import custody


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Custodian]:
    """A recording room with Anna's appointment, who said yes."""
    async with open_custodian(tmp_path) as here:
        await here.book()
        await here.says(Agreement.YES)
        yield here


@pytest.mark.parametrize("as_reference", [False, True])
@pytest.mark.parametrize("held", [False, True])
async def test_what_is_said_after_filing_is_filed_and_deletes_nothing_early(
    tmp_path: Path, as_reference: bool, held: bool
) -> None:
    """A yes taken back the same day is in the case within moments, once; ours goes when its time is up."""
    terms = replace(TERMS, as_reference=as_reference)
    async with open_custodian(tmp_path) as room:
        await room.book(policy=replace(RECORDED, plan=Plan(recording=terms)))
        await room.says(Agreement.YES)
        row = await taken_in(room)
        await room.look()
        if held:
            await room.write(custody.held(await room.row()))
        before = await room.row()
        await room.says(Agreement.WITHDRAWN)
        await room.look()
        assert [("taget tilbage" in str(entry["text"])) for entry in room.filed("consent").values()].count(True) == 1
        after = await room.row()
        assert (after.stage, after.due_at) == (Stage.RECEIPTED, None if held else before.due_at)
        assert await room.in_vault(after)
        await room.passes(DAY)
        assert (await room.row(row.id)).stage is (Stage.RECEIPTED if held or as_reference else Stage.DELETED)


async def test_an_answer_the_journal_cannot_take_now_is_filed_later(room: Custodian) -> None:
    """Also when our copy is deleted long since."""
    await taken_in(room)
    await room.look()
    await room.passes(DAY)
    assert (await room.row()).stage is Stage.DELETED
    await room.says(Agreement.WITHDRAWN)
    room.journal.fault = Fault.JOURNAL_AWAY
    await room.look()
    assert len(room.filed("consent")) == 1
    room.journal.fault = None
    await room.passes(HOUR)
    assert len(room.filed("consent")) == 2
    assert (await room.row()).due_at is None


async def test_what_is_said_while_the_journal_takes_it_is_filed_too(room: Custodian) -> None:
    """The recording is in the case by then: so is the withdrawal."""
    await taken_in(room)
    slow = Slow(room.journal, lambda: room.says(Agreement.WITHDRAWN))
    slowly = replace(room.archive, journal=slow)
    await filing.look(slowly)
    await filing.look(slowly)
    assert len(room.filed("consent")) == 2


async def test_a_yes_taken_back_reaches_the_case_though_the_appointment_goes_on_in_another_room(
    room: Custodian,
) -> None:
    """It broke off and was moved to a colleague: what was recorded before is of it all the same."""
    await taken_in(room)
    await room.look()
    office, booked = room.around.office, (await room.entry()).appointment
    another = replace(ROOM, node="another", day="2027-01-02")
    moved = replace(booked, room=another.node, version=booked.version + 1)
    await office.records.keep(office.line("move", "test", "anna"), another, moved)
    await room.says(Agreement.WITHDRAWN)
    await room.look()
    assert any("taget tilbage" in str(entry["text"]) for entry in room.filed("consent").values())
