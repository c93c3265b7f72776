"""What a rule says: open, wait or refuse, with a reason code; and the words people read for each code."""

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """Strictness grows downwards; the strictest of several wins."""

    OPEN = "open"
    WAIT = "wait"
    REFUSE = "refuse"


class Reason(StrEnum):
    """Why a verdict is what it is. One code, one sentence in `xmpp_agent/model/words.py`."""

    ALLOWED = "allowed"
    NOBODY_SAID_OPEN = "nobody_said_open"
    AUDIT_UNAVAILABLE = "audit_unavailable"
    TOO_LATE = "too_late_to_answer"
    BAD_REQUEST = "bad_request"
    # known_pass
    NO_PASS = "no_pass"
    PASS_BROKEN = "pass_broken"
    PASS_EXPIRED = "pass_expired"
    PASS_NOT_YET = "pass_not_yet"
    PASS_STALE = "pass_stale"
    PASS_REVOKED = "pass_revoked"
    PASS_SUPERSEDED = "pass_superseded"
    OTHER_ROOM = "other_room"
    UNKNOWN_ROOM = "unknown_room"
    RESERVED_NAME = "reserved_name"
    # staff_open_rooms
    ROOM_NOT_OPEN = "room_not_open"
    NOT_ASKED_BY_STAFF = "not_asked_by_staff"
    # right_person
    WRONG_PERSON = "wrong_person"
    LEVEL_TOO_LOW = "level_too_low"
    # right_time
    TOO_EARLY = "too_early"
    APPOINTMENT_OVER = "appointment_over"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    # staff_is_present
    NO_STAFF_INSIDE = "no_staff_inside"
    # one_citizen_at_a_time
    OTHERS_INSIDE = "others_inside"
    RECORDING_ON = "recording_on"
    TURNOVER_OPEN = "turnover_open"
    # one_seat_each
    SEAT_TAKEN = "seat_taken"
    # companions_follow
    CITIZEN_NOT_IN = "citizen_not_in"
    # let in by staff
    NOT_LET_IN_YET = "not_let_in_yet"
    # sent_out_stays_out
    SENT_OUT = "sent_out"
    # acts of staff and supervisors
    NOT_STAFF_HERE = "not_staff_here"
    NOT_WAITING = "not_waiting"
    NO_SUCH_VISIT = "no_such_visit"
    NOT_YOUR_UNIT = "not_your_unit"
    OWNERS_ARE_FIXED = "owners_are_fixed"
    ROOM_IS_FIXED = "room_is_fixed"
    RECORDING_NOT_ALLOWED = "recording_not_allowed"
    NO_LIVE_STREAM = "no_live_stream"
    ALREADY_RECORDING = "already_recording"
    ALREADY_ASKED = "already_asked"
    CONSENT_MISSING = "consent_missing"
    NOT_RECORDING = "not_recording"
    PROSODY_DID_NOT_DO_IT = "prosody_did_not_do_it"
    NO_PAGES = "no_pages"
    # what becomes of recordings
    UNKNOWN_RECORDING = "unknown_recording"
    NOT_AT_THIS_STAGE = "not_at_this_stage"
    RECORDING_HELD = "recording_held"
    MADE_ELSEWHERE = "made_elsewhere"
    OTHER_TIME = "other_time"
    APPOINTMENT_ERASED = "appointment_erased"
    NO_CONSENT = "no_consent"
    # staff's day and the hotline
    NO_ROLE = "no_role"
    SIGNED_OUT = "signed_out"
    NO_APPOINTMENT = "no_appointment"
    CHANGED_MEANWHILE = "changed_meanwhile"
    NOT_YET = "not_yet"
    IS_HERE = "is_here"
    NO_NUMBER = "no_number"
    NO_HOTLINE = "no_hotline"
    CALL_OVER = "call_over"
    CALLBACK_PROMISED = "callback_promised"
    LETTER_ON_ITS_WAY = "letter_on_its_way"
    HAS_THEIR_LINK = "has_their_link"
    # alerts and the note to the next shift
    ALERT_OVER = "alert_over"
    ALERT_OWNED = "alert_owned"
    ALERT_YOURS = "alert_yours"
    ALERT_NOT_YOURS = "alert_not_yours"
    ALERT_SEEN = "alert_seen"
    CPR_IN_TEXT = "cpr_in_text"
    # booking
    NO_KEY = "no_key"
    NOT_FOR_THIS_KEY = "not_for_this_key"
    TOO_MANY_REQUESTS = "too_many_requests"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_POLICY = "unknown_policy"
    UNKNOWN_STAFF = "unknown_staff"
    STAFF_OF_ANOTHER_UNIT = "staff_of_another_unit"
    ENDS_BEFORE_START = "ends_before_start"
    TOO_LONG = "too_long"
    IN_THE_PAST = "in_the_past"
    TOO_FAR_AHEAD = "too_far_ahead"
    BAD_NAME = "bad_name"
    BAD_EMAIL = "bad_email"
    BAD_CPR = "bad_cpr"
    IDENTITY_NEEDED = "identity_needed"
    NOT_MET = "not_met"
    NOT_ASKED_FOR = "not_asked_for"
    NO_WAY_TO_REACH = "no_way_to_reach"
    TOO_MANY_COMPANIONS = "too_many_companions"
    TOO_MANY_MEETINGS = "too_many_meetings"
    UNKNOWN_COMPANION = "unknown_companion"
    BOOKED_OTHERWISE = "booked_otherwise"
    ID_TAKEN = "id_taken"
    VERSION_NEEDED = "version_needed"
    VISIT_GOING_ON = "visit_going_on"
    APPOINTMENT_MOVED = "appointment_moved"
    # erasing people
    UNKNOWN_PERSON = "unknown_person"
    STAFF_ARE_KEPT = "staff_are_kept"
    STILL_TO_COME = "still_to_come"
    NOTE_NOT_FILED = "note_not_filed"
    RECORDING_NOT_FILED = "recording_not_filed"
    # looking through the audit
    REASON_NEEDED = "reason_needed"
    TOO_MANY_LINES = "too_many_lines"
    UNREADABLE_LINE = "unreadable_line"


@dataclass(frozen=True, slots=True)
class Said:
    """One rule's answer: which rule, what it decided, why, and the facts it used (never personal data)."""

    rule: str
    decision: Decision
    reason: Reason
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of all rules asked; `said` keeps each one's word so that "why?" can be answered a year later."""

    decision: Decision
    reason: Reason
    said: tuple[Said, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the door opens. Everything that is not open is a no."""
        return self.decision is Decision.OPEN
