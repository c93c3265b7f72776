"""The recording room: both loops go on by themselves, whatever happens to either, until it is closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.flows.custodian import Custodian, open_custodian
from xmpp_agent.flows.recording_room import RecordingRoom
from xmpp_agent.flows.taking_in import Intake
from xmpp_agent.model.recordings import Agreement, Fault, Stage
from xmpp_agent.ports import Unavailable

YEAR = 365 * 86400.0


@asynccontextmanager
async def at_work(room: RecordingRoom) -> AsyncIterator[None]:
    """The room runs; closed at the end."""
    task = asyncio.create_task(room.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def comes_to(here: Custodian, *stages: Stage) -> None:
    """Return when the only recording has come so far."""
    reached, loop = asyncio.Event(), asyncio.get_running_loop()

    def step(_step: str) -> None:
        loop.call_soon(reached.set)

    here.source.watch = here.journal.watch = step
    async with asyncio.timeout(30):
        while (await here.row()).stage not in stages:
            reached.clear()
            async with asyncio.timeout(3):
                await reached.wait()


async def test_a_file_that_is_left_is_filed_by_itself(tmp_path: Path) -> None:
    """Nobody presses anything."""
    async with open_custodian(tmp_path) as here:
        await here.book()
        await here.says(Agreement.YES)
        await here.at(Stage.EXPECTED)
        here.leave()
        async with at_work(here.room):
            await comes_to(here, Stage.RECEIPTED)
        assert here.in_journal(await here.row())


@pytest.mark.parametrize("stage", [Stage.HERE, Stage.ENCRYPTED, Stage.RECEIPTED])
async def test_a_clock_that_was_a_year_ahead_leaves_nothing_waiting_for_a_year(tmp_path: Path, stage: Stage) -> None:
    """Tried in vain by the wrong clock, it goes on by the right one; what is filed is kept as long as was said."""
    async with open_custodian(tmp_path) as here:
        await here.book()
        await here.says(Agreement.YES)
        await here.at(Stage.EXPECTED)
        here.around.clock.at += YEAR
        if stage is not Stage.RECEIPTED:
            here.journal.fault = Fault.JOURNAL_AWAY
        if stage is Stage.HERE:
            here.vault.fails["read-back"] = Fault.VAULT_AWAY
        here.leave()
        await here.look()
        assert (await here.row()).stage is stage
        here.around.clock.at -= YEAR
        here.journal.fault = None
        here.vault.fails.clear()
        for _ in range(3):
            await here.passes(60)
        row = await here.row()
        assert (row.stage, await here.in_vault(row)) == (Stage.RECEIPTED, True)


async def test_a_look_that_fails_is_told_and_the_room_goes_on(tmp_path: Path) -> None:
    """A folder that is not there, then a note that is due: the one does not keep the other waiting."""
    async with open_custodian(tmp_path) as here:
        await here.book()
        here.recorder.rmdir()
        told: asyncio.Queue[BaseException] = asyncio.Queue()
        filed = asyncio.Event()
        here.journal.watch = lambda step: filed.set() if step == "after file note" else None
        intake = Intake(here.around.office, here.archive.recordings, here.source, here.vault)
        room = RecordingRoom(intake, here.archive, told.put_nowait, leads=lambda: True)
        async with at_work(room), asyncio.timeout(30):
            assert isinstance(await told.get(), Unavailable)
            await here.note(closes=False)
            room.wake()
            await filed.wait()


async def test_without_a_recorders_folder_files_are_missed_and_notes_filed_all_the_same(tmp_path: Path) -> None:
    """Nothing is looked for where nothing is set; but nobody waits in silence for what will never come."""
    async with open_custodian(tmp_path) as here:
        await here.book()
        await here.at(Stage.EXPECTED)
        note = await here.note(closes=False)
        intake = Intake(here.around.office, here.archive.recordings, None, here.vault)
        room = RecordingRoom(intake, here.archive, here.around.faults.append, leads=lambda: True)
        here.around.clock.at += 61
        await room.take_in()
        await room.file()
        assert (set(here.filed()), (await here.row()).stage) == ({note.id}, Stage.MISSING)
