"""When somebody does not come: what may be done after how long, and what speaks for their having tried.

Job centres act on absence in law, so it is booked only with the evidence beside it, never while the citizen is here,
never for a cancelled appointment, and never when it was staff who were not there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.letters import Letter
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Arrival, Link

RULE = "no_show"


class Remedy(StrEnum):
    """What may be done, in the order it is offered."""

    FRESH_LINK = "fresh_link"
    CALL = "call"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of somebody's coming. Codes and times only: it goes into the audit. None: not that we know."""

    letters: tuple[str, ...] = ()
    """`sms:delivered`, `email:failed/bad_address`: each letter with what became of it."""
    opened_at: float | None = None
    """When a button behind a link of theirs was first pressed."""
    tested_at: float | None = None
    login_at: float | None = None
    passed_at: float | None = None
    """When they were sent on into Jitsi."""
    knocked_at: float | None = None
    """Since when they have a place in the lobby or in line."""
    inside_at: float | None = None
    """When they were first inside the meeting."""
    is_here: bool = False
    """They wait, or are inside."""
    staff_there: bool = False
    """Any colleague is in the room: they could have been met."""

    def in_codes(self) -> str:
        """The same in one line for the audit."""
        times = {
            "opened": self.opened_at,
            "tested": self.tested_at,
            "login": self.login_at,
            "passed": self.passed_at,
            "knocked": self.knocked_at,
            "inside": self.inside_at,
        }
        seen = " ".join(f"{name}={'no' if at is None else int(at)}" for name, at in times.items())
        return f"letters={','.join(self.letters) or 'none'} {seen}"


def gather(
    letters: Iterable[Letter],
    links: Iterable[Link],
    arrival: Arrival | None,
    *,
    knocked_at: float | None,
    is_here: bool,
    staff_there: bool,
) -> Evidence:
    """The evidence about one person, from what is kept of them."""
    opened = [link.opened_at for link in links if link.opened_at is not None]
    return Evidence(
        letters=tuple(_letter(letter) for letter in sorted(letters, key=lambda one: (one.changed_at, one.id))),
        opened_at=min(opened, default=None),
        tested_at=arrival.device_at if arrival else None,
        login_at=arrival.login_at if arrival else None,
        passed_at=arrival.passed_at if arrival else None,
        knocked_at=knocked_at,
        inside_at=arrival.inside_at if arrival else None,
        is_here=is_here,
        staff_there=staff_there,
    )


def may(remedy: Remedy, appointment: Appointment, evidence: Evidence, now: float) -> Verdict:
    """Whether a remedy may be used now."""
    reason = _against(remedy, appointment, evidence, now)
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said(RULE, decision, reason, f"{remedy.value} {evidence.in_codes()}"),))


def since(remedy: Remedy, appointment: Appointment) -> float:
    """From when on a remedy is offered."""
    spans = dict(zip(Remedy, appointment.policy.plan.no_show, strict=True))
    return appointment.starts_at + spans[remedy]


def _against(remedy: Remedy, appointment: Appointment, evidence: Evidence, now: float) -> Reason:
    if appointment.cancelled:
        return Reason.APPOINTMENT_CANCELLED
    if appointment.outcome is not None:
        return Reason.APPOINTMENT_OVER
    if evidence.is_here or (remedy is Remedy.ABSENT and evidence.inside_at is not None):
        return Reason.IS_HERE
    if now < since(remedy, appointment):
        return Reason.NOT_YET
    if remedy is Remedy.FRESH_LINK and now > appointment.ends_at + appointment.policy.late:
        return Reason.APPOINTMENT_OVER
    if remedy is Remedy.ABSENT and not evidence.staff_there:
        return Reason.NO_STAFF_INSIDE
    return Reason.ALLOWED


def _letter(letter: Letter) -> str:
    why = f"/{letter.failure.value}" if letter.failure else ""
    return f"{letter.channel.value}:{letter.state.value}{why}"
