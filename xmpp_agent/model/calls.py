"""Hotline calls: somebody rings, staff send a link to the number, and the room is theirs until the call is over."""

from dataclasses import dataclass
from enum import StrEnum


class CallState(StrEnum):
    """How far a call has come, as it is remembered through restarts."""

    SENT_FOR = "sent_for"
    """The link is made and on its way; nobody has been inside yet."""
    INSIDE = "inside"
    LOST = "lost"
    """The caller was inside and is gone, and nobody has said that the call is over."""
    CALLBACK = "callback"
    """Lost, and somebody of staff has said that they will ring back; nobody has reached the caller yet."""
    ENDED = "ended"
    """Staff said so."""


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One hotline call. Times are seconds since 1970. Never logged: `repr` tells nothing."""

    id: str
    unit: str
    staff: str
    """Person id of who sent the link."""
    appointment: str
    room: str
    number: str
    """E.164; empty once erased."""
    state: CallState
    made_at: float
    changed_at: float
    erase_at: float
    """When the number is to be erased."""
