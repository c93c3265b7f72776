"""companions_follow: companions enter after their citizen, never alone."""

from xmpp_agent.model.people import Role
from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts

RULE = "companions_follow"


def says(facts: Facts) -> Said | None:
    """WAIT for a companion whose citizen has not arrived in the meeting."""
    if facts.known is None or facts.state is None or facts.known.pass_.role is not Role.COMPANION:
        return None
    mine = facts.known.pass_.appointment
    if any(o.role is Role.CITIZEN and o.appointment == mine and o.arrived for o in facts.state.inside):
        return None
    return Said(RULE, Decision.WAIT, Reason.CITIZEN_NOT_IN)
