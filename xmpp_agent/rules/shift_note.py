"""The note of a unit to its next shift: who may write it, what must not stand in it, how long it is shown."""

import unicodedata
from typing import Final

from xmpp_agent.model.alerts import ShiftNote
from xmpp_agent.model.appointments import DAY
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules.cpr import could_hold_cpr
from xmpp_agent.rules.staff_acts import may_see

KEPT: Final = 4 * DAY
"""From the evening before a long weekend to the morning after it."""
RULE: Final = "shift_note"
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cn"})


def may_write(units: frozenset[str], unit: str, text: str, *, exists: bool) -> Verdict:
    """Whether a supervisor of these units ("*": all) may write that to the next shift of this unit.

    An empty text takes the note away.
    """
    if not may_see(units, unit):
        return _verdict(Reason.NOT_YOUR_UNIT)
    if not exists:
        return _verdict(Reason.UNKNOWN_UNIT)
    return _verdict(Reason.CPR_IN_TEXT if could_hold_cpr(text) else Reason.ALLOWED)


def plain(text: str) -> str:
    """In one line, without signs that nobody sees: they turn a line round, or part the digits of a number."""
    seen = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in _UNSEEN)
    return " ".join("".join(seen).split())


def is_shown(note: ShiftNote, now: float) -> bool:
    """Whether it is still of use to somebody."""
    return bool(note.text) and now - note.at < KEPT


def _verdict(reason: Reason) -> Verdict:
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said(RULE, decision, reason),))
