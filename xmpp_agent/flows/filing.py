"""From the vault into the case: notes, consents and recordings are filed, cases closed, and our copy deleted.

Each is told to the journal under the same id at every attempt, so that what a crash left in between is not filed twice.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from xmpp_agent.flows.case_papers import Case, case_of, consent_entry, note_entry, recording_entry
from xmpp_agent.flows.office import Office
from xmpp_agent.model.notes import Note
from xmpp_agent.model.recordings import Closing, ClosingState, Fault, Recording, Stage, Terms
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Conflict, Noun
from xmpp_agent.ports.notes import Notes
from xmpp_agent.ports.recordings import (
    Journal,
    JournalFault,
    Memo,
    Receipt,
    Recordings,
    Vault,
    VaultFault,
)
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


@dataclass(frozen=True)
class Archive:
    """What filing works on."""

    office: Office
    recordings: Recordings
    notes: Notes
    vault: Vault
    journal: Journal
    memo: Memo
    """Which consents are filed: a journal knows a repetition only while nothing about it has changed."""

    async def keep(self, act: str, subject: str, *nouns: Noun) -> bool:
        """Write a step down; False when somebody else took another one meanwhile. Raises Unavailable."""
        try:
            await self.office.records.keep(self.office.line(act, "agent", subject), *nouns)
        except Conflict:
            return False
        return True


async def look(archive: Archive) -> None:
    """Do what is due: notes, recordings, then cases to be closed.

    Raises Unavailable once everything was tried: one that cannot be done now holds up no other. What was done stands.
    """
    now, troubles = archive.office.clock.now(), list[Unavailable]()
    for note in await archive.notes.due(now, MOST):
        await _tried(_file_note(archive, note), troubles)
    for recording in await archive.recordings.due(_STEPS, now, MOST):
        await _tried(_step(archive, recording.id), troubles)
    for case in await archive.recordings.closings_due(now, MOST):
        await _tried(_close(archive, case), troubles)
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
    if await _answers_since(archive, recording):
        await _STEPS[recording.stage](archive, recording)


async def _answers_since(archive: Archive, recording: Recording) -> bool:
    """File what people said since the journal has the recording; False: it cannot take it now, and all else waits."""
    if recording.stage in consent.IN_THE_JOURNAL:
        case = await case_of(archive.office.diary, archive.recordings, recording.appointment)
        try:
            if case is not None:
                await _file_consents(archive, case)
        except JournalFault as fault:
            log.warning("answer_not_filed", recording=recording.id, fault=fault.fault.value, again=fault.again)
            if fault.again and not _is_over(archive, case, recording):
                await _later(archive, recording, fault.fault)
                return False
    return True


def _is_over(archive: Archive, case: Case | None, recording: Recording) -> bool:
    """Whether what is due about it cannot wait for an answer to be filed."""
    terms, now = case.entry.appointment.policy.plan.recording if case else custody.NO_TERMS, archive.office.clock.now()
    return custody.is_late(recording, terms, now) or _kept_until(case, recording) <= now


def _kept_until(case: Case | None, recording: Recording) -> float:
    """When ours is deleted of what the journal has, seconds since 1970; infinite: it must not be."""
    terms = case.entry.appointment.policy.plan.recording if case is not None else custody.NO_TERMS
    until = custody.due(recording.stage, terms, recording.changed_at) if recording.stage is Stage.RECEIPTED else None
    return until if until is not None else math.inf


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
        await _stuck(archive, recording, Happened.REFUSED, Fault.UNKNOWN_CASE)
        return
    if must_not_be_filed(case.entry, recording, case.consents):
        await _withdrawn(archive, recording)
        return
    if not may_file(case.entry, recording, case.consents):
        await _stuck(archive, recording, Happened.REFUSED, Fault.NO_CONSENT)
        return
    try:
        await _file_consents(archive, case)
        receipt = await archive.journal.file(
            await recording_entry(archive.office.diary, archive.vault, case, recording)
        )
    except (JournalFault, VaultFault) as fault:
        terms = case.entry.appointment.policy.plan.recording
        if not fault.again:
            await _stuck(archive, recording, Happened.REFUSED, fault.fault)
        elif custody.is_given_up(recording, terms, now):
            await _stuck(archive, recording, Happened.REFUSED, Fault.GIVEN_UP)
        else:
            await _later(archive, recording, fault.fault)
        return
    await _filed(archive, case, recording, receipt)
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


async def _filed(archive: Archive, case: Case, recording: Recording, receipt: Receipt) -> None:
    """The journal has it, whatever was done to the row meanwhile: held, it goes on; discarded, it keeps the number."""
    now, terms = archive.office.clock.now(), case.entry.appointment.policy.plan.recording
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
    now = archive.office.clock.now()
    terms = case.entry.appointment.policy.plan.recording if case is not None else custody.NO_TERMS
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
        await _stuck(archive, recording, Happened.NO_RECEIPT_CAME, Fault.NO_RECEIPT)
    else:
        await _later(archive, recording, why)
    archive.office.changed(recording.appointment)


async def _refused(archive: Archive, recording: Recording) -> None:
    """Somebody took their yes back while it was stuck: then nobody needs to look any more."""
    case = await case_of(archive.office.diary, archive.recordings, recording.appointment)
    if case is not None and must_not_be_filed(case.entry, recording, case.consents):
        await _withdrawn(archive, recording)
    else:
        await archive.keep("recording-rests", recording.id, custody.rests(recording))


async def _withdrawn(archive: Archive, recording: Recording) -> None:
    """It is never filed; and erased, unless somebody must keep it by law: then not before they let go of it."""
    if recording.held:
        await _later(archive, recording, Fault.SAID_NO)
        return
    await _drop(archive, recording, Happened.DISCARDED, Fault.SAID_NO)


async def _delete(archive: Archive, recording: Recording) -> None:
    """The journal has its own, and ours was kept long enough."""
    if recording.held:
        await archive.keep("recording-held", recording.id, custody.rests(recording))
        return
    case = await case_of(archive.office.diary, archive.recordings, recording.appointment)
    until = _kept_until(case, recording)
    if until > archive.office.clock.now():  # only looked at because somebody answered
        due_at = until if until < math.inf else None
        await archive.keep("recording-kept", recording.id, replace(custody.rests(recording), due_at=due_at, fault=None))
        return
    await _drop(archive, recording, Happened.KEPT_LONG_ENOUGH, None)


async def _drop(archive: Archive, recording: Recording, happened: Happened, why: Fault | None) -> None:
    """The row says so and its key goes, then the file: only who wrote that first may destroy what it is about.

    Killed in between, or when the vault is away, the file goes at a later look: without its key it is noise by then.
    """
    now = archive.office.clock.now()
    gone = replace(custody.step(recording, happened, custody.NO_TERMS, now, why), key="", due_at=now)
    if await archive.keep("recording-deleted", recording.id, gone):
        await _destroy(archive, gone)


async def _destroy(archive: Archive, recording: Recording) -> None:
    """Its key is gone already, now its file goes; that somebody said no stays on record."""
    said_no = Fault.SAID_NO if recording.fault is Fault.SAID_NO else None
    try:
        await archive.vault.destroy(recording.id)
    except VaultFault as fault:
        await _later(archive, recording, said_no or fault.fault)
        return
    await archive.keep("recording-destroyed", recording.id, replace(custody.rests(recording), fault=said_no))
    archive.office.changed(recording.appointment)


async def _later(archive: Archive, recording: Recording, why: Fault) -> None:
    log.warning("recording_waits", recording=recording.id, stage=recording.stage.value, fault=why.value)
    after = custody.tried(recording, why, archive.office.clock.now())
    await archive.keep(f"recording-{recording.stage}-tried", recording.id, after)
    archive.office.changed(recording.appointment)


async def _stuck(archive: Archive, recording: Recording, happened: Happened, why: Fault) -> None:
    log.warning("recording_stuck", recording=recording.id, fault=why.value)
    after = custody.step(recording, happened, custody.NO_TERMS, archive.office.clock.now(), why)
    await archive.keep(f"recording-{after.stage}", recording.id, after)
    archive.office.changed(recording.appointment)


async def _close(archive: Archive, case: Closing) -> None:
    """The case staff marked, once everything of the appointment is filed; a mark taken away closes nothing."""
    office, now = archive.office, archive.office.clock.now()
    entry = await office.diary.entry(case.appointment)
    if entry is None or not entry.appointment.case_closes:
        await archive.keep("case-not-closed", case.appointment, closing.ended(case, ClosingState.DROPPED, now))
        return
    notes = (await archive.notes.of([case.appointment])).get(case.appointment, ())
    recordings = (await archive.recordings.of([case.appointment])).get(case.appointment, ())
    if not closing.may_close(notes, recordings):
        await archive.keep("case-waits", case.appointment, closing.waits(case, now))
        return
    try:
        await archive.journal.close_case(entry.appointment.case_ref, f"close-{case.appointment}")
    except JournalFault as fault:
        after = closing.failed(case, fault.fault, again=fault.again, now=now)
        await archive.keep(f"case-{after.state}", case.appointment, after)
    else:
        await archive.keep("case-closed", case.appointment, closing.ended(case, ClosingState.CLOSED, now))
    office.changed(case.appointment)


_STEPS: dict[Stage, Callable[[Archive, Recording], Awaitable[None]]] = {
    Stage.ENCRYPTED: _file,
    Stage.FILED: _confirm,
    Stage.RECEIPT_LATE: _confirm,
    Stage.FILING_REFUSED: _refused,
    Stage.RECEIPTED: _delete,
    Stage.DELETED: _destroy,
}
