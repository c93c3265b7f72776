"""recording_asks_first: while a recording is on nobody comes in who has not said yes to being recorded."""

from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts

RULE = "recording_asks_first"


def says(facts: Facts) -> Said | None:
    """WAIT for visitors without a yes on record; whoever was recorded already comes back by it."""
    state, known = facts.state, facts.known
    if state is None or not state.recording or not facts.is_visitor or known is None:
        return None
    if known.person.id in state.agreed:
        return None
    return Said(RULE, Decision.WAIT, Reason.RECORDING_ON)
