"""What a member of staff may do, from the roles their employer's sign-on returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from xmpp_agent.model.visitors import Session, SessionKind

ASKED_AGAIN = 1800.0
"""Seconds after which the employer's sign-on is asked again, unseen, when a page is opened."""
VOUCHED_FOR = 3600.0
"""Seconds its word holds at most: for as long somebody who has lost a role may still press buttons."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role value gives."""

    unit: str = ""
    """Makes its holder staff of this unit; empty: gives no unit of its own."""
    supervises: frozenset[str] = frozenset()
    """Makes its holder a supervisor of these units."""


@dataclass(frozen=True, slots=True)
class RoleMap:
    """Role value -> what it gives, in the order of the settings; a value that is not listed gives nothing."""

    grants: Mapping[str, Grant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is."""

    unit: str
    supervises: frozenset[str]


def standing(roles: frozenset[str], role_map: RoleMap, enrolled_in: str = "") -> Standing | None:
    """What these roles make of somebody; None: nothing, they have no access.

    Whoever is staff of several units stays in the one they are enrolled in, else gets the first of the settings. A
    supervisor without a unit belongs to the first of those they supervise.
    """
    held = [grant for role, grant in role_map.grants.items() if role in roles]
    supervises = frozenset().union(*(grant.supervises for grant in held)) if held else frozenset[str]()
    units = [grant.unit for grant in held if grant.unit] or sorted(supervises)
    if not units:
        return None
    return Standing(enrolled_in if enrolled_in in units else units[0], supervises)


def is_vouched_for(session: Session, now: float) -> bool:
    """Whether a session of staff holds: in time, and checked not too long ago."""
    return may_go_on(session, now) and now - session.checked_at < VOUCHED_FOR


def may_go_on(session: Session, now: float) -> bool:
    """Whether the employer's word may revive a session: in time, whenever it was checked."""
    return now < session.expires_at


def asks_again(session: Session, now: float) -> bool:
    """Whether the employer's sign-on is to be asked again at the next opportunity."""
    return now - session.checked_at >= ASKED_AGAIN


BROUGHT_WITHIN = 300.0
"""Seconds after it was made in which a token must first be brought: whoever kept one back may not use it later."""


def console_ends(issued_at: float, expires_at: float) -> float:
    """Until when a token signs a console in: its own end, but no longer than the sign-on's word holds."""
    return min(expires_at, issued_at + VOUCHED_FOR)


def console_may_begin(issued_at: float, expires_at: float, now: float) -> bool:
    """Whether a token never seen here may sign a console in."""
    return now - issued_at < BROUGHT_WITHIN and now < console_ends(issued_at, expires_at)


def console_goes_on(session: Session, now: float) -> bool:
    """Whether a console that was signed in still is."""
    return session.kind is SessionKind.CONSOLE and not session.out and is_vouched_for(session, now)


def put_out(session: Session, now: float) -> Session:
    """The session, over at once. Of a console it must be remembered until its token is worth nothing."""
    if session.kind is SessionKind.CONSOLE:
        return replace(session, out=True)
    return replace(session, expires_at=now)
