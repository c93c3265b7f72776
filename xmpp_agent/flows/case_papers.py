"""What of an appointment goes into its case, put into the words the journal reads."""

from dataclasses import dataclass

from xmpp_agent.model.appointments import Entry, Outcome
from xmpp_agent.model.notes import Note
from xmpp_agent.model.people import Person
from xmpp_agent.model.recordings import Consent, Fault, Recording
from xmpp_agent.model.units import Unit
from xmpp_agent.ports.diary import Diary
from xmpp_agent.ports.recordings import EntryKind, JournalEntry, Media, Recordings, Vault, VaultFault
from xmpp_agent.rules.recording import another, papers


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """An appointment with what entries about it say."""

    entry: Entry
    unit: Unit
    consents: tuple[Consent, ...]


async def case_of(diary: Diary, recordings: Recordings, appointment_id: str) -> Case | None:
    """The case of an appointment; None when nobody can say whose it is (erased). Raises Unavailable."""
    entry = await diary.entry(appointment_id)
    unit = await diary.unit(entry.appointment.unit) if entry is not None else None
    if entry is None or unit is None:
        return None
    consents = (await recordings.consents([appointment_id])).get(appointment_id, ())
    return Case(entry, unit, consents)


def note_entry(case: Case, note: Note, author: Person | None) -> JournalEntry:
    """The note of a meeting, or of nobody having come."""
    booked = case.entry.appointment
    subject = papers.ABSENT_SUBJECT if booked.outcome is Outcome.ABSENT else papers.NOTE_SUBJECT
    return JournalEntry(
        note.id,
        EntryKind.NOTE,
        booked.case_ref,
        subject,
        note.text,
        booked.starts_at,
        _name(author),
        booked.policy.retention,
    )


async def consent_entry(diary: Diary, case: Case, given: Consent) -> JournalEntry:
    """One answer, as an entry of its own. Raises Unavailable."""
    booked = case.entry.appointment
    person, by = await diary.person(given.person), await diary.person(given.by)
    name = papers.BEFORE if another.is_void(given, case.consents) else _name(person)
    own = given.by == given.person
    text = papers.consent_text(given, name, _name(by), case.unit)
    return JournalEntry(
        given.id,
        EntryKind.CONSENT,
        booked.case_ref,
        papers.CONSENT_SUBJECT,
        text,
        given.at,
        name if own else _name(by),
        booked.policy.retention,
    )


async def recording_entry(
    diary: Diary, vault: Vault, case: Case, recording: Recording, *, as_reference: bool
) -> JournalEntry:
    """The recording itself, read from the vault as the journal takes it. Raises Unavailable, VaultFault."""
    if recording.file is None:
        raise VaultFault(Fault.VAULT_DAMAGED, again=False)
    booked = case.entry.appointment
    author = await diary.person(recording.asked_by or booked.staff)
    media = Media(
        recording.file,
        lambda: vault.read(recording),
        as_reference=as_reference,
        kept_at=papers.kept_at(case.unit),
    )
    return JournalEntry(
        recording.id,
        EntryKind.RECORDING,
        booked.case_ref,
        papers.recording_subject(recording),
        papers.recording_text(recording, case.unit),
        recording.on_at or recording.made_at,
        _name(author),
        booked.policy.retention,
        media,
    )


def _name(person: Person | None) -> str:
    return person.name if person is not None else ""
