"""What became of an invitation, in one state for staff: the best that is known of any way it went out."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState


class Invited(StrEnum):
    """Where the invitation stands."""

    NOBODY_WROTE = "nobody_wrote"
    """No letter of ours: the calling system writes, or nobody does."""
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    FAILED = "failed"
    CALL = "call"
    """Every way failed: staff are to call."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person's invitation. `at`: when it came to stand there, seconds since 1970."""

    state: Invited = Invited.NOBODY_WROTE
    channel: Channel | None = None
    failure: Failure | None = None
    at: float = 0.0
    letter: str = ""
    """Id of the letter that says so."""


_ABOUT = frozenset({About.INVITATION, About.CHANGED, About.CANCELLED, About.FRESH_LINK, About.REMINDER})
_NOBODYS = frozenset({LetterState.DROPPED, LetterState.ASTRAY})
_ON_ITS_WAY = frozenset({LetterState.QUEUED, LetterState.SENDING})


def invitation(letters: Collection[Letter], now: float) -> Invitation:
    """The state of one person's invitation. A call to be made comes before all but an opened letter.

    Only what was written of the appointment as it is now counts: who opened the link for the old time, and could not
    be told of the new one or that it is off, is to be called.
    """
    written = [one for one in letters if one.about in _ABOUT and one.state not in _NOBODYS]
    newest = max((one.sequence for one in written), default=0)
    ours = [one for one in written if one.sequence == newest]
    ours.sort(key=lambda one: (one.changed_at, one.id), reverse=True)
    for state, fits in (
        (Invited.OPENED, [one for one in ours if one.state is LetterState.OPENED]),
        (Invited.CALL, [one for one in ours if is_call_to_make(one, now)]),
        (Invited.DELIVERED, [one for one in ours if one.state is LetterState.DELIVERED]),
        (Invited.SENT, [one for one in ours if one.state is LetterState.SENT]),
        (Invited.QUEUED, [one for one in ours if one.state in _ON_ITS_WAY and one.due_at <= now]),
        (Invited.FAILED, [one for one in ours if one.state is LetterState.FAILED]),
    ):
        if fits:
            return Invitation(state, fits[0].channel, fits[0].failure, fits[0].changed_at, fits[0].id)
    return Invitation(Invited.QUEUED if ours else Invited.NOBODY_WROTE)


def is_call_to_make(letter: Letter, now: float) -> bool:
    """Whether this is a call that staff are to make now."""
    return letter.channel is Channel.CALL and letter.state is LetterState.QUEUED and letter.due_at <= now
