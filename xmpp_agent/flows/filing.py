"""From the vault into the case: notes, consents and recordings are filed, each once, until the journal has confirmed.

Each is told to the journal under the same id at every attempt, so that what a crash left in between is not filed twice.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from xmpp_agent.flows.archive import Archive, later, stuck
from xmpp_agent.flows.case_papers import Case, case_of, consent_entry, note_entry, recording_entry
from xmpp_agent.flows.closing_cases import close
from xmpp_agent.flows.filed_as import begin, terms_of
from xmpp_agent.flows.letting_go import delete, destroy, kept_until, withdrawn
from xmpp_agent.model.notes import Note
from xmpp_agent.model.recordings import Fault, Recording, Stage, Terms
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.recordings import JournalFault, Receipt, VaultFault
from xmpp_agent.rules import note_outbox
from xmpp_agent.rules.recording import closing, consent, custody
from xmpp_agent.rules.recording.custody import Happened
from xmpp_agent.rules.recording.may_file import may_file, must_not_be_filed

MOST = 20
"""Of each kind, looked at in one go."""
_TRIES = 5
"""To write down what the journal took, while others write on the same row."""
_IS_FILED = "filed"
"""What is remembered of a consent the journal took: its number there."""
log = structlog.get_logger("filing")


async def look(archive: Archive) -> None:
    """Do what is due: notes, recordings, then cases to be closed, also those that only waited for one of these.

    Raises Unavailable once everything was tried: one that cannot be done now holds up no other. What was done stands.
    """
    now, troubles = archive.office.clock.now(), list[Unavailable]()
    notes = await archive.notes.due(now, MOST)
    for note in notes:
        await _tried(_file_note(archive, note), troubles)
    recordings = await archive.recordings.due(_STEPS, now, MOST)
    for recording in recordings:
        await _tried(_step(archive, recording.id), troubles)
    moved = await archive.recordings.closings(
        {*(note.appointment for note in notes), *(one.appointment for one in recordings)}
    )
    cases = {case.appointment: case for case in moved.values() if closing.only_waits(case)}
    cases |= {case.appointment: case for case in await archive.recordings.closings_due(now, MOST)}
    for case in cases.values():
        await _tried(close(archive, case), troubles)
    if troubles:
        raise troubles[0]


async def _tried(step: Awaitable[None], troubles: list[Unavailable]) -> None:
    try:
        await step
    except Unavailable as trouble:
        troubles.append(trouble)


async def _step(archive: Archive, recording_id: str) -> None:
    """What is due of one recording as it is by now: what was done before it may have taken as long as an upload."""
    now, recording = archive.office.clock.now(), await archive.recordings.recording(recording_id)
    if recording is None or recording.stage not in _STEPS or recording.due_at is None or recording.due_at > now:
        return
    after = await _answers_since(archive, recording)
    if after is not None and after.stage in _STEPS:
        await _STEPS[after.stage](archive, after)


async def _answers_since(archive: Archive, recording: Recording) -> Recording | None:
    """File what people said since the journal has the recording; the row as it is then.

    None: the journal cannot take it now, and all else waits.
    """
    if recording.stage in consent.IN_THE_JOURNAL:
        case = await case_of(archive.office.diary, archive.recordings, recording.appointment)
        try:
            if case is not None:
                await _file_consents(archive, case)
        except JournalFault as fault:
            log.warning("answer_not_filed", recording=recording.id, fault=fault.fault.value, again=fault.again)
            if fault.again:
                said_no = recording.stage is Stage.DELETED and recording.fault is Fault.SAID_NO  # stays on record
                is_over = await _is_over(archive, case, recording)
                await later(archive, recording, Fault.SAID_NO if said_no else fault.fault)
                return await archive.recordings.recording(recording.id) if is_over else None
    return recording


async def _is_over(archive: Archive, case: Case | None, recording: Recording) -> bool:
    """Whether what is due about it cannot wait for an answer to be filed."""
    terms, now = await terms_of(archive, case, recording), archive.office.clock.now()
    return custody.is_late(recording, terms, now) or kept_until(terms, recording) <= now


async def _file_note(archive: Archive, note: Note) -> None:
    office = archive.office
    claimed = note_outbox.claimed(note, office.clock.now())
    if not await archive.keep("note-sending", note.appointment, claimed):
        return
    case = await case_of(archive.office.diary, archive.recordings, note.appointment)
    author = await office.diary.person(note.staff)
    try:
        if case is None:  # erased meanwhile: nobody can say whose case it is
            raise JournalFault(Fault.UNKNOWN_CASE, again=False)
        receipt = await archive.journal.file(note_entry(case, note, author))
    except JournalFault as fault:
        log.warning("note_not_filed", note=note.id, fault=fault.fault.value, again=fault.again)
        after = note_outbox.failed(claimed, again=fault.again, now=office.clock.now())
        await archive.keep(f"note-{after.state}", note.appointment, after)
    else:
        after = replace(note_outbox.filed(claimed, office.clock.now()), number=receipt.number)
        is_marked = note.case_closes or case.entry.appointment.case_closes  # with the note, or since
        closes = (closing.begun(note.appointment, office.clock.now()),) if is_marked else ()
        await archive.keep(f"note-{after.state}", note.appointment, after, *closes)
    office.changed(note.appointment)


async def _file(archive: Archive, recording: Recording) -> None:
    """A recording that is safe in the vault: its consents first, then the file."""
    case = await case_of(archive.office.diary, archive.recordings, recording.appointment)
    now = archive.office.clock.now()
    if case is None:
        await stuck(archive, recording, Happened.REFUSED, Fault.UNKNOWN_CASE)
        return
    if must_not_be_filed(case.entry, recording, case.consents):
        await withdrawn(archive, recording)
        return
    if not may_file(case.entry, recording, case.consents):
        await stuck(archive, recording, Happened.REFUSED, Fault.NO_CONSENT)
        return
    try:
        await _file_consents(archive, case)
        terms = await begin(archive, case, recording)
        diary, vault, as_reference = archive.office.diary, archive.vault, terms.as_reference
        receipt = await archive.journal.file(
            await recording_entry(diary, vault, case, recording, as_reference=as_reference)
        )
    except (JournalFault, VaultFault) as fault:
        terms = case.entry.appointment.policy.plan.recording
        if not fault.again:
            await stuck(archive, recording, Happened.REFUSED, fault.fault)
        elif custody.is_given_up(recording, terms, now):
            await stuck(archive, recording, Happened.REFUSED, Fault.GIVEN_UP)
        else:
            await later(archive, recording, fault.fault)
        return
    await _filed(archive, terms, recording, receipt)
    await _answered_meanwhile(archive, case, recording.id)


async def _answered_meanwhile(archive: Archive, before: Case, recording_id: str) -> None:
    """What somebody said while the journal took its time is filed at the next look."""
    case = await case_of(archive.office.diary, archive.recordings, before.entry.appointment.id)
    recording = await archive.recordings.recording(recording_id)
    if case is None or recording is None or case.consents == before.consents:
        return
    if recording.stage in consent.IN_THE_JOURNAL:
        await archive.keep("recording-answered", recording.id, custody.woken(recording, archive.office.clock.now()))


async def _file_consents(archive: Archive, case: Case) -> None:
    """Each once, however many recordings there are, and whatever of the appointment changed since."""
    for given in case.consents:
        if _IS_FILED in await archive.memo.recall(given.id):
            continue
        receipt = await archive.journal.file(await consent_entry(archive.office.diary, case, given))
        await archive.memo.remember(given.id, _IS_FILED, receipt.number)


async def _filed(archive: Archive, terms: Terms, recording: Recording, receipt: Receipt) -> None:
    """The journal has it, whatever was done to the row meanwhile: held, it goes on; discarded, it keeps the number."""
    now = archive.office.clock.now()
    for _ in range(_TRIES):
        steps = _steps_filed(replace(recording, number=receipt.number), receipt, terms, now)
        act = "recording-receipted" if receipt.is_final else "recording-filed"
        if await archive.keep(act, recording.id, *steps):
            break
        newer = await archive.recordings.recording(recording.id)
        if newer is None:
            return
        log.warning("recording_changed_while_filed", recording=recording.id, stage=newer.stage.value)
        recording = newer
    archive.office.changed(recording.appointment)


def _steps_filed(recording: Recording, receipt: Receipt, terms: Terms, now: float) -> tuple[Recording, ...]:
    """With a final receipt both steps are one entry: nobody could ask for such a receipt a second time."""
    if recording.stage is not Stage.ENCRYPTED:
        return (replace(recording, version=recording.version + 1),)
    filed = custody.step(recording, Happened.FILED, terms, now)
    return (filed, custody.step(filed, Happened.RECEIPT_CAME, terms, now)) if receipt.is_final else (filed,)


async def _confirm(archive: Archive, recording: Recording) -> None:
    """A recording the journal took: has it confirmed by now? Also when it is late: then asked now and then."""
    case = await case_of(archive.office.diary, archive.recordings, recording.appointment)
    now, terms = archive.office.clock.now(), await terms_of(archive, case, recording)
    try:
        receipt = await archive.journal.confirmed(recording.id, recording.number)
    except JournalFault as fault:
        receipt, why = None, fault.fault
    else:
        why = Fault.NO_RECEIPT
    if receipt is not None:
        after = replace(custody.step(recording, Happened.RECEIPT_CAME, terms, now), number=receipt.number)
        await archive.keep("recording-receipted", recording.id, after)
    elif custody.is_late(recording, terms, now):
        await stuck(archive, recording, Happened.NO_RECEIPT_CAME, Fault.NO_RECEIPT)
    else:
        await later(archive, recording, why)
    archive.office.changed(recording.appointment)


async def _refused(archive: Archive, recording: Recording) -> None:
    """Somebody took their yes back while it was stuck: then nobody needs to look any more."""
    case = await case_of(archive.office.diary, archive.recordings, recording.appointment)
    if case is not None and must_not_be_filed(case.entry, recording, case.consents):
        await withdrawn(archive, recording)
    else:
        await archive.keep("recording-rests", recording.id, custody.rests(recording))


_STEPS: dict[Stage, Callable[[Archive, Recording], Awaitable[None]]] = {
    Stage.ENCRYPTED: _file,
    Stage.FILED: _confirm,
    Stage.RECEIPT_LATE: _confirm,
    Stage.FILING_REFUSED: _refused,
    Stage.RECEIPTED: delete,
    Stage.DELETED: destroy,
}
