"""What was begun in the journal stays what it was, whatever a policy or a citizen says since."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.edges.recordings.recorder import lies_in
from tests.flows.custodian import DAY, RECORDED, TERMS, Custodian, open_custodian
from tests.flows.test_filing import HOUR, Slow, taken_in
from xmpp_agent.model.appointments import Plan, Policy
from xmpp_agent.model.recordings import Agreement, Fault, Stage
from xmpp_agent.ports.recordings import JournalFault

AS_REFERENCE = replace(RECORDED, plan=Plan(recording=replace(TERMS, as_reference=True)))


async def changes(room: Custodian, policy: Policy) -> None:
    """Somebody writes the policy anew."""
    office = room.around.office
    await office.records.keep(office.line("policy", "test", policy.id), policy)


async def unheard() -> None:
    """The journal took it, and its answer is lost."""
    raise JournalFault(Fault.JOURNAL_AWAY, again=True)


@pytest.mark.parametrize("on_the_way", [True, False])
async def test_a_policy_that_changes_deletes_no_only_copy(tmp_path: Path, on_the_way: bool) -> None:
    """The journal has a reference, then files are wanted, then somebody answers: ours stays, and is what it was."""
    async with open_custodian(tmp_path, receipts=on_the_way) as room:
        await room.book(policy=AS_REFERENCE)
        await room.says(Agreement.YES)
        row = await taken_in(room)
        await room.look()
        await changes(room, RECORDED)
        (room.journal_folder / f"{row.id}.receipt.json").write_text('{"number": "17"}')
        await room.passes(HOUR)
        await room.says(Agreement.WITHDRAWN)
        for _ in range(3):
            await room.passes(2 * DAY)
        kept = await room.row()
        assert (kept.stage, kept.due_at, await room.in_vault(kept)) == (Stage.RECEIPTED, None, True)


async def test_a_policy_that_changes_keeps_no_copy_for_ever(tmp_path: Path) -> None:
    """The journal has the file, then references are wanted: ours goes when its time is up."""
    async with open_custodian(tmp_path, receipts=True) as room:
        await room.book()
        await room.says(Agreement.YES)
        row = await taken_in(room)
        await room.look()
        await changes(room, AS_REFERENCE)
        (room.journal_folder / f"{row.id}.receipt.json").write_text('{"number": "17"}')
        await room.passes(HOUR)
        await room.passes(2 * DAY)
        assert (await room.row()).stage is Stage.DELETED


async def test_a_no_after_an_attempt_nobody_heard_of_is_told_to_the_journal(tmp_path: Path) -> None:
    """It may have the recording: ours is erased at once, and the case says that the yes was taken back."""
    async with open_custodian(tmp_path) as room:
        await room.book()
        await room.says(Agreement.YES)
        room.journal.journal = Slow(room.journal.journal, unheard)
        row = await taken_in(room)
        await room.look()
        assert (await room.row()).fault is Fault.JOURNAL_AWAY
        await room.says(Agreement.WITHDRAWN)
        room.journal.fault = Fault.JOURNAL_AWAY
        await room.passes(31)
        gone = await room.row()
        assert (gone.stage, gone.key, gone.fault) == (Stage.DELETED, "", Fault.SAID_NO)
        assert lies_in(room.folder / "vault") == []
        room.journal.fault = None
        await room.passes(2 * HOUR)
        assert row.id in room.filed("recording")
        assert any("taget tilbage" in str(entry["text"]) for entry in room.filed("consent").values())
        assert (await room.row()).due_at is None


async def test_a_no_to_what_was_never_begun_is_not_told(tmp_path: Path) -> None:
    """There is no recording in the case for it to go with."""
    async with open_custodian(tmp_path) as room:
        await room.book()
        await room.says(Agreement.YES)
        await taken_in(room)
        await room.says(Agreement.WITHDRAWN)
        for _ in range(3):
            await room.passes(HOUR)
        assert (await room.row()).stage is Stage.DELETED
        assert room.filed() == {}
