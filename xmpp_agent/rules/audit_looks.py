"""Who may look through the audit for what, and when the supervisor has to say why.

The lines of one's own units are a supervisor's to read. To ask for everything about one person is more than reading:
it is a look at that person (a citizen, or somebody at work), so why is asked and it goes on record. To take lines
away always is.
"""

from dataclasses import dataclass

from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules import reasons
from xmpp_agent.rules.staff_acts import may_see

MOST_TAKEN = 5000
"""Lines in one export."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for. None: not asked for; empty: there is none such."""

    units: frozenset[str]
    """Of the supervisor; "*": all."""
    citizen: str | None = None
    """Unit of the appointment by which a citizen is named."""
    staff: bool = False
    """Whether it is what one person at work did."""
    room: str | None = None
    """Unit of the room."""
    why: str = ""


def is_of_a_person(asked: Asked) -> bool:
    """Whether it goes on record as a look at somebody."""
    return asked.citizen is not None or asked.staff


def may_look(asked: Asked) -> Verdict:
    """Whether these lines may be read now."""
    return _verdict("audit_look", _theirs(asked) or (reasons.fault(asked.why) if is_of_a_person(asked) else None))


def may_take(asked: Asked, lines: int) -> Verdict:
    """Whether so many lines of a citizen or room may be taken away."""
    if asked.citizen is None and asked.room is None:
        return _verdict("audit_take", Reason.BAD_REQUEST)
    too_many = Reason.TOO_MANY_LINES if lines > MOST_TAKEN else None
    return _verdict("audit_take", _theirs(asked) or reasons.fault(asked.why) or too_many)


def _theirs(asked: Asked) -> Reason | None:
    if asked.citizen is not None and not asked.citizen:
        return Reason.UNKNOWN_PERSON
    if asked.room is not None and not asked.room:
        return Reason.UNKNOWN_ROOM
    if asked.citizen is not None and not may_see(asked.units, asked.citizen):
        return Reason.NOT_YOUR_UNIT
    if asked.room is not None and not may_see(asked.units, asked.room):
        return Reason.NOT_YOUR_UNIT
    return None


def _verdict(rule: str, no: Reason | None) -> Verdict:
    decision, reason = (Decision.OPEN, Reason.ALLOWED) if no is None else (Decision.REFUSE, no)
    return Verdict(decision, reason, (Said(rule, decision, reason),))
