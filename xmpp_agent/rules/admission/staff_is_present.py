"""staff_is_present: nobody comes in without staff inside."""

from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts

RULE = "staff_is_present"


def says(facts: Facts) -> Said | None:
    """WAIT while no staff member is really in the room; also for those whose visit it is (the room is frozen)."""
    if not facts.is_visitor or facts.state is None or facts.state.staff_inside():
        return None
    return Said(RULE, Decision.WAIT, Reason.NO_STAFF_INSIDE)
