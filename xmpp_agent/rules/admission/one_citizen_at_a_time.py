"""one_citizen_at_a_time: the next citizen may not enter while another is in the room, or anything of theirs is."""

from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts

RULE = "one_citizen_at_a_time"


def says(facts: Facts) -> Said | None:
    """WAIT while another appointment's people are inside, its visit is not finished, or the room is not cleared."""
    state, mine = facts.state, facts.appointment
    if state is None or not facts.is_visitor:
        return None
    if mine is None or any(o.appointment != mine.id for o in state.visitors()):
        return Said(RULE, Decision.WAIT, Reason.OTHERS_INSIDE)
    if state.turnover_open:
        return Said(RULE, Decision.WAIT, Reason.TURNOVER_OPEN)
    if state.visit is not None and state.visit.appointment != mine.id:
        return Said(RULE, Decision.WAIT, Reason.OTHERS_INSIDE)
    if state.recording and state.visit is None:
        return Said(RULE, Decision.WAIT, Reason.RECORDING_ON)
    return None
