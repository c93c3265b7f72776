"""Notes of meetings, read; and the journal they are filed in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from xmpp_agent.model.notes import Note


class Notes(Protocol):
    """Every method raises Unavailable when the database cannot answer."""

    async def of(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Note, ...]]:
        """Notes by appointment, oldest first; appointments without any are left out."""
        ...

    async def drafts_of(self, staff: str) -> tuple[Note, ...]:
        """What a member of staff has not written yet, of whatever day; oldest first."""
        ...

    async def due(self, now: float, most: int) -> tuple[Note, ...]:
        """Notes to be handed over now (also those a crash left in the middle of it), oldest first."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class NoteEntry:
    """A note as the journal gets it. Never logged: `repr` tells nothing."""

    id: str
    """The same at every attempt, so that a repetition is known as one."""
    case_ref: str
    subject: str
    text: str
    at: float
    """When the meeting was, seconds since 1970."""
    author: str
    """Name of the member of staff."""
    case_closes: bool


class JournalFault(Exception):
    """The journal gave no receipt. The text names no person and repeats nothing the journal said.

    `again`: a later attempt may succeed.
    """

    def __init__(self, what: str, *, again: bool) -> None:
        super().__init__(what)
        self.again = again


class Journal(Protocol):
    """The authority's case system."""

    async def file_note(self, entry: NoteEntry) -> None:
        """Returns when the journal has given a receipt; bounded in time. Raises JournalFault."""
        ...
