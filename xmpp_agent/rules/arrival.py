"""How far somebody with a link may come before Jitsi is reached, and what keeps them: one page for each answer."""

import hmac
from dataclasses import dataclass, replace
from enum import StrEnum

from xmpp_agent.model.appointments import Appointment, Known
from xmpp_agent.model.people import CompanionKind, Level
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Arrival, Link, Session

SESSION_LIFE = 7200.0
"""Seconds a browser stays signed in after the last moment one may knock."""


class Step(StrEnum):
    """What comes next for a visitor; each is a page."""

    DEAD_LINK = "dead_link"
    CANCELLED = "cancelled"
    OVER = "over"
    TOO_EARLY = "too_early"
    CLOSED = "closed"
    """The unit's shared queue is closed for now."""
    BEGIN = "begin"
    """The browser is not bound to the link yet: a button."""
    CONFIRM_AGE = "confirm_age"
    LOGIN = "login"
    WRONG_PERSON = "wrong_person"
    LEVEL_TOO_LOW = "level_too_low"
    USED_ELSEWHERE = "used_elsewhere"
    """The link needs no login, and somebody is connected on it from another browser."""
    IN_LINE = "in_line"
    """Waits in the unit's shared queue until staff call."""
    GO = "go"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the answer rests on. `session` None: this browser is not bound to the link."""

    now: float
    link: Link | None
    appointment: Appointment | None
    unit: Unit | None
    arrival: Arrival | None = None
    kind: CompanionKind | None = None
    """None: the citizen."""
    session: Session | None = None
    connected: bool = False
    """Whether somebody is connected to Prosody on this person's seat."""
    inside: bool = False
    """Whether the visit going on is that of this appointment: it may overrun its time."""
    is_open: bool = True
    """Whether the unit is open now (hours and switch)."""


def next_step(facts: Facts) -> Step:
    """The first thing that is missing, or GO. Whatever is not known is a dead link."""
    link, appointment = facts.link, facts.appointment
    if link is None or link.revoked_at is not None or appointment is None or facts.unit is None:
        return Step.DEAD_LINK
    return _time(facts, appointment) or _browser(facts, appointment) or _place(facts, appointment) or Step.GO


def is_known(facts: Facts) -> bool:
    """Whether whoever sits at this browser is known to be the person invited, as far as that is asked for.

    At whatever time: somebody who said yes to being recorded may take it back after the meeting, too.
    """
    link, appointment = facts.link, facts.appointment
    if link is None or link.revoked_at is not None or appointment is None or facts.unit is None:
        return False
    return _browser(facts, appointment) is None


def opens_at(appointment: Appointment) -> float:
    """From when on one may knock."""
    return appointment.starts_at - appointment.policy.early


def session_ends(appointment: Appointment) -> float:
    """Until when a browser stays signed in for this appointment."""
    return appointment.ends_at + appointment.policy.late + SESSION_LIFE


def is_verified(appointment: Appointment, level: Level, proved: str) -> bool:
    """Whether a login is the invited person's at the level asked for (compared in constant time)."""
    same = bool(appointment.invited and proved) and hmac.compare_digest(appointment.invited.encode(), proved.encode())
    return same and level >= appointment.policy.level


def proved_at(known: Known, arrival: Arrival | None) -> float | None:
    """When the login behind somebody's pass was made; None: without one, or the last one may have been another's."""
    pass_, appointment = known.pass_, known.appointment
    if arrival is None or arrival.login_at is None or appointment is None or pass_.level is Level.NONE:
        return None
    verified = is_verified(appointment, pass_.level, pass_.proved)
    theirs = arrival.level is pass_.level and arrival.verified is verified
    return arrival.login_at if theirs and (verified or arrival.login_at <= pass_.issued_at) else None


def after_login(before: Arrival, level: Level, verified: bool, now: float) -> Arrival:
    """What stands of an arrival once somebody logged in: a login that failed takes nothing from one that did not.

    A forwarded link in another browser would else undo what staff see of the invited person.
    """
    if before.verified and not verified:
        return before
    return replace(before, level=level, verified=verified, login_at=now)


def of_another(before: Arrival) -> Arrival:
    """The arrival when somebody else is invited: nothing that the one of before did is theirs.

    Only that the meeting took place stays: whoever was inside never counts as absent.
    """
    return Arrival(before.appointment, before.person, inside_at=before.inside_at)


def best_proof(appointment: Appointment, proofs: tuple[str, ...]) -> str:
    """Of the identities one login returned (CPR number, MitID UUID; keyed hashes) the one that was invited.

    The first one when none is; empty when the login returned none.
    """
    fits = (p for p in proofs if hmac.compare_digest(appointment.invited.encode(), p.encode()))
    return next(fits, proofs[0] if proofs else "")


def _time(facts: Facts, appointment: Appointment) -> Step | None:
    if appointment.cancelled:
        return Step.CANCELLED
    if facts.inside:
        return None
    if facts.now > appointment.ends_at + appointment.policy.late or appointment.outcome is not None:
        return Step.OVER
    if facts.now < opens_at(appointment):
        return Step.TOO_EARLY
    if not appointment.staff and not facts.is_open:
        return Step.CLOSED
    return None


def _browser(facts: Facts, appointment: Appointment) -> Step | None:
    session = facts.session
    if session is None or facts.link is None or session.link != facts.link.mark or session.expires_at <= facts.now:
        return Step.BEGIN
    if facts.kind is CompanionKind.INTERPRETER and (facts.arrival is None or facts.arrival.of_age_at is None):
        return Step.CONFIRM_AGE
    if facts.kind is None and appointment.policy.level > Level.NONE:
        return _login(session, appointment)
    elsewhere = facts.arrival is not None and facts.arrival.passed_by not in ("", session.mark)
    return Step.USED_ELSEWHERE if elsewhere and facts.connected else None


def _login(session: Session, appointment: Appointment) -> Step | None:
    if not session.proved and session.level is Level.NONE:
        return Step.LOGIN
    if session.level < appointment.policy.level:
        return Step.LEVEL_TOO_LOW
    return None if is_verified(appointment, session.level, session.proved) else Step.WRONG_PERSON


def _place(facts: Facts, appointment: Appointment) -> Step | None:
    """Whoever is to meet the next free waits with Portner until somebody has taken them."""
    return None if appointment.staff else Step.IN_LINE
