"""one_seat_each: a pass holds one seat; a newer pass for the same person replaces the older session."""

from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts, SeatHolder

RULE = "one_seat_each"
_FAULTS = {SeatHolder.SAME_PASS: Reason.SEAT_TAKEN, SeatHolder.NEWER_PASS: Reason.PASS_SUPERSEDED}


def says(facts: Facts) -> Said | None:
    """REFUSE a second connection on the same pass, and an old pass after a newer one took the seat."""
    reason = _FAULTS.get(facts.holder)
    return None if reason is None else Said(RULE, Decision.REFUSE, reason)
