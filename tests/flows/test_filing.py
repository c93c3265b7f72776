"""From the vault into the case: once, with its consents, given up aloud, and ours is not deleted before its time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flows.custodian import DAY, RECORDED, SESSION, TERMS, Custodian, open_custodian
from xmpp_agent.model.appointments import Plan
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.recordings import Agreement, ClosingState, Fault, Recording, Stage
from xmpp_agent.rules.recording import custody

HOUR = 3600.0


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Custodian]:
    """A recording room with Anna's appointment, who said yes."""
    async with open_custodian(tmp_path) as here:
        await here.book()
        await here.says(Agreement.YES)
        yield here


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
    assert list((room.folder / "vault").iterdir()) == []
    assert room.in_journal(gone)
