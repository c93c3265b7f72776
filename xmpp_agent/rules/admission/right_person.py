"""right_person: the person who logged in is the person who was invited, at the level the appointment asks for."""

import hmac

from xmpp_agent.model.people import Level, Role
from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts

RULE = "right_person"


def says(facts: Facts) -> Said | None:
    """WAIT, for staff to judge, when level or identity do not fit; never a silent refusal (DESIGN §3.4).

    Both identities are keyed hashes, compared in constant time. Companions are not the invited person: their own
    link names them, and the citizen answers for who comes along.
    """
    if facts.known is None or facts.appointment is None or facts.known.pass_.role is not Role.CITIZEN:
        return None
    needed = facts.appointment.policy.level
    if facts.known.pass_.level < needed:
        return Said(RULE, Decision.WAIT, Reason.LEVEL_TOO_LOW, f"{facts.known.pass_.level.name}<{needed.name}")
    if needed is Level.NONE:
        return None
    invited, proved = facts.appointment.invited, facts.known.pass_.proved
    if not invited or not proved or not hmac.compare_digest(invited.encode(), proved.encode()):
        return Said(RULE, Decision.WAIT, Reason.WRONG_PERSON)
    return None
