"""How a note gets into the journal: written down before each attempt, tried again for days, given up aloud."""

from dataclasses import replace

from xmpp_agent.model.notes import Note, NoteState

FIRST_PAUSE, LONGEST_PAUSE = 60.0, 21600.0
"""Seconds between attempts: doubled from the first to the longest."""
MOST_ATTEMPTS = 20
"""About three days."""
HANDED_WITHIN = 120.0
"""Seconds after which an attempt nobody finished (a crash) is made again."""


def written(note: Note, text: str, *, case_closes: bool, now: float) -> Note:
    """A draft with its text, to be filed. What is on its way stays as it is: raises ValueError."""
    if note.state is not NoteState.DRAFT:
        raise ValueError("only a draft is written")
    return replace(note, text=text, case_closes=case_closes, state=NoteState.QUEUED, due_at=now, changed_at=now)


def claimed(note: Note, now: float) -> Note:
    """Written down before it is handed over."""
    return replace(
        note, state=NoteState.SENDING, attempts=note.attempts + 1, due_at=now + HANDED_WITHIN, changed_at=now
    )


def filed(note: Note, now: float) -> Note:
    """The journal gave its receipt."""
    return replace(note, state=NoteState.FILED, changed_at=now)


def failed(note: Note, *, again: bool, now: float) -> Note:
    """No receipt: later, or given up."""
    if not again or note.attempts >= MOST_ATTEMPTS:
        return replace(note, state=NoteState.FAILED, changed_at=now)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (note.attempts - 1))
    return replace(note, state=NoteState.QUEUED, due_at=now + pause, changed_at=now)
