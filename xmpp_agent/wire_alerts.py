"""The part of the wire (`wire.py`) about alerts, and about the note of a unit to its next shift."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta

from xmpp_agent.wire_base import Ident, Text, Wire


class AlertKind(StrEnum):
    """What is wrong, most urgent first."""

    STUCK_TURNOVER = "stuck_turnover"
    FROZEN = "frozen"
    LOST_CALL = "lost_call"
    STUCK_RECORDING = "stuck_recording"
    JUDGE = "judge"
    LONG_WAIT = "long_wait"
    NOT_REACHED = "not_reached"


AlertAct = Literal["acknowledge", "take", "give_back"]


class AlertRow(Wire, frozen=True, kw_only=True):
    """Something a person must look at. Whoever acknowledged or took it, it stays until it is over."""

    key: Ident
    """`shard/alert/id`; stable, also over a restart; never shown. What ends and comes again has another one."""
    alert: Ident
    """What commands are addressed to."""
    version: int = 0
    """What an act says it saw."""
    kind: AlertKind
    began: float
    """When what is wrong began: the wait, say."""
    since: float
    """Since when it is an alert."""
    unit: Text = ""
    """Empty: nobody knows."""
    about: Text = ""
    """Key of the row it is about: a room, recording, call or invitation. Empty: the unit's shared queue."""
    knock: Text = ""
    """Who waits, of that room's lobby; empty: it is about nobody who waits."""
    staff: Text = ""
    masked: Text = ""
    """Whom it is about; empty: nobody, or nobody known."""
    limit: float | None = None
    """From how many seconds on it is an alert; None: at once."""
    people: int = 0
    attempts: int = 0
    words: tuple[Text, Text]
    """The rule, with its limit: Danish, English."""
    owner: Text = ""
    """Who of the supervisors has taken it, by name; empty: nobody."""
    owner_id: Text = ""
    """The same as `Board.you` has it."""
    owned_at: float | None = None
    seen_by: Text = ""
    """Who acknowledged it, by name."""
    seen_at: float | None = None
    """When it was acknowledged; None: it was not, and rings."""
    may: tuple[AlertAct, ...] = ()
    """What may be done now by anybody but its owner. The row is the same for everybody who looks."""
    owner_may: tuple[AlertAct, ...] = ()
    """What its owner may do now."""


class AlertChanged(Wire, frozen=True):
    """An alert as it is now."""

    now: float
    row: AlertRow


class AlertGone(Wire, frozen=True):
    """The alert is over."""

    key: Ident


LONGEST_SHIFT_NOTE = 1000
NoteText = Annotated[str, Meta(max_length=LONGEST_SHIFT_NOTE)]


class ShiftNoteRow(Wire, frozen=True):
    """The note of a unit to its next shift."""

    unit: Ident
    text: NoteText
    by: Text
    """Who wrote it, by name."""
    at: float


class ShiftNoteChanged(Wire, frozen=True):
    """A unit's note as it is now."""

    now: float
    row: ShiftNoteRow


class ShiftNoteGone(Wire, frozen=True):
    """The unit has no note any more."""

    unit: Ident


class WriteShiftNote(Wire, frozen=True):
    """Write the note of a unit instead of the one before; an empty text takes it away."""

    command: Ident
    text: NoteText
