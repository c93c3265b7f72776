"""Whom an invitation has not reached: each way that was tried, what happens next and when, and who is to be called.

Of one person of an appointment, as it is now: what was written of an older time says nothing of this one. Nothing to
say of whoever has a letter, opened a link, or is here; of reminders, which are not worth a way of their own; or once
the appointment is over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules.invitation import is_call_to_make
from xmpp_agent.rules.staff_acts import may_see

RULE = "send_link_again"
_ABOUT = frozenset({About.INVITATION, About.CHANGED, About.CANCELLED, About.FRESH_LINK})
_NOBODYS = frozenset({LetterState.DROPPED, LetterState.ASTRAY})


class Next(StrEnum):
    """What happens next, most urgent for staff first."""

    CALL = "call"
    """Every way failed: somebody is to call."""
    NOTHING = "nothing"
    """Every way failed, and nothing more happens by itself."""
    RETRY = "retry"
    """The same way is tried again."""
    WAY = "way"
    """The next way is tried."""
    SENDING = "sending"
    """Being handed over at this moment."""
    RECEIPT = "receipt"
    """Handed over after another way failed; its receipt is awaited, and then the next way tried."""


@dataclass(frozen=True, slots=True)
class Way:
    """One letter that was tried, or the call that was made. `at`: since when it stands so, seconds since 1970."""

    channel: Channel
    state: LetterState
    failure: Failure | None
    at: float
    attempts: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """One person who was not reached."""

    next: Next
    since: float
    """When it last changed."""
    next_at: float | None
    """When the next thing happens; None: now, or never."""
    ways: tuple[Way, ...]
    """In the order they were tried, the one that is next too."""
    channel: Channel | None = None
    """By which way the next thing happens."""


def unreached(
    appointment: Appointment,
    letters: Collection[Letter],
    now: float,
    *,
    tells: Collection[Channel],
    is_here: bool,
) -> Unreached | None:
    """What stands of one person's letters; None: they have it, or it does not matter any more.

    `tells`: the channels whose carrier gives receipts; on the others SENT is as good as arrived.
    """
    if is_here or appointment.outcome is not None or now > appointment.ends_at + appointment.policy.late:
        return None
    ours = _of_now(letters, cancelled=appointment.cancelled)
    arrived = _arrived(ours, tells)
    if any(one.state is LetterState.OPENED for one in arrived):
        return None
    is_call = _is_to_be_called(ours, now)
    if not is_call and (arrived or not any(_is_trouble(one) for one in ours)):
        return None
    step, last = (Next.CALL, None) if is_call else _next(ours)
    ways = tuple(_way(one) for one in ours if _was_tried(one))
    at = max(last.due_at, now) if last is not None and step is not Next.SENDING else None
    channel = last.channel if last is not None else None
    return Unreached(step, max(one.changed_at for one in ours), at, ways, channel)


def is_worth_a_look(letter: Letter) -> bool:
    """Whether anybody can count as unreached by this letter; without such a one nobody of the appointment does."""
    return _is_trouble(letter) or (letter.channel is Channel.CALL and letter.state is LetterState.QUEUED)


def may_send_again(
    units: frozenset[str],
    appointment: Appointment | None,
    found: Unreached | None,
    now: float,
    *,
    is_here: bool,
) -> Verdict:
    """Whether a supervisor of these units ("*": all) may have a fresh link sent to its citizen now.

    `found` is of the citizen. Before the start, too: they have no other link. Whoever has theirs is sent another one
    only from staff's page, where that may be the remedy for not coming.
    """
    reason = Reason.NO_APPOINTMENT if appointment is None else Reason.ALLOWED
    if appointment is not None:
        reason = _against(units, appointment, found, now, is_here=is_here)
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said(RULE, decision, reason, found.next.value if found is not None else ""),))


def _against(
    units: frozenset[str], appointment: Appointment, found: Unreached | None, now: float, *, is_here: bool
) -> Reason:
    if not may_see(units, appointment.unit):
        return Reason.NOT_YOUR_UNIT
    if appointment.cancelled:
        return Reason.APPOINTMENT_CANCELLED
    if appointment.outcome is not None or now > appointment.ends_at + appointment.policy.late:
        return Reason.APPOINTMENT_OVER
    if is_here:
        return Reason.IS_HERE
    if found is None:
        return Reason.HAS_THEIR_LINK
    return Reason.LETTER_ON_ITS_WAY if found.next is Next.SENDING else Reason.ALLOWED


def _of_now(letters: Collection[Letter], *, cancelled: bool) -> list[Letter]:
    """Oldest first. A reminder counts only by having been delivered or opened; of what is off, only that it is."""
    about = frozenset({About.CANCELLED}) if cancelled else _ABOUT
    reminds = frozenset[About]() if cancelled else frozenset({About.REMINDER})
    written = [
        one
        for one in letters
        if one.state not in _NOBODYS and (one.about in about or (one.about in reminds and one.has_arrived))
    ]
    newest = max((one.sequence for one in written), default=0)
    return sorted((one for one in written if one.sequence == newest), key=lambda one: (one.changed_at, one.id))


def _arrived(ours: Sequence[Letter], tells: Collection[Channel]) -> list[Letter]:
    """Those that the person has. Once a fresh link is on its way every link before it is dead."""
    fresh = [one for one in ours if one.about is About.FRESH_LINK]
    if not fresh:
        return [one for one in ours if _is_there(one, tells)]
    trouble = max((one.changed_at for one in fresh if _is_trouble(one)), default=0.0)
    return [one for one in fresh if _is_there(one, tells) and one.changed_at >= trouble]


def _is_there(letter: Letter, tells: Collection[Channel]) -> bool:
    return letter.has_arrived or (letter.state is LetterState.SENT and letter.channel not in tells)


def _is_trouble(letter: Letter) -> bool:
    return letter.state is LetterState.FAILED or letter.failure is not None


def _was_tried(letter: Letter) -> bool:
    return letter.channel is not Channel.CALL or letter.state is LetterState.FAILED


def _way(letter: Letter) -> Way:
    return Way(letter.channel, letter.state, letter.failure, letter.changed_at, letter.attempts)


def _is_to_be_called(ours: Sequence[Letter], now: float) -> bool:
    """Whether a call is to be made. A fresh link that is out, or on its way, is waited for first."""
    fresh = [one for one in ours if one.about is About.FRESH_LINK]
    hopes = any(one.state is not LetterState.FAILED and one.channel is not Channel.CALL for one in fresh)
    return any(is_call_to_make(one, now) for one in (fresh if hopes else ours))


def _next(ours: Sequence[Letter]) -> tuple[Next, Letter | None]:
    """What happens next by itself, and with which letter."""
    sent_out = [one for one in ours if one.channel is not Channel.CALL]
    for state, soonest in ((LetterState.SENDING, min), (LetterState.QUEUED, min), (LetterState.SENT, max)):
        fits = [one for one in sent_out if one.state is state]
        if fits:
            letter = soonest(fits, key=lambda one: one.due_at)
            return _STEP.get(state) or (Next.RETRY if letter.attempts else Next.WAY), letter
    return Next.NOTHING, None


_STEP = {LetterState.SENDING: Next.SENDING, LetterState.SENT: Next.RECEIPT}
