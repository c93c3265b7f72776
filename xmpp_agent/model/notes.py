"""Notes of meetings, on their way to the journal (duty to take notes: offentlighedsloven § 13)."""

from dataclasses import dataclass
from enum import StrEnum


class NoteState(StrEnum):
    """How far a note has come."""

    DRAFT = "draft"
    """The visit is over, the note is not written: staff are reminded."""
    QUEUED = "queued"
    SENDING = "sending"
    """Being handed over; after a crash nobody knows whether it was. The journal knows a repetition by its id."""
    FILED = "filed"
    """The journal gave a receipt."""
    FAILED = "failed"
    """Given up; somebody must look."""


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """One note. Times are seconds since 1970. Never logged: `repr` tells nothing."""

    id: str
    appointment: str
    staff: str
    """Person id of who wrote it."""
    text: str
    state: NoteState
    made_at: float
    changed_at: float
    due_at: float = 0.0
    """Not before; after a failed attempt: when it is tried again."""
    attempts: int = 0
    case_closes: bool = False
    """The case is to be closed with it."""
    number: str = ""
    """What the journal calls it, once it is filed."""
