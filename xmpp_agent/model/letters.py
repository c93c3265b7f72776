"""What is sent to people: one letter is one message over one channel, with what became of it."""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """The ways to reach somebody, each a rung of a policy's ladder."""

    DIGITAL_POST = "digital-post"
    SMS = "sms"
    EMAIL = "email"
    CALL = "call"
    """Nobody sends anything: staff are told to call."""


class About(StrEnum):
    """What a letter is about; names its text."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    NOT_NEEDED = "not-needed"
    """To a companion who is to come no longer; the meeting takes place without them."""
    FRESH_LINK = "fresh-link"
    HOTLINE = "hotline"


class LetterState(StrEnum):
    """What became of a letter. `SENT` is the gateway's yes; only a receipt makes it `DELIVERED`."""

    QUEUED = "queued"
    SENDING = "sending"
    """Being handed over; after a crash nobody knows whether it was."""
    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    """The person was on the page behind its link."""
    FAILED = "failed"
    DROPPED = "dropped"
    """Not sent, because it no longer says what is true (moved, cancelled, erased)."""
    ASTRAY = "astray"
    """Went to an address, or was for a person, that was put right since: whatever became of it reached nobody."""


class Failure(StrEnum):
    """Why a letter failed; one code, one sentence on the staff page."""

    NO_ADDRESS = "no_address"
    NOT_REGISTERED = "not_registered"
    """No Digital Post mailbox, or exempt."""
    BAD_ADDRESS = "bad_address"
    REFUSED = "refused"
    """The gateway will never take this letter."""
    NOT_ALLOWED = "not_allowed"
    """Our account, key or certificate is refused: somebody must look."""
    UNREACHABLE = "unreachable"
    """No connection, no answer in time, or an answer nobody can read; tried again."""
    BUSY = "busy"
    """The gateway asks to come back later."""
    UNDELIVERABLE = "undeliverable"
    """Taken, and by the receipt not delivered."""
    NO_RECEIPT = "no_receipt"
    """Taken, and nothing was heard of it in time."""
    IN_DOUBT = "in_doubt"
    """Nobody knows whether it was taken: the agent was killed, or the gateway's answer was lost. Stays with the letter
    through later attempts until one of them, a receipt or the gateway when asked says how it is."""
    TOO_LATE = "too_late"
    """What it is about had passed before it could be sent."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person over one channel. Times are seconds since 1970."""

    id: str
    """UUID; also what gateways are told, so that a repetition is known as one."""
    appointment: str
    person: str
    about: About
    channel: Channel
    due_at: float
    """Not before; after a failed attempt: when it is tried again."""
    state: LetterState = LetterState.QUEUED
    rung: int = 0
    """Which rung of the policy's ladder."""
    sequence: int = 0
    """Of the appointment it speaks of (RFC 5545): a letter of an older one is dropped."""
    attempts: int = 0
    failure: Failure | None = None
    gateway_id: str = ""
    parts: int = 0
    """Segments the SMS gateway counted."""
    changed_at: float = 0.0

    @property
    def may_have_arrived(self) -> bool:
        """Whether it is not known to have been taken, and yet the person may have it: no receipt came, or nobody knows
        whether an attempt was taken. It may wait to be handed over again, or have been dropped since.
        """
        unheard = self.state is LetterState.FAILED and self.failure is Failure.NO_RECEIPT
        return unheard or (self.state in _MAY_BE_IN_DOUBT and self.failure is Failure.IN_DOUBT)

    @property
    def has_arrived(self) -> bool:
        """Whether the person has it, as far as anybody can know."""
        return self.state in (LetterState.DELIVERED, LetterState.OPENED)


_MAY_BE_IN_DOUBT = frozenset({LetterState.QUEUED, LetterState.FAILED, LetterState.DROPPED})
