"""let_in_by_staff: the act that opens the door to a citizen. Without it everybody stays in the lobby."""

from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts

RULE = "let_in_by_staff"


def says(facts: Facts) -> Said | None:
    """OPEN for those whose visit it is (or whom staff lets in right now); WAIT for the others."""
    if not facts.is_visitor or facts.appointment is None:
        return None
    if facts.staff_lets_in or facts.visit_is_theirs:
        return Said(RULE, Decision.OPEN, Reason.ALLOWED)
    if facts.appointment.policy.lobby:
        return Said(RULE, Decision.WAIT, Reason.NOT_LET_IN_YET)
    return None
