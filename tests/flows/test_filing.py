"""From the vault into the case: once, with its consents, given up aloud, and ours is not deleted before its time."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.edges.recordings.recorder import lies_in
from tests.flows.custodian import DAY, RECORDED, SESSION, TERMS, Custodian, open_custodian
from tests.flows.untrue import untrue
from xmpp_agent.model.appointments import Plan
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.recordings import Agreement, Fault, Recording, Stage
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.recordings import EntryKind, Journal, JournalEntry, Receipt
from xmpp_agent.rules.recording import custody

HOUR = 3600.0


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Custodian]:
    """A recording room with Anna's appointment, who said yes."""
    async with open_custodian(tmp_path) as here:
        await here.book()
        await here.says(Agreement.YES)
        yield here


@dataclass
class Slow:
    """A journal that takes so long for its first recording (or note) that something else is done meanwhile."""

    journal: Journal
    meanwhile: Callable[[], Awaitable[None]]
    over: EntryKind = EntryKind.RECORDING
    is_done: bool = False

    async def file(self, entry: JournalEntry) -> Receipt:
        """See `ports.recordings.Journal`."""
        receipt = await self.journal.file(entry)
        if entry.kind is self.over and not self.is_done:
            self.is_done = True
            await self.meanwhile()
        return receipt

    async def confirmed(self, entry_id: str, number: str) -> Receipt | None:
        """See `ports.recordings.Journal`."""
        return await self.journal.confirmed(entry_id, number)

    async def close_case(self, case_ref: str, entry_id: str) -> None:
        """See `ports.recordings.Journal`."""
        await self.journal.close_case(case_ref, entry_id)


async def taken_in(room: Custodian, name: str = "anna", session: str = SESSION, **fields: object) -> Recording:
    """A recording that is safe in the vault and waits for the journal."""
    row = await room.at(Stage.EXPECTED, name, session, **fields)
    room.leave(f"film {session}".encode(), session)
    await room.room.take_in()
    return await room.row(row.id)


async def test_a_recording_is_filed_with_its_consents_kept_for_a_day_and_gone(room: Custodian) -> None:
    """Each an entry of its own, whole; the row has the journal's number, and in the end no key."""
    row = await taken_in(room)
    await room.look()
    filed = await room.row()
    assert (filed.stage, filed.number, filed.fault) == (Stage.RECEIPTED, row.id, None)
    assert room.in_journal(filed)
    [consent] = room.filed("consent").values()
    assert "Svar: Ja, I må optage." in str(consent["text"])
    await room.passes(DAY - 1)
    assert await room.in_vault(await room.row())
    await room.passes(2)
    gone = await room.row()
    assert (gone.stage, gone.key) == (Stage.DELETED, "")
    assert lies_in(room.folder / "vault") == []
    assert room.in_journal(gone)


async def test_a_journal_that_is_away_for_an_hour_is_asked_ever_more_seldom(room: Custodian) -> None:
    """The row says why it waits; what comes back gets it once."""
    row = await taken_in(room)
    room.journal.fault = Fault.JOURNAL_AWAY
    for _ in range(3600 // 15):
        await room.passes(15)
        waiting = await room.row()
        assert (waiting.stage, waiting.fault) == (Stage.ENCRYPTED, Fault.JOURNAL_AWAY)
        assert await room.in_vault(waiting)
    assert 5 <= (await room.row()).attempts <= 8
    room.journal.fault = None
    await room.passes(HOUR)
    assert (await room.row(row.id)).stage is Stage.RECEIPTED
    assert len(room.filed("recording")) == 1


async def test_filing_is_given_up_aloud_and_goes_on_when_a_person_says_so(room: Custodian) -> None:
    """After the policy's time, not before; the file stays with us."""
    row = await taken_in(room)
    room.journal.fault = Fault.JOURNAL_BUSY
    await room.passes(TERMS.file_within - HOUR)
    assert (await room.row()).stage is Stage.ENCRYPTED
    await room.passes(2 * HOUR)
    stuck = await room.row()
    assert (stuck.stage, stuck.fault) == (Stage.FILING_REFUSED, Fault.GIVEN_UP)
    room.journal.fault = None
    await room.passes(30 * DAY)
    assert await room.row() == stuck
    again = custody.step(stuck, custody.Happened.RETRIED, TERMS, room.around.clock.at)
    await room.write(again)
    await room.look()
    assert (await room.row(row.id)).stage is Stage.RECEIPTED


async def test_what_the_journal_will_never_take_is_not_tried_twice(room: Custodian) -> None:
    """A closed case: a person must look, and nothing is deleted."""
    await taken_in(room)
    room.journal.fault, room.journal.again = Fault.CASE_CLOSED, False
    for _ in range(5):
        await room.passes(DAY)
    stuck = await room.row()
    assert (stuck.stage, stuck.fault, len(room.journal.asked)) == (Stage.FILING_REFUSED, Fault.CASE_CLOSED, 1)
    assert await room.in_vault(stuck)


async def test_one_that_is_stuck_holds_up_no_other(room: Custodian) -> None:
    """What an adapter remembers of Anna's cannot be read: Bo's is filed all the same, and it is told."""
    await taken_in(room)
    await room.book("bo")
    bo = await taken_in(room, "bo", "s-2")
    annas = {row.id for row in await room.rows()} - {bo.id}

    def broken(step: str) -> None:
        if step == "before file consent":
            raise Unavailable("the memory of it cannot be read")

    room.journal.watch = broken
    with pytest.raises(Unavailable):
        await room.room.file()
    stages = {row.id: row.stage for row in await room.rows()}
    assert stages == {bo.id: Stage.RECEIPTED} | dict.fromkeys(annas, Stage.ENCRYPTED)


async def test_a_receipt_that_is_late_is_told_and_counts_when_it_comes(tmp_path: Path) -> None:
    """Our copy stays meanwhile; nobody needs to press anything."""
    async with open_custodian(tmp_path, receipts=True) as room:
        await room.book()
        row = await taken_in(room)
        await room.look()
        assert (await room.row()).stage is Stage.FILED
        await room.passes(TERMS.receipt_within)
        late = await room.row()
        assert (late.stage, late.fault) == (Stage.RECEIPT_LATE, Fault.NO_RECEIPT)
        await room.passes(10 * DAY)
        assert await room.in_vault(await room.row())
        (room.journal_folder / f"{row.id}.receipt.json").write_text('{"number": "17"}')
        await room.passes(HOUR)
        done = await room.row()
        assert (done.stage, done.number) == (Stage.RECEIPTED, "17")


@pytest.mark.parametrize("stage", [Stage.ENCRYPTED, Stage.FILING_REFUSED])
async def test_what_is_taken_back_before_it_is_filed_is_erased_and_never_filed(room: Custodian, stage: Stage) -> None:
    """Also when it was stuck; also when the clock was set back since; a new yes is one to another recording."""
    await taken_in(room)
    if stage is Stage.FILING_REFUSED:
        room.journal.fault, room.journal.again = Fault.CASE_CLOSED, False
        await room.look()
        room.journal.fault = None
    assert (await room.row()).stage is stage
    room.around.clock.at -= 5 * HOUR
    await room.says(Agreement.WITHDRAWN)
    await room.says(Agreement.YES)
    await room.passes(6 * HOUR)
    gone = await room.row()
    assert (gone.stage, gone.fault, gone.key) == (Stage.DELETED, Fault.SAID_NO, "")
    assert not await room.in_vault(gone)
    assert room.filed() == {}
    await room.room.take_in()
    assert list(room.recorder.iterdir()) == []


async def test_what_is_held_is_neither_deleted_nor_filed_against_a_no(room: Custodian) -> None:
    """Under legal hold it stays, whatever time says; when it is let go of, it is erased."""
    row = await taken_in(room)
    held = custody.held(row)
    await room.write(held)
    await room.says(Agreement.WITHDRAWN)
    await room.passes(10 * DAY)
    stays = await room.row()
    assert (stays.stage, stays.fault) == (Stage.ENCRYPTED, Fault.SAID_NO)
    assert await room.in_vault(stays)
    await room.write(custody.let_go(stays, TERMS))
    await room.passes(2 * HOUR)
    assert (await room.row()).stage is Stage.DELETED
    assert room.filed() == {}


async def test_what_is_held_outlives_its_receipt(room: Custodian) -> None:
    """Until somebody lets go of it."""
    await taken_in(room)
    await room.look()
    await room.write(custody.held(await room.row()))
    await room.passes(100 * DAY)
    assert await room.in_vault(await room.row())
    await room.write(custody.let_go(await room.row(), TERMS))
    await room.passes(1)
    assert (await room.row()).stage is Stage.DELETED


async def test_what_is_held_while_another_one_is_filed_is_not_deleted(room: Custodian) -> None:
    """A look may take as long as an upload: each is looked at as it stands when its turn comes."""
    row = await taken_in(room)
    await room.look()
    await room.book("bo")
    other = await taken_in(room, "bo", "s-2")
    room.around.clock.at += DAY
    await room.write(replace(other, due_at=0.0, version=other.version + 1))

    async def held() -> None:
        await room.write(custody.held(await room.row(row.id)))

    room.journal.journal = Slow(room.journal.journal, held)
    await room.room.file()
    stays = await room.row(row.id)
    assert (stays.stage, stays.held, await room.in_vault(stays)) == (Stage.RECEIPTED, True, True)


async def test_what_is_discarded_while_another_one_is_filed_is_not_filed(room: Custodian) -> None:
    """Though it was due when the look began."""
    await taken_in(room)
    await room.book("bo")
    other = await taken_in(room, "bo", "s-2")
    await room.write(replace(other, due_at=room.around.clock.at + 1, version=other.version + 1))
    room.around.clock.at += 1

    async def discarded() -> None:
        await room.write(custody.disowned(await room.row(other.id), room.around.clock.at))

    room.journal.journal = Slow(room.journal.journal, discarded)
    await room.room.file()
    gone = await room.row(other.id)
    assert (gone.stage, gone.number, other.id in room.filed("recording")) == (Stage.DELETED, "", False)


@pytest.mark.parametrize("held", [True, False])
async def test_what_is_changed_while_it_is_filed_has_its_number(room: Custodian, held: bool) -> None:
    """The journal has it: held it goes on from there, discarded it says so; neither is filed again."""
    row = await taken_in(room)

    async def changed() -> None:
        now = await room.row(row.id)
        await room.write(custody.held(now) if held else custody.disowned(now, room.around.clock.at))

    room.journal.journal = Slow(room.journal.journal, changed)
    await room.look()
    await room.passes(HOUR)
    after = await room.row(row.id)
    assert (after.stage, after.number) == (Stage.RECEIPTED if held else Stage.DELETED, row.id)
    assert (after.held, await room.in_vault(after)) == (held, held)
    assert room.journal.asked.count(row.id) == 1


async def test_a_second_recording_is_filed_though_the_appointment_changed(room: Custodian) -> None:
    """Its consents are in the journal already, as they were then: they are not sent once more."""
    await taken_in(room)
    await room.look()
    booked, office = (await room.entry()).appointment, room.around.office
    after = replace(booked, case_ref="2026-other", version=booked.version + 1)
    await office.records.keep(office.line("book", "test", "anna"), after)
    second = await taken_in(room, session="s-2")
    await room.look()
    [consent] = room.filed("consent").values()
    assert (consent["case"], room.filed("recording")[second.id]["case"]) == ("2026-anna", "2026-other")
    assert (await room.row(second.id)).stage is Stage.RECEIPTED
    assert room.journal.asked.count(str(consent["id"])) == 1


@pytest.mark.parametrize("asked_by", ["", "mette"])
@pytest.mark.parametrize("on_tape", [True, False])
@pytest.mark.parametrize("answer", [None, Agreement.YES])
async def test_what_nobody_let_through_is_not_filed_without_a_yes(
    tmp_path: Path, answer: Agreement | None, on_tape: bool, asked_by: str
) -> None:
    """Unless it is asked on the tape; a person is told, and may discard it."""
    policy = replace(RECORDED, plan=Plan(recording=replace(TERMS, on_tape=on_tape)))
    async with open_custodian(tmp_path) as room:
        await room.book(policy=policy)
        if answer is not None:
            await room.says(answer)
        room.around.clock.at += 1
        await taken_in(room, asked_by=asked_by)
        await room.room.file()
        row, is_let_through = await room.row(), asked_by != ""
        if is_let_through or answer is Agreement.YES or on_tape:
            assert row.stage is Stage.RECEIPTED
        else:
            assert (row.stage, row.fault, room.filed()) == (Stage.FILING_REFUSED, Fault.NO_CONSENT, {})


async def test_nothing_is_destroyed_before_its_row_says_so(room: Custodian) -> None:
    """Else a hold in between would be one of nothing; and while the vault is away it is without its key already."""
    row = await taken_in(room)
    await room.look()
    room.vault.fails["destroy"] = Fault.VAULT_AWAY
    await room.passes(DAY + 1)
    gone = await room.row(row.id)
    assert (gone.stage, gone.key, gone.fault) == (Stage.DELETED, "", Fault.VAULT_AWAY)
    assert len(lies_in(room.folder / "vault")) == 1
    room.vault.fails.clear()
    await room.passes(HOUR)
    done = await room.row(row.id)
    assert (done.fault, done.due_at, lies_in(room.folder / "vault")) == (None, None, [])


async def test_where_the_journal_has_a_reference_ours_is_the_only_copy_and_stays(tmp_path: Path) -> None:
    """No time deletes what exists nowhere else."""
    terms = replace(TERMS, as_reference=True)
    async with open_custodian(tmp_path) as room:
        await room.book(policy=replace(RECORDED, plan=Plan(recording=terms)))
        await taken_in(room)
        await room.look()
        await room.passes(365 * DAY)
        row = await room.row()
        assert (row.stage, row.due_at) == (Stage.RECEIPTED, None)
        assert await room.in_vault(row)
        assert list(room.journal_folder.glob("*.mp4")) == []


async def test_a_note_is_filed_under_the_same_id_at_every_attempt(room: Custodian) -> None:
    """Its number comes back with it; a clock that jumps does not file it twice."""
    note = await room.note(closes=False)
    room.journal.fault = Fault.JOURNAL_AWAY
    for hours in (0, -5, 10, -3, 12):
        await room.passes(hours * HOUR)
    room.journal.fault = None
    await room.passes(12 * HOUR)
    [filed] = (await room.archive.notes.of(["anna"]))["anna"]
    assert (filed.state, filed.number) == (NoteState.FILED, note.id)
    assert set(room.journal.asked) == {note.id}


@pytest.mark.parametrize("hours", [-5, 5])
@pytest.mark.parametrize("stage", [Stage.ENCRYPTED, Stage.FILED, Stage.RECEIPT_LATE, Stage.RECEIPTED])
async def test_a_clock_that_jumps_files_once_and_deletes_nothing_early(
    tmp_path: Path, stage: Stage, hours: int
) -> None:
    """Never before the receipt, and never while the clock that counts has not come so far."""
    async with open_custodian(tmp_path, receipts=True) as room:
        await room.book()
        room.journal.fault = Fault.JOURNAL_AWAY if stage is Stage.ENCRYPTED else None
        row = await taken_in(room)
        await room.look()
        if stage is Stage.RECEIPT_LATE:
            await room.passes(TERMS.receipt_within)
        if stage is Stage.RECEIPTED:
            (room.journal_folder / f"{row.id}.receipt.json").write_text('{"number": "17"}')
            await room.passes(61)
        assert (await room.row()).stage is stage
        room.journal.fault = None
        await room.passes(hours * HOUR)
        assert await untrue(room) == []
        assert await room.in_vault(await room.row())
        (room.journal_folder / f"{row.id}.receipt.json").write_text('{"number": "17"}')
        for _ in range(3):
            await room.passes(6 * HOUR)
        assert await untrue(room) == []
        assert (await room.row()).stage in {Stage.RECEIPTED, Stage.DELETED}
        assert len(room.filed("recording")) == 1
