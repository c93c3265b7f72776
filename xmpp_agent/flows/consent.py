"""Being asked whether one may be recorded: staff ask, people answer on their page or aloud, and may take it back.

Each answer is on record with the question word for word before anything follows from it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import structlog

from xmpp_agent.flows import recording
from xmpp_agent.flows.office import Office, Refused, new_id, refusal
from xmpp_agent.flows.staff_facts import facts_of_one
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.people import Person
from xmpp_agent.model.recordings import Agreement, Consent, Fault, HowAsked, Recording, Stage
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports.diary import Look
from xmpp_agent.rules.recording import consent, custody
from xmpp_agent.rules.recording.custody import Happened
from xmpp_agent.rules.staff_day import Act, may_do, may_take_down

log = structlog.get_logger("consent")


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """What somebody is asked, and what they said last. `repr` tells nothing."""

    person: Person
    text: str
    answer: Agreement | None
    is_on: bool
    """Whether the recording is on at this moment."""
    erases: bool
    """Whether a no erases what was recorded, although the answer was given on the recording alone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said, before it is on record."""

    person: str
    said: Agreement
    how: HowAsked
    by: str
    """Person id of who gave it or, spoken, of staff who wrote it down."""
    language: str


async def questions(office: Office, entry: Entry, language: str) -> tuple[Question, ...]:
    """What everybody of an appointment is asked. Raises Unavailable.

    When its policy allows no recordings (any more), only those whose yes stands: they may take it back.
    """
    booked = entry.appointment
    said = consent.newest(await _consents(office, booked.id))
    made = await recordings_of(office, booked.id)
    erases = consent.may_erase(booked.policy.plan.recording, made)
    text = consent.question(booked.policy.plan.recording, language)
    is_on = is_recorded(office, entry)
    people = (entry.citizen, *(companion.person for companion in entry.companions))
    return tuple(
        Question(p, text, said[p.id].answer if p.id in said else None, is_on, erases)
        for p in people
        if booked.policy.recording_allowed or not consent.missing({p.id}, said.values())
    )


def is_recorded(office: Office, entry: Entry) -> bool:
    """Whether the visit of this appointment goes on and is being recorded at this moment."""
    state = office.house.rooms.get(entry.appointment.room)
    visit = state.visit if state is not None else None
    return state is not None and state.recording and visit is not None and visit.appointment == entry.appointment.id


async def ask(desk: StaffOffice, who: Session, appointment_id: str) -> None:
    """Staff ask the people of an appointment; their pages show the question. Raises Refused, Unavailable."""
    entry, room = await desk.entry_for(who, appointment_id)
    office = desk.office

    async def job() -> None:
        verdict = may_do(Act.ASK, await facts_of_one(desk, entry, room))
        if not verdict.is_open:
            raise Refused(verdict)
        now = office.clock.now()
        asked = Recording(new_id(), room.node, appointment_id, Stage.REQUESTED, who.person, now, now)
        line = office.line("recording-requested", who.person, asked.id, verdict, room.node)
        await office.records.keep(line, asked, Look(new_id(), entry.citizen.id, now, who.person, "recording-requested"))
        for after in await _follows(office, entry, await _consents(office, appointment_id)):
            if after.stage is Stage.DECLINED:  # a no of before does not answer what is asked anew
                continue
            await office.records.keep(office.line(f"recording-{after.stage}", "agent", after.id, room=room.node), after)

    await desk.in_lane(recording.answers_lane(appointment_id), job)
    office.changed(appointment_id)


async def write_down(desk: StaffOffice, who: Session, appointment_id: str, person: str, said: str) -> None:
    """Staff write down what somebody said once the question was read aloud to them in the language of the booking.

    Raises Refused (who was not there; it is nothing new; no such answer), Unavailable.
    """
    entry, room = await desk.entry_for(who, appointment_id)
    try:
        agreement = Agreement(said)
    except ValueError:
        raise refusal("consent", Reason.BAD_REQUEST) from None
    language = consent.spoken_in(entry.appointment.language)

    async def job() -> None:
        verdict = may_take_down(who.person, await facts_of_one(desk, entry, room), person, agreement)
        if not verdict.is_open:
            raise Refused(verdict)
        await _answered(desk.office, entry, Answer(person, agreement, HowAsked.SPOKEN, who.person, language))

    await desk.in_lane(recording.answers_lane(appointment_id), job)


async def answered(office: Office, entry: Entry, answer: Answer) -> None:
    """An answer is on record, and what was asked for goes on by it. A repeated press is no second answer.

    Raises Refused (nobody asks such a thing here, or of such a person; there is no yes to take back), Unavailable.
    """
    async with office.house.lanes.held(recording.answers_lane(entry.appointment.id)) as held:
        if not held:
            raise refusal("consent", Reason.TOO_LATE)
        await _answered(office, entry, answer)


async def _answered(office: Office, entry: Entry, answer: Answer) -> None:
    await _see_nobody_else_is_invited(office, entry)
    booked, now = entry.appointment, office.clock.now()
    people = {entry.citizen.id, *(companion.person.id for companion in entry.companions)}
    given_before = await _consents(office, booked.id)
    before = consent.newest(given_before).get(answer.person)
    last = before.answer if before is not None else None
    said = consent.meant(last, answer.said)
    if answer.person not in people or not consent.may_be_said(booked.policy, last, said):
        raise refusal("consent", Reason.RECORDING_NOT_ALLOWED)
    if said is not Agreement.YES:
        await _stop(office, entry, answer)
    if last is said:
        return
    if not consent.may_answer(last, said):
        raise refusal("consent", Reason.BAD_REQUEST)
    text = consent.question(booked.policy.plan.recording, answer.language)
    if before is not None and not booked.policy.recording_allowed:  # there is no question any more but theirs
        text = before.text
    at = consent.said_at(now, given_before, await recordings_of(office, booked.id))
    given = Consent(new_id(), booked.id, answer.person, said, answer.how, text, answer.language, answer.by, at)
    look = Look(new_id(), booked.citizen, now, answer.by, f"consent-{said}")
    line = office.line(f"consent-{said}", answer.by, booked.id, room=booked.room)
    answers = (*given_before, given)
    await office.records.keep(line, given, look, *await _follows(office, entry, answers))
    _let_in(office, entry, answers)
    office.changed(booked.id)


async def _see_nobody_else_is_invited(office: Office, entry: Entry) -> None:
    """Since whoever answers was seen: it would be the answer of somebody who never gave one. Raises Refused."""
    stands = await office.diary.entry(entry.appointment.id)
    if stands is None or stands.appointment.invited != entry.appointment.invited:
        raise refusal("consent", Reason.CHANGED_MEANWHILE)


async def _stop(office: Office, entry: Entry, answer: Answer) -> None:
    """Whoever says no while they are recorded ends it, before anything is written; pressed again, it is asked again."""
    house, node = office.house, entry.appointment.room
    state = house.rooms.get(node)
    if state is None or not is_recorded(office, entry):
        return
    house.settle(replace(state, agreed=state.agreed - {answer.person}))
    verdict = await recording.stop(house, node, answer.by)
    if not verdict.is_open:
        log.warning("recording_goes_on", room=node, reason=verdict.reason.value)


async def _follows(office: Office, entry: Entry, said: Collection[Consent]) -> tuple[Recording, ...]:
    """What follows of everybody's answers, to be written down with the last of them, so that no crash comes between.

    What was asked for goes on once everybody said yes, and ends when somebody said no; what the journal refused is
    then erased at once instead of waiting for a person. To what the journal has the answer is filed.
    """
    booked, now = entry.appointment, office.clock.now()
    people = {entry.citizen.id, *(companion.person.id for companion in entry.companions)}
    happened, fault = None, None
    if consent.has_refused(people, said):
        happened, fault = Happened.SAID_NO, Fault.SAID_NO
    elif not consent.missing(people, said):
        happened = Happened.ALL_AGREED
    after = []
    for asked in await recordings_of(office, booked.id):
        if asked.number and asked.stage in consent.IN_THE_JOURNAL:
            after.append(custody.woken(asked, now))
        elif happened is not None and (asked.stage, happened) in custody.TRANSITIONS:
            after.append(custody.step(asked, happened, booked.policy.plan.recording, now, fault))
        elif happened is Happened.SAID_NO and asked.stage is Stage.FILING_REFUSED:
            after.append(custody.woken(asked, now))
    return tuple(after)


def _let_in(office: Office, entry: Entry, said: Collection[Consent]) -> None:
    """Whoever said yes themselves while it is on may come in, whatever the others say."""
    people = {entry.citizen.id, *(companion.person.id for companion in entry.companions)}
    state = office.house.rooms.get(entry.appointment.room)
    if state is not None and is_recorded(office, entry):
        office.house.settle(replace(state, agreed=state.agreed | consent.agreed(said) & people))


async def _consents(office: Office, appointment_id: str) -> tuple[Consent, ...]:
    return (await office.house.recordings.consents([appointment_id])).get(appointment_id, ())


async def recordings_of(office: Office, appointment_id: str) -> tuple[Recording, ...]:
    """What was asked for or made in an appointment, in whatever room: it may be moved since. Raises Unavailable."""
    return (await office.house.recordings.of([appointment_id])).get(appointment_id, ())
