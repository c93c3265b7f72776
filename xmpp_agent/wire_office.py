"""The part of the wire (`wire.py`) about the office: hotline calls, and invitations that did not arrive."""

from enum import StrEnum
from typing import Literal

from xmpp_agent.wire_base import Ident, Text, Wire


class CallStage(StrEnum):
    """Where a hotline call stands, in the order in which it usually comes."""

    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    NOT_SENT = "not_sent"
    OPENED = "opened"
    INSIDE = "inside"
    LOST = "lost"
    """The caller was inside and is gone."""
    CALLBACK = "callback"
    """Lost, and somebody has promised to ring back."""


CallAct = Literal["again", "promise", "taken"]


class CallRow(Wire, frozen=True):
    """One hotline call that is not over. Of the number no more than its last two digits."""

    key: Ident
    """`shard/call/id`; stable; never shown."""
    call: Ident
    """What commands are addressed to."""
    version: int
    """What an act says it saw."""
    stage: CallStage
    since: float
    """When it came to this stage."""
    made_at: float
    words: tuple[Text, Text]
    """How it stands and why: Danish, English."""
    unit: Text
    staff: Text = ""
    """Who sent the link."""
    room: Text = ""
    number: Text = ""
    """`** ** ** 56`; empty: erased."""
    may: tuple[CallAct, ...] = ()
    """What may be done now."""


class CallChanged(Wire, frozen=True):
    """A call as it is now."""

    now: float
    row: CallRow


class CallGone(Wire, frozen=True):
    """The call is over."""

    key: Ident


class InvitationNext(StrEnum):
    """What happens next with an invitation that did not arrive, most urgent first."""

    CALL = "call"
    """A person is to call."""
    NOTHING = "nothing"
    RETRY = "retry"
    WAY = "way"
    SENDING = "sending"
    RECEIPT = "receipt"


class TriedWay(Wire, frozen=True, kw_only=True):
    """One way that was tried."""

    channel: Ident
    """`digital-post`, `sms`, `email`, `call`."""
    state: Ident
    fault: Text = ""
    """Code of why it failed; empty: it did not."""
    words: tuple[Text, Text]
    """The same in words: Danish, English."""
    at: float
    """Since when it stands so."""
    attempts: int = 0


InvitationAct = Literal["again"]


class InvitationRow(Wire, frozen=True, kw_only=True):
    """One person who has not got what was sent to them about an appointment."""

    key: Ident
    """`shard/invitation/appointment/person`; stable; never shown."""
    appointment: Ident
    """What commands are addressed to."""
    version: int
    """What an act says it saw."""
    masked: Text
    role: Literal["citizen", "companion"] = "citizen"
    starts_at: float
    cancelled: bool = False
    """It is the cancellation that did not arrive."""
    unit: Text
    staff: Text = ""
    """Empty: whoever is free in the unit."""
    next: InvitationNext
    next_at: float | None = None
    """When that happens; None: now, or never."""
    words: tuple[Text, Text]
    """What happens next, or what is to be done: Danish, English."""
    since: float
    """When it last changed."""
    ways: tuple[TriedWay, ...] = ()
    """In the order they were tried."""
    may: tuple[InvitationAct, ...] = ()
    """What may be done now."""


class InvitationChanged(Wire, frozen=True):
    """An invitation as it is now."""

    now: float
    row: InvitationRow


class InvitationGone(Wire, frozen=True):
    """They have it, they are here, or it is over."""

    key: Ident
