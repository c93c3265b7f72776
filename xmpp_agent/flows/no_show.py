"""Somebody does not come: a fresh link, a call, and in the end the absence, with the evidence beside it."""

from dataclasses import replace
from functools import partial

from xmpp_agent.flows.attendance import note_lane
from xmpp_agent.flows.booking import new_link
from xmpp_agent.flows.hooks import tells
from xmpp_agent.flows.office import Office, Refused, new_id, refusal
from xmpp_agent.flows.receipts import called
from xmpp_agent.flows.staff_facts import facts_of_one
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.appointments import Entry, Outcome
from xmpp_agent.model.callers import Event
from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.model.visitors import Link, Session
from xmpp_agent.ports.diary import Conflict, Look, Noun
from xmpp_agent.rules.invitation import Invited
from xmpp_agent.rules.ladder import on_fresh_link
from xmpp_agent.rules.no_show import Remedy
from xmpp_agent.rules.staff_day import may_use


async def send_again(desk: StaffOffice, who: Session, appointment_id: str) -> None:
    """A fresh link by the ladder's quickest way; the old one is dead. Raises Refused (why not), Unavailable."""
    entry, verdict = await _judged(desk, who, appointment_id, Remedy.FRESH_LINK)
    await fresh_link(desk.office, who.person, entry, verdict)


async def fresh_link(office: Office, actor: str, entry: Entry, verdict: Verdict) -> None:
    """Send it, once a rule has said yes. Raises Refused (a message with the link of now is going out), Unavailable."""
    appointment_id = entry.appointment.id
    before, now = await office.mailroom.letters_of(appointment_id), office.clock.now()
    letters = on_fresh_link(entry, before, entry.citizen.id, now)
    if not letters:  # one with the link of now is being handed over at this moment
        raise refusal("no_show", Reason.LETTER_ON_ITS_WAY)
    fresh = new_link(office.marks, appointment_id, entry.citizen.id, now)
    dead = await dead_links(office, entry)
    await _keep(office, actor, entry, "fresh-link", verdict, *dead, fresh, *letters)


async def number_to_call(desk: StaffOffice, who: Session, appointment_id: str) -> str:
    """The citizen's number, for staff to call; that it was shown is on record first.

    Raises Refused (too soon, or no number is kept), Unavailable.
    """
    entry, verdict = await _judged(desk, who, appointment_id, Remedy.CALL)
    reach = await desk.office.diary.reach(entry.citizen.id)
    if not reach.phone:
        raise refusal("no_show", Reason.NO_NUMBER)
    await _keep(desk.office, who.person, entry, "call", verdict)
    return reach.phone


async def call_made(desk: StaffOffice, who: Session, appointment_id: str, *, reached: bool) -> None:
    """Staff made the call that the ladder ended in. Raises Refused (there is none to be made), Unavailable."""
    entry, room = await desk.entry_for(who, appointment_id)
    found = (await facts_of_one(desk, entry, room)).invitation
    if found.state is not Invited.CALL or not await called(desk.book, found.letter, who.person, reached=reached):
        raise refusal("no_show", Reason.CHANGED_MEANWHILE)


async def book_absent(desk: StaffOffice, who: Session, appointment_id: str) -> None:
    """Book the citizen as absent; the evidence stands in the audit, and the duty to take a note begins.

    Raises Refused (they are here, staff was not there, too soon), Unavailable.
    """
    await desk.entry_for(who, appointment_id)  # only who may act here waits for the lane
    await desk.in_lane(note_lane(appointment_id), partial(_book_absent, desk, who, appointment_id))


async def _book_absent(desk: StaffOffice, who: Session, appointment_id: str) -> None:
    """Judged in the lane in which notes are begun and written: who came a moment ago is here, and has their note."""
    entry, verdict = await _judged(desk, who, appointment_id, Remedy.ABSENT)
    booked, now = entry.appointment, desk.office.clock.now()
    absent = replace(booked, outcome=Outcome.ABSENT, version=booked.version + 1)
    has_note = bool((await desk.notes.of([booked.id])).get(booked.id))
    note = () if has_note else (Note(new_id(), booked.id, who.person, "", NoteState.DRAFT, now, now),)
    try:
        await _keep(desk.office, who.person, entry, "absent", verdict, absent, *note, *tells(absent, Event.ABSENT, now))
    except Conflict:
        raise refusal("no_show", Reason.CHANGED_MEANWHILE) from None


async def dead_links(office: Office, entry: Entry) -> tuple[Link, ...]:
    """Every link the citizen of an appointment holds, as it is once it is taken back. Raises Unavailable."""
    links = (new.link for new in await office.visitors.links_of(entry.appointment.id))
    return tuple(replace(link, revoked_at=office.clock.now()) for link in links if link.person == entry.citizen.id)


async def _judged(desk: StaffOffice, who: Session, appointment_id: str, remedy: Remedy) -> tuple[Entry, Verdict]:
    entry, room = await desk.entry_for(who, appointment_id)
    known = await facts_of_one(desk, entry, room)
    verdict = may_use(remedy, known)
    if not verdict.is_open:
        desk.office.records.jot(desk.office.line(f"no-show-{remedy}", who.person, appointment_id, verdict))
        raise Refused(verdict)
    return entry, verdict


async def _keep(office: Office, actor: str, entry: Entry, act: str, verdict: Verdict, *nouns: Noun) -> None:
    booked = entry.appointment
    look = Look(new_id(), entry.citizen.id, office.clock.now(), actor, act)
    await office.records.keep(office.line(act, actor, booked.id, verdict, booked.room), *nouns, look)
    office.changed(booked.id)
