"""The hotline: who may use a call's link, and where the call stands. One call, one link, one browser."""

from dataclasses import dataclass, replace
from enum import StrEnum

from xmpp_agent.model.appointments import Policy
from xmpp_agent.model.calls import Call, CallState
from xmpp_agent.model.letters import Letter, LetterState
from xmpp_agent.model.people import Level
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Link, Session

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
    ENDED = "ended"


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


def follows(call: Call, *, inside: bool, now: float) -> Call:
    """The call after a look into its room; the same one when nothing is new."""
    if call.state is CallState.ENDED:
        return call
    state = CallState.INSIDE if inside else call.state
    if not inside and call.state is CallState.INSIDE:
        state = CallState.LOST
    return call if state is call.state else replace(call, state=state, changed_at=now)


def ended(call: Call, keep: float, now: float) -> Call:
    """The call marked as over; its number has so many seconds left. Marking it again changes nothing."""
    if call.state is CallState.ENDED:
        return call
    return replace(call, state=CallState.ENDED, changed_at=now, erase_at=min(call.erase_at, now + keep))
