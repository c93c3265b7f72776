"""A case is closed last: once note, consents and recordings are filed, and only if it is still marked."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.flows.custodian import Custodian, mette, open_custodian
from tests.flows.test_filing import Slow, taken_in
from xmpp_agent.edges.store.tables import audit
from xmpp_agent.flows.notes import mark_case
from xmpp_agent.model.recordings import Agreement, ClosingState, Fault, Stage
from xmpp_agent.ports.recordings import EntryKind

HOUR = 3600.0


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Custodian]:
    """A recording room with Anna's appointment, who said yes."""
    async with open_custodian(tmp_path) as here:
        await here.book()
        await here.says(Agreement.YES)
        yield here


async def test_a_case_is_closed_after_note_consents_and_recording_are_filed(room: Custodian) -> None:
    """And not before, in whatever order they come."""
    await room.book("bo", closes=True)
    await room.says(Agreement.YES, "bo")
    row = await room.at(Stage.EXPECTED, "bo")
    await room.note("bo")
    await room.passes(31)
    closing = await room.archive.recordings.closing("bo")
    assert (closing and closing.state, set(room.filed("close-case"))) == (ClosingState.QUEUED, set())
    room.leave()
    await room.passes(1)
    assert (await room.row(row.id)).stage is Stage.RECEIPTED
    assert {entry["kind"] for entry in room.filed().values()} == {"note", "consent", "recording", "close-case"}
    closing = await room.archive.recordings.closing("bo")
    assert closing is not None
    assert closing.state is ClosingState.CLOSED


async def test_a_case_that_waits_is_closed_with_the_last_that_is_filed_and_says_so_once(room: Custodian) -> None:
    """Whoever reads the audit finds no line for each step it waited for, and no half minute lies between."""
    await room.book("bo", closes=True)
    await room.says(Agreement.YES, "bo")
    await room.at(Stage.EXPECTED, "bo")
    await room.note("bo")
    await room.passes(31)
    room.leave()
    await room.passes(1)
    async with room.around.database.engine.connect() as db:
        acts = [json.loads(line)["act"] for line in await db.scalars(select(audit.c.line).order_by(audit.c.seq))]
    assert [act for act in acts if act.startswith("case-")] == ["case-waits", "case-closed"]


@pytest.mark.parametrize("over", [EntryKind.RECORDING, EntryKind.NOTE])
async def test_what_somebody_said_while_the_last_was_filed_comes_before_the_case_is_closed(
    room: Custodian, over: EntryKind
) -> None:
    """A closed case would take no answer: whatever took the journal so long, the yes that was taken back is in it."""
    await room.book("bo", closes=True)
    await room.says(Agreement.YES, "bo")
    row = await taken_in(room, "bo")
    if over is EntryKind.NOTE:
        await room.look()
    await room.note("bo")
    filed: list[str] = []
    room.journal.watch = filed.append

    async def taken_back() -> None:
        room.around.clock.at += 1
        await room.says(Agreement.WITHDRAWN, "bo")

    room.journal.journal = Slow(room.journal.journal, taken_back, over)
    for _ in range(40):
        await room.passes(1)
    assert (await room.row(row.id)).stage is Stage.RECEIPTED
    acts = [each.removeprefix("after ") for each in filed if each.startswith("after ")]
    assert acts[-2:] == ["file consent", "close-case"]


async def test_a_case_the_journal_did_not_close_keeps_its_pause_whatever_else_is_filed(room: Custodian) -> None:
    """A journal that is busy is not asked again for each document."""
    await room.book("bo", closes=True)
    await room.says(Agreement.YES, "bo")
    await room.note("bo")
    room.journal.fault_of = {"close-case": Fault.JOURNAL_BUSY}
    await room.passes(1)
    await room.at(Stage.EXPECTED, "bo")
    room.leave()
    await room.passes(1)
    assert room.filed("recording")
    closing = await room.archive.recordings.closing("bo")
    assert (closing and closing.attempts) == 1


async def test_a_mark_that_was_taken_away_closes_nothing(room: Custodian) -> None:
    """Not even when the note that brought it is filed already."""
    entry = await room.book("bo", closes=True)
    await room.at(Stage.EXPECTED, "bo")
    await room.note("bo")
    await room.passes(31)
    office, booked = room.around.office, entry.appointment
    unmarked = replace(booked, case_closes=False, version=booked.version + 1)
    await office.records.keep(office.line("case-stays-open", "mette", "bo"), unmarked)
    room.leave()
    for _ in range(5):
        await room.passes(HOUR)
    closing = await room.archive.recordings.closing("bo")
    assert (closing and closing.state, room.filed("close-case")) == (ClosingState.DROPPED, {})


@pytest.mark.parametrize("filed_first", [True, False])
async def test_a_case_that_is_marked_after_its_note_is_closed_too(room: Custodian, filed_first: bool) -> None:
    """Whether the note is filed by then or still on its way."""
    await room.note(closes=False)
    if filed_first:
        await room.look()
    await mark_case(room.desk, mette(), "anna", closes=True)
    await room.passes(31)
    assert len(room.filed("close-case")) == 1


async def test_a_case_is_not_closed_before_a_yes_that_was_taken_back_is_in_it(room: Custodian) -> None:
    """The journal is busy just then, and our copy's time is up meanwhile: a closed case would take no answer."""
    await room.at(Stage.EXPECTED)
    room.leave()
    await room.look()
    await room.look()
    assert (await room.row()).stage is Stage.RECEIPTED
    await room.says(Agreement.WITHDRAWN)
    room.journal.fault = Fault.JOURNAL_BUSY
    await room.passes(1)
    room.journal.fault = None
    await room.note(closes=True)
    await mark_case(room.desk, mette(), "anna", closes=True)
    room.journal.fault_of = {"file consent": Fault.JOURNAL_BUSY}
    for _ in range(30):
        await room.passes(HOUR)
    assert room.filed("note")
    assert room.filed("close-case") == {}
    assert (await room.row()).stage is Stage.DELETED
    room.journal.fault_of = {}
    for _ in range(4):
        await room.passes(HOUR)
    assert any("taget tilbage" in str(entry["text"]) for entry in room.filed("consent").values())
    assert len(room.filed("close-case")) == 1
    assert ((await room.row()).attempts, (await room.row()).due_at) == (0, None)
