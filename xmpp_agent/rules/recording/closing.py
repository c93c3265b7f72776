"""When a case that staff marked may be closed: after everything of the appointment is filed; then it takes no more."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.recordings import Closing, ClosingState, Fault, Recording, Stage
from xmpp_agent.rules.recording.custody import SETTLED

LOOK_AGAIN, LONGEST_WAIT = 30.0, 3600.0
"""Seconds until it is looked at again whether everything is filed: after as long as it has waited, within these. What
settles elsewhere than in the journal is found so; what is filed is followed at once by a look at its case."""
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 21600.0
"""Seconds between attempts: doubled from the first to the longest."""
MOST_ATTEMPTS = 20
"""About three days."""


def begun(appointment: str, now: float) -> Closing:
    """A case that is to be closed, with the note that says so."""
    return Closing(appointment, ClosingState.QUEUED, now, now, now)


class Awaited(StrEnum):
    """What is still to be filed before a case is closed."""

    NOTE = "note"
    RECORDING = "recording"
    ANSWER = "answer"
    """Said since the recording was filed: a closed case would not take it any more."""


_TRIED = frozenset({Fault.JOURNAL_AWAY, Fault.JOURNAL_BUSY})


def awaited(notes: Iterable[Note], recordings: Iterable[Recording], now: float) -> tuple[Awaited, ...]:
    """What of an appointment is still to be filed."""
    note = any(note.state is not NoteState.FILED for note in notes)
    made = tuple(recordings)
    missing = {
        Awaited.NOTE: note,
        Awaited.RECORDING: any(one.stage not in SETTLED for one in made),
        Awaited.ANSWER: any(_has_an_answer_to_file(one, now) for one in made),
    }
    return tuple(what for what, is_missing in missing.items() if is_missing)


def _has_an_answer_to_file(recording: Recording, now: float) -> bool:
    """Whether one is, or may be, still to be told: of what the journal has, or may have, nothing else is tried there.

    One that is to be looked at and was not yet may have been woken for an answer, while something else was filed.
    """
    if recording.stage not in {Stage.RECEIPTED, Stage.DELETED} or recording.due_at is None:
        return False
    if recording.due_at <= now:
        return True
    is_to_be_told = recording.stage is Stage.DELETED and recording.fault is Fault.SAID_NO
    return is_to_be_told or (recording.attempts > 0 and recording.fault in _TRIED)


def may_close(notes: Iterable[Note], recordings: Iterable[Recording], now: float) -> bool:
    """Whether nothing of the appointment is still to be filed."""
    return not awaited(notes, recordings, now)


def only_waits(closing: Closing) -> bool:
    """Whether it waits for what is to be filed, and not for a journal that did not close it: that has its own pause."""
    return closing.state is ClosingState.QUEUED and closing.attempts == 0


def waits(closing: Closing, now: float) -> Closing:
    """Something is still to be filed."""
    return replace(closing, due_at=now + min(LONGEST_WAIT, max(LOOK_AGAIN, now - closing.made_at)))


def failed(closing: Closing, fault: Fault, *, again: bool, now: float) -> Closing:
    """The journal did not close it: later, or given up."""
    attempts = closing.attempts + 1
    if not again or attempts >= MOST_ATTEMPTS:
        return replace(closing, state=ClosingState.FAILED, attempts=attempts, fault=fault, changed_at=now)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1))
    return replace(closing, attempts=attempts, fault=fault, due_at=now + pause)


def ended(closing: Closing, state: ClosingState, now: float) -> Closing:
    """It is closed, or is not to be any more."""
    return replace(closing, state=state, changed_at=now, fault=None)
