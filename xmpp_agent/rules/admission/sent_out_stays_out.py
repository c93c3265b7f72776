"""sent_out_stays_out: put out by staff means out for this visit, unless staff lets them in again."""

from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts

RULE = "sent_out_stays_out"


def says(facts: Facts) -> Said | None:
    """WAIT for a seat that staff put out of the visit going on."""
    visit = facts.state.visit if facts.state else None
    if facts.known is None or visit is None or facts.staff_lets_in:
        return None
    if facts.known.pass_.seat in visit.sent_out:
        return Said(RULE, Decision.WAIT, Reason.SENT_OUT)
    return None
