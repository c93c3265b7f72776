"""What may become of one letter: handed over, tried again, failed, told of by a receipt, opened."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.rules.letter_plans import DEFAULT_WAIT, deadline, share, wait_of

FIRST_PAUSE, LONGEST_PAUSE = 30.0, 900.0
"""Seconds between attempts: doubled from the first to the longest."""
MOST_ATTEMPTS = 12
_NEVER_TAKEN = frozenset({Failure.NOT_REGISTERED, Failure.BAD_ADDRESS})
"""What also says that no attempt before can have reached anybody."""

COMES_FROM: Mapping[LetterState, frozenset[LetterState]] = {
    LetterState.QUEUED: frozenset({LetterState.QUEUED, LetterState.SENDING}),
    LetterState.SENDING: frozenset({LetterState.QUEUED}),
    LetterState.SENT: frozenset({LetterState.QUEUED, LetterState.SENDING, LetterState.SENT, LetterState.DROPPED}),
    LetterState.DELIVERED: frozenset(LetterState) - {LetterState.OPENED, LetterState.ASTRAY},
    LetterState.OPENED: frozenset(LetterState) - {LetterState.ASTRAY},
    LetterState.FAILED: frozenset(LetterState) - {LetterState.DELIVERED, LetterState.OPENED, LetterState.ASTRAY},
    LetterState.ASTRAY: frozenset(LetterState),
    LetterState.DROPPED: frozenset({LetterState.QUEUED, LetterState.SENDING, LetterState.DROPPED}),
}
"""A letter only goes forward: what may stand of it when it is written down as this.

Whoever planned or dropped by what they read a moment ago can neither send a letter again nor take one back that went
out meanwhile. Dropped and yet sent: it was on its way already.
"""


_NEWS: Mapping[LetterState, frozenset[LetterState]] = {
    LetterState.QUEUED: frozenset({LetterState.SENT, LetterState.DELIVERED, LetterState.FAILED}),
    LetterState.SENDING: frozenset({LetterState.SENT, LetterState.DELIVERED, LetterState.FAILED}),
    LetterState.SENT: frozenset({LetterState.DELIVERED, LetterState.FAILED}),
    LetterState.FAILED: frozenset({LetterState.DELIVERED}),
    LetterState.DROPPED: frozenset({LetterState.DELIVERED}),
}
"""By what is known of a letter: the receipts that say more. A queued one was taken by an attempt whose answer got lost;
a failed one arrived after all."""


def claimed(letter: Letter, now: float) -> Letter:
    """Written down before it is handed over."""
    return replace(letter, state=LetterState.SENDING, attempts=letter.attempts + 1, changed_at=now)


def taken(letter: Letter, appointment: Appointment, gateway_id: str, parts: int, now: float) -> Letter:
    """The gateway said yes. What a receipt, quicker than the answer, said of it stands."""
    known = replace(letter, gateway_id=gateway_id or letter.gateway_id, parts=parts)
    if letter.state in (LetterState.SENDING, LetterState.DROPPED):
        return _sent(known, appointment, now)
    return known


def failed(letter: Letter, why: Failure, now: float) -> Letter:
    """It will not get there; what an attempt before left in doubt stays in doubt."""
    return replace(letter, state=LetterState.FAILED, failure=_known(letter, why), changed_at=now)


def too_late(letter: Letter, now: float) -> Letter:
    """What it is about has begun, or is over. A reminder is then only left out."""
    return dropped(letter, now) if letter.about is About.REMINDER else failed(letter, Failure.TOO_LATE, now)


def dropped(letter: Letter, now: float) -> Letter:
    """It is not sent."""
    return replace(letter, state=LetterState.DROPPED, changed_at=now)


def astray(letter: Letter, now: float) -> Letter:
    """It went to an address, or was for a person, that was put right since; whoever has it is not whom it was for."""
    return replace(letter, state=LetterState.ASTRAY, changed_at=now)


def unsent_dropped(letters: Iterable[Letter], now: float) -> tuple[Letter, ...]:
    """Those that nobody knows to have gone out, as they are once nothing of it is to be sent any more.

    One in its gateway's hands at this moment may still go out, and is then known to have; it is not tried again.
    """
    waiting = (LetterState.QUEUED, LetterState.SENDING)
    return tuple(dropped(letter, now) for letter in letters if letter.state in waiting)


def try_again(letter: Letter, appointment: Appointment, why: Failure, after: float, now: float) -> Letter:
    """The gateway could not take it: later, `after` seconds or more; or given up, so that the ladder goes on.

    Given up after twelve attempts, when the rung's own time is over, or its share of the time to the meeting.
    """
    pauses = [min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**n) for n in range(max(letter.attempts, 1))]
    pause = max(pauses[-1], min(after, LONGEST_PAUSE))
    spent = sum(pauses[:-1])
    over = (
        letter.attempts >= MOST_ATTEMPTS
        or spent + pause > max(wait_of(appointment, letter.rung), DEFAULT_WAIT)
        or pause > share(appointment, letter, now)
        or now + pause >= deadline(appointment, letter.about)
    )
    if over:
        return failed(letter, why, now)
    return replace(letter, state=LetterState.QUEUED, failure=_known(letter, why), due_at=now + pause, changed_at=now)


def told(letter: Letter, appointment: Appointment, state: LetterState, why: Failure | None, now: float) -> Letter:
    """What a receipt makes of it; the same letter when the receipt is doubled, late or out of order.

    `state` is SENT (on its way), DELIVERED or FAILED.
    """
    if letter.channel is Channel.CALL or state not in _NEWS.get(letter.state, ()):
        return letter
    if state is LetterState.SENT:
        return _sent(letter, appointment, now)
    reason = (why or Failure.UNDELIVERABLE) if state is LetterState.FAILED else None
    return replace(letter, state=state, failure=reason, changed_at=now)


def called(letter: Letter, *, reached: bool, now: float) -> Letter:
    """Staff made the call."""
    done = replace(letter, state=LetterState.DELIVERED, failure=None, changed_at=now)
    return done if reached else failed(letter, Failure.UNDELIVERABLE, now)


def opened(letter: Letter, now: float) -> Letter:
    """The person was on the page behind it; only what was handed over can have brought them."""
    handed = letter.state in (LetterState.SENDING, LetterState.SENT, LetterState.DELIVERED)
    if letter.channel is not Channel.CALL and (handed or letter.may_have_arrived):
        return replace(letter, state=LetterState.OPENED, failure=None, changed_at=now)
    return letter


def _known(letter: Letter, why: Failure) -> Failure:
    """What is to be said of it: that a later attempt was not taken says nothing of one before that may have been."""
    return Failure.IN_DOUBT if letter.failure is Failure.IN_DOUBT and why not in _NEVER_TAKEN else why


def _sent(letter: Letter, appointment: Appointment, now: float) -> Letter:
    until = now + min(wait_of(appointment, letter.rung), share(appointment, letter, now))
    return replace(letter, state=LetterState.SENT, failure=None, due_at=until, changed_at=now)
