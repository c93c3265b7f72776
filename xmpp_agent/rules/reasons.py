"""The reason somebody gives for a look at a person: it stands in that person's access log, for them to read."""

from typing import Final

from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules.cpr import could_hold_cpr
from xmpp_agent.rules.shift_note import plain

LEAST: Final = 3
"""Letters of a reason."""
MOST: Final = 300
"""Letters of a reason; more are refused, never cut: half a reason may say something else."""


def fault(why: str) -> Reason | None:
    """Why this is no reason that may be kept; None: it is one."""
    text = kept(why)
    if len(text) < LEAST:
        return Reason.REASON_NEEDED
    if len(text) > MOST:
        return Reason.BAD_REQUEST
    return Reason.CPR_IN_TEXT if could_hold_cpr(text) else None


def judged(rule: str, why: str) -> Verdict:
    """Whether somebody may look, as far as the reason goes. What they typed is not in it."""
    reason = fault(why) or Reason.ALLOWED
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said(rule, decision, reason),))


def kept(why: str) -> str:
    """The reason as it is kept: in one line, without signs that nobody sees."""
    return plain(why)
