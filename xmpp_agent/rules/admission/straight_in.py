"""straight_in: an appointment type without lobby (hotline) opens as soon as the other rules do."""

from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts

RULE = "straight_in"


def says(facts: Facts) -> Said | None:
    """OPEN when the policy has no lobby."""
    if facts.is_visitor and facts.appointment is not None and not facts.appointment.policy.lobby:
        return Said(RULE, Decision.OPEN, Reason.ALLOWED)
    return None
