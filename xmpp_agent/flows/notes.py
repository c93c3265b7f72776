"""Notes of meetings: begun by themselves when somebody was met, written by staff, filed in the journal until done."""

from dataclasses import dataclass, replace
from functools import partial

from xmpp_agent.flows.attendance import note_lane, was_held
from xmpp_agent.flows.office import Refused, new_id, refusal
from xmpp_agent.flows.staff_facts import facts_of_one
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import staff_of, unit_of
from xmpp_agent.model.appointments import Entry, Room
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports.diary import Conflict, Look
from xmpp_agent.rules import note_outbox
from xmpp_agent.rules.note_text import Met, beginning
from xmpp_agent.rules.recording import closing
from xmpp_agent.rules.staff_day import Act, Stage, may_do, may_read_name, may_write, open_note, stage

LONGEST = 6000
"""Letters a note may have; a form is sixteen kilobytes, and a Danish letter may take six of them on the way."""
AT_ONCE = 20


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """What staff wrote. `repr` tells nothing."""

    text: str
    case_closes: bool


@dataclass(frozen=True, slots=True, repr=False)
class NoteForm:
    """What the form shows; `text` are the first lines. `repr` tells nothing."""

    entry: Entry
    text: str
    case_closes: bool


async def note_form(desk: StaffOffice, who: Session, appointment_id: str) -> NoteForm:
    """The form of a meeting's note, filled in with time and people. Raises Refused, Unavailable."""
    office = desk.office
    entry, room = await _theirs(desk, who, appointment_id)
    booked, known = entry.appointment, await facts_of_one(desk, entry, room)
    arrivals = await office.visitors.arrivals([booked.id])
    inside = known.arrival.inside_at if known.arrival is not None else None
    draft = open_note(known.notes)
    met = Met(
        entry=entry,
        unit=await unit_of(office, booked.unit),
        author=await staff_of(office, who),
        began_at=inside or booked.starts_at,
        ended_at=draft.changed_at if draft is not None and draft.changed_at > draft.made_at else booked.ends_at,
        arrivals={person: arrival for (_, person), arrival in arrivals.items()},
        evidence=known.evidence,
    )
    return NoteForm(entry, beginning(met), booked.case_closes)


async def write_note(desk: StaffOffice, who: Session, appointment_id: str, text: str, *, case_closes: bool) -> None:
    """The note as staff wrote it, on its way to the journal; pressed again, it is the same one.

    Raises Refused (nothing written, none is due), Unavailable.
    """
    entry, room = await _theirs(desk, who, appointment_id)
    if not text.strip() or len(text) > LONGEST:
        raise refusal("note", Reason.BAD_REQUEST)
    written = Written(text.strip(), case_closes)
    await desk.in_lane(note_lane(appointment_id), partial(_write, desk, who, appointment_id, written))
    if stage(await facts_of_one(desk, entry, room)) is Stage.MET:  # nobody finished it; whoever writes it down has
        await was_held(desk.office, appointment_id)
    desk.office.changed(appointment_id)


async def mark_case(desk: StaffOffice, who: Session, appointment_id: str, *, closes: bool) -> None:
    """Mark the case to be closed, or take the mark away. Raises Refused, Unavailable."""
    office = desk.office
    entry, room = await desk.entry_for(who, appointment_id)
    verdict = may_do(Act.CASE, await facts_of_one(desk, entry, room))
    if not verdict.is_open:
        raise Refused(verdict)
    booked = entry.appointment
    marked = replace(booked, case_closes=closes, version=booked.version + 1)
    act = "case-closes" if closes else "case-stays-open"
    notes = (await desk.notes.of([appointment_id])).get(appointment_id, ())
    # A note that is still to be filed brings the closing with it; one that is filed already does not.
    begins = closes and any(note.state is NoteState.FILED for note in notes)
    begun = (closing.begun(appointment_id, office.clock.now()),) if begins else ()
    try:
        await office.records.keep(office.line(act, who.person, appointment_id, room=room.node), marked, *begun)
    except Conflict:
        raise refusal("case", Reason.CHANGED_MEANWHILE) from None
    office.changed(appointment_id)


async def _theirs(desk: StaffOffice, who: Session, appointment_id: str) -> tuple[Entry, Room]:
    """An appointment of their own: the note names people, and a supervisor was not there."""
    entry, room = await desk.entry_for(who, appointment_id)
    if not may_read_name(who.person, entry.appointment, room):
        raise refusal("note", Reason.NOT_STAFF_HERE)
    return entry, room


async def _write(desk: StaffOffice, who: Session, appointment_id: str, written: Written) -> None:
    office, now = desk.office, desk.office.clock.now()
    entry, room = await _theirs(desk, who, appointment_id)  # as it is now that the lane is ours
    booked, known = entry.appointment, await facts_of_one(desk, entry, room)
    verdict = may_write(who.person, known)
    if not verdict.is_open:
        if any((note.staff, note.text) == (who.person, written.text) for note in known.notes):
            return
        raise Refused(verdict)
    draft = open_note(known.notes) or Note(new_id(), booked.id, who.person, "", NoteState.DRAFT, now, now)
    note = note_outbox.written(replace(draft, staff=who.person), written.text, case_closes=written.case_closes, now=now)
    marked = replace(booked, case_closes=written.case_closes, version=booked.version + 1)
    change = (marked,) if marked.case_closes != booked.case_closes else ()
    look = Look(new_id(), entry.citizen.id, now, who.person, "note")
    try:
        await office.records.keep(office.line("note", who.person, booked.id, room=booked.room), note, *change, look)
    except Conflict:
        raise refusal("note", Reason.CHANGED_MEANWHILE) from None
