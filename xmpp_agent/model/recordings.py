"""A recording and its way into the case: who asked, who agreed, where the file is, what the journal said."""

from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    """How far a recording has come; what leads from one to the next is `rules/recording/custody.py`."""

    REQUESTED = "requested"
    """Staff asked the people inside whether they agree."""
    CONSENTED = "consented"
    """Everybody inside has agreed."""
    STARTING = "starting"
    """Staff pressed record, and it was let through to Jicofo."""
    ON = "on"
    STOPPING = "stopping"
    EXPECTED = "expected"
    """It is over; the file should be there."""
    HERE = "here"
    """The file is there: size, duration and SHA-256 are known."""
    ENCRYPTED = "encrypted"
    """It lies sealed in the vault, was read back from there, and the recorder's copy is gone."""
    FILED = "filed"
    """The journal has it, and gave a number."""
    RECEIPTED = "receipted"
    """The journal confirms that it is kept."""
    DELETED = "deleted"
    """Our copy and its key are gone."""
    DECLINED = "declined"
    """Somebody said no: there is no recording, and the meeting goes on."""
    NOT_STARTED = "not_started"
    RECORDER_LOST = "recorder_lost"
    """It broke off; what there is of it should still come."""
    MISSING = "missing"
    """The file should be there and is not: somebody must look."""
    UNMAPPED = "unmapped"
    """A file of no appointment we know: a person says whose it is."""
    FILING_REFUSED = "filing_refused"
    """The journal will never take it like this, or the time to try is over: somebody must look."""
    RECEIPT_LATE = "receipt_late"
    """Handed over, and nothing heard of it in time."""


class Fault(StrEnum):
    """Why a recording is stuck or came to nothing: one code, one sentence for staff (`rules/recording/words.py`)."""

    NO_ANSWER = "no_answer"
    """Nobody said within the time that it started."""
    RECORDERS_BUSY = "recorders_busy"
    RECORDER_FAILED = "recorder_failed"
    NO_FILE = "no_file"
    EMPTY_FILE = "empty_file"
    SAID_NO = "said_no"
    """A person did not want it, or no longer."""
    NO_SUCH_RECORDING = "no_such_recording"
    """A file of a recording nobody here asked for."""
    OTHER_ROOM = "other_room"
    """Its metadata speak of another room or time than the recording they are said to be of."""
    TWO_FILES = "two_files"
    NO_CONSENT = "no_consent"
    """Somebody who may be on it did not agree: it is not filed by itself."""
    DISCARDED = "discarded"
    """It came after somebody had said that the recording must not be kept."""
    ODD_DIRECTORY = "odd_directory"
    """Names, links or metadata nobody should have put there."""
    NOT_READABLE = "not_readable"
    """Portner has no right to read what the recorder left."""
    SOURCE_CHANGED = "source_changed"
    """The recorder's file changed while it was read."""
    VAULT_FULL = "vault_full"
    VAULT_AWAY = "vault_away"
    VAULT_DAMAGED = "vault_damaged"
    """What was read back is not what was put in."""
    JOURNAL_AWAY = "journal_away"
    JOURNAL_BUSY = "journal_busy"
    JOURNAL_REFUSED = "journal_refused"
    NOT_ALLOWED = "not_allowed"
    """Our account there is refused: somebody must look."""
    CASE_CLOSED = "case_closed"
    UNKNOWN_CASE = "unknown_case"
    NO_RECEIPT = "no_receipt"
    GIVEN_UP = "given_up"
    """Tried for as long as the policy says."""


class Agreement(StrEnum):
    """What somebody said when asked whether they may be recorded."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"
    """First yes, then no: what was recorded is erased unless it is filed already."""


class HowAsked(StrEnum):
    """How somebody's answer came to be on record."""

    PAGE = "page"
    """Pressed by themselves on Portner's page."""
    SPOKEN = "spoken"
    """Said to staff, who read the text aloud and wrote the answer down."""
    VOID = "void"
    """Said by nobody: somebody else is invited than whoever had answered, and their answer counts no longer."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a policy says of recordings. Spans are seconds."""

    purpose: tuple[str, str] = ("", "")
    """What it is for, Danish and English, as it stands in the question: `at skrive din handleplan`."""
    seen_by: tuple[str, str] = ("", "")
    """Who may see it, Danish and English."""
    on_tape: bool = False
    """The answer is given on the recording itself: it may start before anybody's yes is written down."""
    as_reference: bool = False
    """The journal gets a reference with size and hash instead of the file (a case system made for letters)."""
    keep_after_receipt: float = 86400.0
    """How long our copy is kept once the journal confirmed that it has its own."""
    file_within: float = 3 * 86400.0
    """How long filing is tried before it is given up aloud."""
    receipt_within: float = 86400.0
    """How long after handing over the journal's receipt may take."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One person's answer to being recorded in one appointment. Each answer is a row of its own; the newest counts."""

    id: str
    appointment: str
    person: str
    answer: Agreement
    how: HowAsked
    text: str
    """The question as it was put: what they said yes to can be shown word for word."""
    language: str
    by: str
    """Person id of who gave the answer or, spoken, of staff who wrote it down; `agent` for what is void."""
    at: float


@dataclass(frozen=True, slots=True)
class File:
    """The recorder's file as it was when taken in."""

    size: int
    """Bytes."""
    sha256: str
    """Hex, of the file as the recorder left it."""
    duration: float | None
    """Seconds; None when the file does not say."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file (or the lack of one) of one press on the record button. Times are seconds since 1970."""

    id: str
    room: str
    """Node of the room; empty while nobody knows."""
    appointment: str
    """Empty: unmapped."""
    stage: Stage
    asked_by: str
    """Person id of staff; empty when it was found, not asked for."""
    made_at: float
    changed_at: float
    session: str = ""
    """What Jicofo and Jibri call it."""
    meeting: str = ""
    """The room's `meetingId`: one life of the room in Prosody."""
    part: int = 1
    """A recorder that takes over from a dead one makes a second file of the same session."""
    on_at: float | None = None
    off_at: float | None = None
    stopped_by: str = ""
    file: File | None = None
    key: str = field(default="", repr=False)
    """The file's own key, sealed with the master key; empty once it is destroyed."""
    number: str = ""
    """What the journal calls it."""
    attempts: int = 0
    due_at: float | None = None
    """When the present stage is looked at again: a deadline or the next attempt."""
    fault: Fault | None = None
    """What is stuck and why: None when nothing is."""
    held: bool = False
    """Legal hold: nothing of it is deleted by time."""
    version: int = 1
    """Counts every change: whoever writes an older one writes nothing."""


class ClosingState(StrEnum):
    """How far the closing of a case has come."""

    QUEUED = "queued"
    """Waits until everything of the appointment is filed, or for its next attempt."""
    CLOSED = "closed"
    DROPPED = "dropped"
    """Staff took the mark away again before it was closed."""
    FAILED = "failed"
    """Given up; somebody must look."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A case that staff marked to be closed, on its way there. Times are seconds since 1970."""

    appointment: str
    state: ClosingState
    made_at: float
    changed_at: float
    due_at: float
    attempts: int = 0
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One directory of the recorder, as far as it could be read. Names are never trusted, never shown raw."""

    name: str
    """Name of the directory: the session id with odd characters replaced (jitsi-protocol §7.5).

    As the file system has it: may hold anything, bytes that are no UTF-8 as surrogates.
    """
    session: str = ""
    """Empty: the name is none a recorder gives."""
    handed_over: bool = False
    """Whether the finalize script ran for all that lies in it."""
    quiet_since: float = 0.0
    """Latest change of anything in it, seconds since 1970."""
    media: tuple[str, ...] = ()
    """Names of regular video files, in order of time; never a link."""
    sizes: tuple[int, ...] = ()
    """Of `media`, bytes."""
    meeting: str = ""
    """`conference_details.session_id` of the metadata; empty: not said."""
    room: str = ""
    """Node of the room, from the metadata's `meeting_url`; empty: not said."""
    fault: Fault | None = None
    """Why it is not what a recorder leaves."""
    hashes: tuple[str, ...] = ()
    """Of `media`, SHA-256 in hex; empty: nobody has reckoned them yet."""
