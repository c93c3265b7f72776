"""What a supervisor may do with a recording that is stuck: once more, say whose it is, discard it, hold it.

Only with recordings of their own units, only what the chain of custody knows, and never into a case that it is not of.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from xmpp_agent.model.appointments import DAY, Appointment, Entry
from xmpp_agent.model.people import NO_NAME
from xmpp_agent.model.recordings import Consent, Recording
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules.recording import consent
from xmpp_agent.rules.recording.custody import ENDED, TRANSITIONS, Happened
from xmpp_agent.rules.staff_acts import may_see

RULE = "may_handle"
FOUND_WITHIN = 7 * DAY
"""Seconds after an appointment within which a file of which nobody knows when it was made may be said to be of it."""


class Act(StrEnum):
    """What a person may do; each leads along the chain of custody, or keeps the recording from being deleted."""

    RETRY = "retry"
    MAP = "map"
    DISCARD = "discard"
    HOLD = "hold"
    RELEASE = "release"


HAPPENS = {Act.RETRY: Happened.RETRIED, Act.MAP: Happened.MAPPED, Act.DISCARD: Happened.DISCARDED}


def may_handle(units: frozenset[str], unit: str | None, recording: Recording | None, act: Act) -> Verdict:
    """Whether a supervisor of these units ("*": all) may do this to the recording now.

    `unit`: of its appointment, else of its room; None: nobody knows, and only a supervisor of all units may.
    """
    if recording is None:
        return _judged(Reason.UNKNOWN_RECORDING)
    theirs = "*" in units if unit is None else may_see(units, unit)
    if not theirs:
        return _judged(Reason.NOT_YOUR_UNIT)
    if act is Act.DISCARD and recording.held:
        return _judged(Reason.RECORDING_HELD)
    return _judged(Reason.ALLOWED if act in possible(recording) else Reason.NOT_AT_THIS_STAGE)


def possible(recording: Recording) -> tuple[Act, ...]:
    """What may be done to it as it stands now, by whoever may do anything to it."""
    acts = [act for act, happens in HAPPENS.items() if (recording.stage, happens) in TRANSITIONS]
    if recording.held:
        return (*(act for act in acts if act is not Act.DISCARD), Act.RELEASE)
    return (*acts, Act.HOLD) if recording.stage not in ENDED else tuple(acts)


@dataclass(frozen=True, slots=True, repr=False)
class At:
    """An appointment that a recording may be said to be of, and who had a part in it."""

    entry: Entry
    consents: Collection[Consent] = ()
    """Every answer given in it."""
    inside: frozenset[str] = frozenset()
    """Person ids of whoever is known to have been inside."""


def may_map(units: frozenset[str], at: At | None, recording: Recording) -> Verdict:
    """Whether a supervisor of these units may say that it is of this appointment. None: there is no such one.

    Only one of the room it was made in, and where nobody knows the room, only by a supervisor of all units. It never
    gets into a case unless its citizen and every companion who was inside say yes, or the policy has the answer on the
    recording; and never when anybody who was asked says no.
    """
    if at is None:
        return _judged(Reason.NO_APPOINTMENT)
    booked = at.entry.appointment
    if not may_see(units, booked.unit) or not (recording.room or "*" in units):
        return _judged(Reason.NOT_YOUR_UNIT)
    if at.entry.citizen.name == NO_NAME:
        return _judged(Reason.APPOINTMENT_ERASED)
    if booked.cancelled:
        return _judged(Reason.APPOINTMENT_CANCELLED)
    if recording.room not in {"", booked.room}:
        return _judged(Reason.MADE_ELSEWHERE)
    if not fits(booked, recording):
        return _judged(Reason.OTHER_TIME)
    if not booked.policy.recording_allowed:
        return _judged(Reason.RECORDING_NOT_ALLOWED)
    return _judged(Reason.ALLOWED if _agreed(at) else Reason.NO_CONSENT)


def fits(booked: Appointment, recording: Recording) -> bool:
    """Whether it can be of that time. Of a file that was only found the time is known from above alone."""
    opens = booked.starts_at - booked.policy.early
    if recording.on_at is not None:
        return opens <= recording.on_at <= booked.ends_at + booked.policy.late
    return opens <= recording.made_at <= booked.ends_at + FOUND_WITHIN


def _agreed(at: At) -> bool:
    if consent.has_refused({given.person for given in at.consents}, at.consents):
        return False
    on_it = {one.person.id for one in at.entry.companions} & at.inside | {at.entry.citizen.id}
    return at.entry.appointment.policy.plan.recording.on_tape or not consent.missing(on_it, at.consents)


def _judged(reason: Reason) -> Verdict:
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said(RULE, decision, reason),))
