"""known_pass: a valid pass for this room, or a machine known by its real address."""

import re

from xmpp_agent.model.people import Pass, SystemUser
from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Asks, Facts

RULE = "known_pass"
UNUSED_LIFE = 600.0
"""Seconds a pass may lie unused after it was made (DESIGN §3.7)."""
LOGIN_LASTS = 5.0
"""Seconds the first use of a pass may take: whoever is in the middle of it when the link dies is shut out, too."""
CLOCK_SKEW = 5.0
"""Seconds two clocks of one authority may differ."""
RESERVED = frozenset({"focus", "recorder", "transcriber", "jibri", "jigasi", "jvb", "portner"})
NICK = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
"""Upstream's pattern (mod_muc_resource_validate) plus the hyphen of UUIDs, bounded."""


def says(facts: Facts) -> Said | None:
    """REFUSE without a pass that is whole, in time and for this room; machines are judged where they act."""
    reason = _machine(facts) if facts.system else _holder(facts)
    return None if reason is None else Said(RULE, Decision.REFUSE, reason)


def _machine(facts: Facts) -> Reason | None:
    if facts.state is None:
        return Reason.UNKNOWN_ROOM
    if facts.system is SystemUser.RECORDER and not facts.state.recording:
        return Reason.RECORDING_NOT_ALLOWED
    return None


def _holder(facts: Facts) -> Reason | None:
    if facts.known is None:
        return facts.fault or Reason.NO_PASS
    if facts.known.revoked or is_cut_off(facts.known.link_died_at, facts.first_used_at):
        return Reason.PASS_REVOKED
    fault = time_fault(facts.known.pass_, facts.first_used_at, facts.now)
    if fault is not None:
        return fault
    if facts.asks is Asks.AUTHENTICATE:
        return None
    if facts.state is None or facts.known.pass_.room != facts.state.room.node:
        return Reason.OTHER_ROOM
    return _nick_fault(facts)


def is_cut_off(link_died_at: float | None, first_used_at: float | None) -> bool:
    """Whether a pass died with the link that gave it: it was not used yet, so nobody is connected on it.

    One that was in use before goes on: staff may be talking to its holder, and a fresh link takes nothing from them.
    """
    if link_died_at is None:
        return False
    return first_used_at is None or first_used_at > link_died_at - LOGIN_LASTS


def time_fault(pass_: Pass, first_used_at: float | None, now: float) -> Reason | None:
    """Why a pass is out of its time; None when it is in it."""
    if now < pass_.not_before - CLOCK_SKEW or now < pass_.issued_at - CLOCK_SKEW:
        return Reason.PASS_NOT_YET
    if now >= pass_.expires_at:
        return Reason.PASS_EXPIRED
    if first_used_at is None and now > pass_.issued_at + UNUSED_LIFE:
        return Reason.PASS_STALE
    return None


def _nick_fault(facts: Facts) -> Reason | None:
    if facts.asks not in (Asks.CREATE, Asks.JOIN, Asks.KNOCK):
        return None
    if facts.nick.lower() in RESERVED or not NICK.match(facts.nick):
        return Reason.RESERVED_NAME
    return None
