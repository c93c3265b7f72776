"""The part of the wire (`wire.py`) that is about recordings: rows, and how they change."""

from enum import StrEnum
from typing import Literal

from xmpp_agent.wire_base import Ident, Text, Wire


class RecordingStage(StrEnum):
    """How far a recording has come, in the order of a quiet day; then what can go wrong."""

    REQUESTED = "requested"
    CONSENTED = "consented"
    STARTING = "starting"
    ON = "on"
    STOPPING = "stopping"
    EXPECTED = "expected"
    HERE = "here"
    ENCRYPTED = "encrypted"
    FILED = "filed"
    RECEIPTED = "receipted"
    DELETED = "deleted"
    DECLINED = "declined"
    NOT_STARTED = "not_started"
    RECORDER_LOST = "recorder_lost"
    MISSING = "missing"
    UNMAPPED = "unmapped"
    FILING_REFUSED = "filing_refused"
    RECEIPT_LATE = "receipt_late"


RecordingAct = Literal["retry", "map", "discard", "hold", "release"]


class RecordingRow(Wire, frozen=True, kw_only=True):
    """One recording and everything the console shows of it. Nothing of it can be played."""

    key: Ident
    """`shard/recording/id`; stable; never shown."""
    recording: Ident
    """What commands are addressed to."""
    version: int
    """What an act says it saw."""
    stage: RecordingStage
    since: float
    """When it came to this stage."""
    stuck: bool = False
    """A person must look."""
    fault: Text = ""
    """Code of why it is stuck or was tried again; empty: nothing is wrong."""
    words: tuple[Text, Text]
    """How it stands, why, and what can be done: Danish, English."""
    unit: Text = ""
    """Empty: nobody knows."""
    room: Text = ""
    staff: Text = ""
    citizen: Text | None = None
    """Masked; None: it is of no appointment."""
    case: Text = ""
    """Dots where a CPR number could stand in it."""
    appointment: Text = ""
    part: int = 1
    began: float | None = None
    ended: float | None = None
    size: int | None = None
    """Bytes."""
    seconds: float | None = None
    """How long it plays."""
    number: Text = ""
    """What the journal calls it."""
    attempts: int = 0
    next_try: float | None = None
    held: bool = False
    """Legal hold."""
    may: tuple[RecordingAct, ...] = ()
    """What may be done to it now."""


class RecordingChanged(Wire, frozen=True):
    """A recording as it is now."""

    now: float
    row: RecordingRow


class RecordingGone(Wire, frozen=True):
    """The recording has nothing more to show."""

    key: Ident


class Recordings(Wire, frozen=True):
    """Every recording of the supervisor's units that is not long over."""

    now: float
    recordings: tuple[RecordingRow, ...]
