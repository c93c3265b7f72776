"""Hotline calls, notes and the rooms of a day: kept, found again, sealed."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.edges.store.samples import WISH, a_booking, a_line, raw
from xmpp_agent.edges.store.database import Database
from xmpp_agent.model.calls import Call, CallState
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.ports import Unavailable

CALL = Call("c1", "ward 7", "mette", "a1", "r1", "+4512345678", CallState.SENT_FOR, 10.0, 10.0, 500.0)
NOTE = Note("n1", "a1", "mette", "Talte med Anna om ferie.", NoteState.DRAFT, 10.0, 10.0)


async def test_a_call_is_found_by_each_of_its_names(database: Database) -> None:
    """By id, appointment and room; another's is not."""
    await database.records.keep(a_line(), CALL)

    assert await database.calls.call("c1") == CALL
    assert await database.calls.for_appointment("a1") == CALL
    assert await database.calls.in_room("r1") == CALL
    assert await database.calls.call("c2") is None


async def test_a_unit_sees_what_is_not_over_and_what_was_over_just_now(database: Database) -> None:
    """Newest first; a call that is lost stays for as long as nobody has marked it."""
    lost = replace(CALL, id="c2", state=CallState.LOST, made_at=20.0)
    over = replace(CALL, id="c3", state=CallState.ENDED, changed_at=99.0)
    long_over = replace(over, id="c4", changed_at=50.0)
    await database.records.keep(a_line(), CALL, lost, over, long_over, replace(CALL, id="c5", unit="ward 8"))

    assert [call.id for call in await database.calls.of_unit("ward 7", 50.0)] == ["c2", "c1", "c3"]


async def test_notes_are_found_by_appointment(database: Database) -> None:
    """Oldest first; appointments without a note are left out."""
    later = replace(NOTE, id="n0", made_at=11.0)
    await database.records.keep(a_line(), later, NOTE, replace(NOTE, id="n2", appointment="a2"))

    found = await database.notes.of(["a1", "a3"])

    assert {key: [note.id for note in notes] for key, notes in found.items()} == {"a1": ["n1", "n0"]}
    assert found["a1"][0] == NOTE


async def test_due_are_notes_that_are_written_and_not_filed(database: Database) -> None:
    """A note left in the middle of being handed over is due again; drafts, filed and given-up ones are not."""
    states = {state: replace(NOTE, id=state.value, state=state, due_at=5.0) for state in NoteState}
    await database.records.keep(a_line(), *states.values(), replace(NOTE, id="z", state=NoteState.QUEUED, due_at=7.0))

    assert [note.id for note in await database.notes.due(6.0, 10)] == ["queued", "sending"]
    assert [note.id for note in await database.notes.due(8.0, 1)] == ["queued"]


async def test_drafts_are_their_writers(database: Database) -> None:
    """What somebody has not written yet, whenever the meeting was."""
    others = (replace(NOTE, id="n2", staff="kim"), replace(NOTE, id="n3", state=NoteState.QUEUED))
    await database.records.keep(a_line(), NOTE, *others, replace(NOTE, id="n0", made_at=5.0))

    assert [note.id for note in await database.notes.drafts_of("mette")] == ["n0", "n1"]


async def test_numbers_and_notes_lie_sealed(database: Database, path: Path) -> None:
    """Neither can be read in any file of the database, and neither opens in another row."""
    await database.records.keep(a_line(), CALL, NOTE, replace(CALL, id="c2"), replace(NOTE, id="n2"))
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"12345678" not in content
    assert b"ferie" not in content

    raw(path, "UPDATE calls SET number = (SELECT number FROM calls WHERE id = 'c1')")
    raw(path, "UPDATE notes SET text = (SELECT text FROM notes WHERE id = 'n1')")
    with pytest.raises(Unavailable):
        await database.calls.call("c2")
    with pytest.raises(Unavailable):
        await database.notes.of(["a1"])


async def test_rooms_of_a_day_are_those_of_the_units_asked_for(database: Database) -> None:
    """Another day's and another unit's are not among them."""
    today = await a_booking(database)
    colleague = await a_booking(database, replace(WISH, staff="Bo Lund"))
    await a_booking(database, replace(WISH, unit="ward 8"))
    await a_booking(database, replace(WISH, starts_at=WISH.starts_at + 86400, ends_at=WISH.ends_at + 86400))

    found = await database.day_rooms.on_day("2026-11-22", {"ward 7"})

    assert {room.node for room in found} == {today.room, colleague.room}
    assert await database.day_rooms.on_day("2026-11-22", ()) == ()
