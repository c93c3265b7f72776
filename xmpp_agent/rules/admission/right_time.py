"""right_time: within the window of the appointment's policy."""

from xmpp_agent.model.verdicts import Decision, Reason, Said
from xmpp_agent.rules.admission.facts import Facts

RULE = "right_time"


def says(facts: Facts) -> Said | None:
    """REFUSE too early, too late or cancelled; a visit already going on may overrun its time."""
    appointment = facts.appointment
    if appointment is None or not facts.is_visitor:
        return None
    if appointment.cancelled:
        return Said(RULE, Decision.REFUSE, Reason.APPOINTMENT_CANCELLED)
    if facts.now < appointment.starts_at - appointment.policy.early:
        return Said(RULE, Decision.REFUSE, Reason.TOO_EARLY)
    if facts.now > appointment.ends_at + appointment.policy.late and not facts.visit_is_theirs:
        return Said(RULE, Decision.REFUSE, Reason.APPOINTMENT_OVER)
    return None
