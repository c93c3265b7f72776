"""The hotline: who may use a call's link, and where the call stands. One call, one link, one browser."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from xmpp_agent.model.appointments import Policy, Room
from xmpp_agent.model.calls import Call, CallState
from xmpp_agent.model.letters import Letter, LetterState
from xmpp_agent.model.notes import Note
from xmpp_agent.model.people import Level
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Link, Session
from xmpp_agent.rules.staff_day import is_theirs, may_act, open_note

LASTS = 7200.0
"""Seconds a call is made out for; one that still goes on then may go on."""
GRACE = 600.0
"""Seconds after the end in which the browser that was in may come back (the connection dropped as it ended)."""


class Stage(StrEnum):
    """Where a call stands, as its row says it."""

    SENDING = "sending"
    SENT = "sent"
    """The gateway has taken the message."""
    DELIVERED = "delivered"
    NOT_SENT = "not_sent"
    OPENED = "opened"
    """The button behind the link was pressed."""
    INSIDE = "inside"
    LOST = "lost"
    """The caller was inside and is gone; stays until somebody marks it."""
    CALLBACK = "callback"
    """Lost, and somebody has promised to ring back."""
    ENDED = "ended"


class Act(StrEnum):
    """What a call's row offers."""

    RING = "ring"
    """Their number, to call back."""
    OPEN = "open"
    AGAIN = "again"
    PROMISE = "promise"
    """Say that somebody rings back, so that no other does."""
    TAKEN = "taken"
    """The caller was rung back: the call is over."""
    END = "end"
    NOTE = "note"


FOR_STAFF = (Act.RING, Act.OPEN, Act.AGAIN, Act.PROMISE, Act.END, Act.NOTE)
"""What staff's own page offers; there `END` says that the caller was rung back, too."""
FOR_SUPERVISORS = (Act.AGAIN, Act.PROMISE, Act.TAKEN)
"""What the console offers: nothing that puts anybody out, or that shows a number."""
_GONE = frozenset({Stage.LOST, Stage.CALLBACK})


@dataclass(frozen=True, slots=True)
class Row:
    """One call for one member of staff: everything the answers to what they may do rest on."""

    call: Call
    room: Room
    at: Stage
    person: str
    """Who looks."""
    supervises: frozenset[str] = frozenset()
    notes: Collection[Note] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """Everything the answer rests on when somebody stands behind a hotline link."""

    now: float
    link: Link
    call: Call
    session: Session | None = None
    """Of the browser that asks."""
    passed_by: str = ""
    """Mark of the session of the browser that was in last."""


def may_enter(entry: Entry) -> Reason:
    """ALLOWED, or why not. A link nobody used is for whoever presses first; then for that browser alone."""
    if entry.link.revoked_at is not None:
        return Reason.NO_PASS
    returns = _returns(entry)
    if entry.call.state is CallState.ENDED:
        within = entry.now <= entry.call.changed_at + GRACE
        return Reason.ALLOWED if returns and within else Reason.CALL_OVER
    if entry.call.state is CallState.SENT_FOR and entry.now > entry.call.made_at + LASTS:
        return Reason.CALL_OVER
    if entry.link.opened_at is not None and not returns:
        return Reason.SEAT_TAKEN
    return Reason.ALLOWED


def _returns(entry: Entry) -> bool:
    session = entry.session
    if session is None or session.link != entry.link.mark or session.expires_at <= entry.now:
        return False
    return entry.passed_by in ("", session.mark)


def is_for_hotline(policy: Policy) -> bool:
    """Whether an appointment type is one of no login and no lobby: nothing else may be sent to a number that rang."""
    return policy.level is Level.NONE and not policy.lobby


def stage(call: Call, letter: Letter | None, *, opened: bool, inside: bool) -> Stage:
    """Where a call stands, from what is remembered of it, the newest letter, the link, and the room."""
    if inside:  # after the end, too: they came back within the grace, and staff may put them out again
        return Stage.INSIDE
    if call.state is CallState.ENDED:
        return Stage.ENDED
    if call.state is CallState.CALLBACK:
        return Stage.CALLBACK
    if call.state is not CallState.SENT_FOR:
        return Stage.LOST
    if opened:
        return Stage.OPENED
    return _LETTER.get(letter.state, Stage.SENDING) if letter is not None else Stage.NOT_SENT


_LETTER = {
    LetterState.SENT: Stage.SENT,
    LetterState.DELIVERED: Stage.DELIVERED,
    LetterState.OPENED: Stage.OPENED,
    LetterState.FAILED: Stage.NOT_SENT,
    LetterState.DROPPED: Stage.NOT_SENT,
    LetterState.ASTRAY: Stage.NOT_SENT,
}


def offers(row: Row, among: Collection[Act] = FOR_STAFF) -> tuple[Act, ...]:
    """What the row of a call offers, in order: what may be done, and nothing else."""
    return tuple(act for act in among if may_do(act, row).is_open)


def may_do(act: Act, row: Row) -> Verdict:
    """Whether an act on a call may be done now: by its own staff, covering colleagues, and their supervisors.

    The number is for whoever made the call alone; into the room and to the note a supervisor comes by covering.
    A caller who came back within the grace after the end can be met and put out; no link is sent to them.
    """
    reason = _against(act, row)
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said("hotline", decision, reason, act.value),))


def _against(act: Act, row: Row) -> Reason:
    theirs = is_theirs(row.person, row.room)
    if not may_act(row.person, row.supervises, row.room).is_open or (act in (Act.OPEN, Act.NOTE) and not theirs):
        return Reason.NOT_STAFF_HERE
    if act is Act.RING and row.person != row.call.staff:
        return Reason.NOT_STAFF_HERE
    if act is Act.NOTE:
        return _note(row)
    if act in (Act.PROMISE, Act.TAKEN):
        return _ring_back(act, row.at)
    if act is Act.AGAIN and row.call.state is CallState.ENDED:
        return Reason.CALL_OVER
    if act in (Act.RING, Act.AGAIN) and not row.call.number:
        return Reason.CALL_OVER
    return Reason.CALL_OVER if row.at is Stage.ENDED else Reason.ALLOWED


def _note(row: Row) -> Reason:
    if row.notes and open_note(tuple(row.notes)) is None:
        return Reason.CHANGED_MEANWHILE
    return Reason.ALLOWED if row.at in (Stage.INSIDE, *_GONE, Stage.ENDED) else Reason.NOT_YET


def _ring_back(act: Act, at: Stage) -> Reason:
    """Only whom contact was lost with is rung back, and one person's promise is enough."""
    if at is Stage.CALLBACK and act is Act.PROMISE:
        return Reason.CALLBACK_PROMISED
    if at in _GONE:
        return Reason.ALLOWED
    return {Stage.INSIDE: Reason.IS_HERE, Stage.ENDED: Reason.CALL_OVER}.get(at, Reason.NOT_YET)


def follows(call: Call, *, inside: bool, now: float) -> Call:
    """The call after a look into its room; the same one when nothing is new."""
    if call.state is CallState.ENDED:
        return call
    state = CallState.INSIDE if inside else call.state
    if not inside and call.state is CallState.INSIDE:
        state = CallState.LOST
    return call if state is call.state else replace(call, state=state, changed_at=now)


def promised(call: Call, now: float) -> Call:
    """The call once somebody has said that they will ring back."""
    return replace(call, state=CallState.CALLBACK, changed_at=now)


def ended(call: Call, keep: float, now: float) -> Call:
    """The call marked as over; its number has so many seconds left. Marking it again changes nothing."""
    if call.state is CallState.ENDED:
        return call
    return replace(call, state=CallState.ENDED, changed_at=now, erase_at=min(call.erase_at, now + keep))
