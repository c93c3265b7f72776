"""When a case that staff marked may be closed: after everything of the appointment is filed; then it takes no more."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.recordings import Closing, ClosingState, Fault, Recording
from xmpp_agent.rules.recording.custody import SETTLED

LOOK_AGAIN, LONGEST_WAIT = 30.0, 3600.0
"""Seconds until it is looked at again whether everything is filed: after as long as it has waited, within these."""
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


def awaited(notes: Iterable[Note], recordings: Iterable[Recording]) -> tuple[Awaited, ...]:
    """What of an appointment is still to be filed."""
    note = any(note.state is not NoteState.FILED for note in notes)
    recording = any(recording.stage not in SETTLED for recording in recordings)
    return (*((Awaited.NOTE,) if note else ()), *((Awaited.RECORDING,) if recording else ()))


def may_close(notes: Iterable[Note], recordings: Iterable[Recording]) -> bool:
    """Whether nothing of the appointment is still to be filed."""
    return not awaited(notes, recordings)


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
