"""Notes: filled in with time and people, and written once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.flows.staffed import Staffed, open_staffed
from tests.flows.test_staff_door import looks_at, record
from xmpp_agent.flows.attendance import attended
from xmpp_agent.flows.hotline import take_by_phone
from xmpp_agent.flows.no_show import book_absent
from xmpp_agent.flows.notes import LONGEST, mark_case, note_form, write_note
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_door import finish_visit, let_one_in
from xmpp_agent.model.appointments import Outcome
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.people import Reach
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.notes import Notes

TEXT = "Vi aftalte en ny plan."


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[Staffed]:
    """Anna was met for a quarter of an hour."""
    async with open_staffed(tmp_path) as staffed:
        await staffed.opens()
        await staffed.book("anna")
        await staffed.comes("anna")
        await let_one_in(staffed.desk, staffed.who(), "anna")
        await staffed.obeys("anna")
        staffed.around.clock.at += 900
        await finish_visit(staffed.desk, staffed.who(), "anna")
        await staffed.settled()
        yield staffed


async def why(act: Awaitable[object]) -> Reason:
    """The reason an act was refused with."""
    with pytest.raises(Refused) as caught:
        await act
    return caught.value.verdict.reason


async def note_of(unit: Staffed, name: str = "anna") -> Note:
    """The one note of an appointment."""
    [note] = (await unit.desk.notes.of([name]))[name]
    return note


async def test_the_form_knows_time_and_people(unit: Staffed) -> None:
    """From when to when in local time, who was there and how they were known."""
    form = await note_form(unit.desk, unit.who(), "anna")
    assert form.text.splitlines()[:2] == [
        "Videomøde 22.11.2026 kl. 22.04-22.19.",
        "Til stede: Anna Hansen (borger, ikke logget ind), Mette Holm (medarbejder).",
    ]


async def test_a_note_is_written_once(unit: Staffed) -> None:
    """Queued with what staff wrote; the draft is gone from what is unwritten; pressed again, it is the same one."""
    assert [note.appointment for note in await unit.desk.notes.drafts_of("mette")] == ["anna"]
    await write_note(unit.desk, unit.who(), "anna", f" {TEXT}\n", case_closes=True)
    note = await note_of(unit)
    assert (note.text, note.state, note.case_closes) == (TEXT, NoteState.QUEUED, True)
    assert (await unit.appointment("anna")).case_closes
    assert await unit.desk.notes.drafts_of("mette") == ()
    assert ("mette", "note") in looks_at(unit, "anna")
    assert TEXT not in str(record(unit))
    await write_note(unit.desk, unit.who(), "anna", TEXT, case_closes=True)
    another = write_note(unit.desk, unit.who(), "anna", "Rettelse.", case_closes=True)
    assert await why(another) is Reason.CHANGED_MEANWHILE
    assert await note_of(unit) == note


async def test_pressed_three_times_at_once_it_is_one_note(unit: Staffed) -> None:
    """With a draft, and of a meeting that has none."""
    await unit.book("bo")
    held = replace(await unit.appointment("bo"), outcome=Outcome.ATTENDED, version=2)
    await unit.office.records.keep(unit.office.line("attended", "test"), held)
    for name in ("anna", "bo"):
        pressed = (write_note(unit.desk, unit.who(), name, TEXT, case_closes=False) for _ in range(3))
        await asyncio.gather(*pressed)
        assert (await note_of(unit, name)).text == TEXT


async def test_what_the_row_does_not_offer_is_not_done(unit: Staffed) -> None:
    """No note of a meeting that has not begun or is off; of one that is off no mark on the case, and no call."""
    await unit.book("bo", reach=Reach(phone="+4520123456"))
    assert await why(write_note(unit.desk, unit.who(), "bo", TEXT, case_closes=True)) is Reason.NOT_YET
    off = replace(await unit.appointment("bo"), cancelled_at=unit.around.clock.at, version=2)
    await unit.office.records.keep(unit.office.line("cancel", "test"), off)
    for act in (
        write_note(unit.desk, unit.who(), "bo", TEXT, case_closes=True),
        mark_case(unit.desk, unit.who(), "bo", closes=True),
        take_by_phone(unit.desk, unit.who(), "bo"),
    ):
        assert await why(act) is Reason.APPOINTMENT_CANCELLED
    assert await why(take_by_phone(unit.desk, unit.who(), "anna")) is Reason.APPOINTMENT_OVER
    assert await unit.desk.notes.of(["bo"]) == {}
    assert await unit.appointment("bo") == off


@dataclass
class Interrupting:
    """Notes, and somebody who presses `write` as soon as they were read, quicker than whoever read them."""

    notes: Notes
    press: Callable[[], Awaitable[None]]
    pressed: list[asyncio.Task[None]] = field(default_factory=list)

    async def of(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Note, ...]]:
        """See `ports.notes.Notes`."""
        found = await self.notes.of(appointment_ids)
        if not self.pressed:
            self.pressed.append(asyncio.ensure_future(self.press()))
            await asyncio.wait(self.pressed, timeout=0.5)  # over at once when nothing makes them wait
        return found

    async def drafts_of(self, staff: str) -> tuple[Note, ...]:
        """See `ports.notes.Notes`."""
        return await self.notes.drafts_of(staff)

    async def due(self, now: float, most: int) -> tuple[Note, ...]:
        """See `ports.notes.Notes`."""
        return await self.notes.due(now, most)


async def test_what_was_written_is_never_covered_by_a_draft(unit: Staffed) -> None:
    """The end of a visit and the note of it at the same moment: the note stays."""
    notes = Interrupting(unit.desk.notes, lambda: write_note(unit.desk, unit.who(), "anna", TEXT, case_closes=False))
    await attended(replace(unit.desk, notes=notes), "anna")
    await asyncio.gather(*notes.pressed)
    note = await note_of(unit)
    assert (note.text, note.state) == (TEXT, NoteState.QUEUED)


async def test_an_empty_or_endless_note_is_none(unit: Staffed) -> None:
    """Refused; the draft waits."""
    for text in ("", " \n", "x" * (LONGEST + 1)):
        assert await why(write_note(unit.desk, unit.who(), "anna", text, case_closes=False)) is Reason.BAD_REQUEST
    assert (await note_of(unit)).state is NoteState.DRAFT


async def test_strangers_neither_read_nor_write(unit: Staffed) -> None:
    """A colleague who does not cover; nor a supervisor, who was not there and would read the names."""
    boss = unit.who("lars", supervises=frozenset({"jobcenter"}))
    assert await why(note_form(unit.desk, boss, "anna")) is Reason.NOT_STAFF_HERE
    assert await why(write_note(unit.desk, boss, "anna", TEXT, case_closes=False)) is Reason.NOT_STAFF_HERE
    assert await why(note_form(unit.desk, unit.who("lars"), "anna")) is Reason.NOT_STAFF_HERE
    assert await why(write_note(unit.desk, unit.who("lars"), "anna", TEXT, case_closes=False)) is Reason.NOT_STAFF_HERE
    assert await why(mark_case(unit.desk, unit.who("lars"), "anna", closes=True)) is Reason.NOT_STAFF_HERE


async def test_an_absence_is_noted_with_its_evidence(unit: Staffed) -> None:
    """What was sent, and which steps were never taken."""
    await unit.book("bo")
    unit.around.clock.at += 900
    await book_absent(unit.desk, unit.who(), "bo")
    form = await note_form(unit.desk, unit.who(), "bo")
    assert form.text.startswith("Udeblevet fra videomøde 22.11.2026 kl. 22.19: Bo Hansen.\n")
    assert "Breve: ingen.\nLink åbnet: nej.\n" in form.text


async def test_the_note_of_a_visit_nobody_finished_settles_it(unit: Staffed) -> None:
    """Everybody hung up; whoever writes the note says that it took place."""
    await unit.book("bo")
    await unit.comes("bo")
    await let_one_in(unit.desk, unit.who(), "bo")
    await unit.obeys("bo")
    await unit.leaves("bo")
    await unit.leaves("mette")
    assert (await unit.appointment("bo")).outcome is None
    await write_note(unit.desk, unit.who(), "bo", TEXT, case_closes=False)
    assert (await unit.appointment("bo")).outcome is Outcome.ATTENDED


async def test_the_case_is_marked_and_unmarked(unit: Staffed) -> None:
    """On its own, too."""
    await mark_case(unit.desk, unit.who(), "anna", closes=True)
    assert (await unit.appointment("anna")).case_closes
    await mark_case(unit.desk, unit.who(), "anna", closes=False)
    assert not (await unit.appointment("anna")).case_closes
