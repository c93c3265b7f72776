"""Somebody else is invited to an appointment that stands: nobody is recorded on the answer of whoever it was before."""

from collections.abc import Collection

from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.recordings import Agreement, Consent, Fault, HowAsked, Recording
from xmpp_agent.rules.recording import consent, custody
from xmpp_agent.rules.recording.custody import NEVER_BEGAN, Happened


def void(
    ident: str, person: str, consents: Collection[Consent], recordings: Collection[Recording], now: float
) -> Consent | None:
    """What takes back the last word of whoever was invited before, with the question that it answered.

    None: they said nothing. `person` stands for the next one from now on; they may say yes themselves.
    """
    last = consent.newest(consents).get(person)
    if last is None or last.how is HowAsked.VOID:
        return None
    at = consent.said_at(now, consents, recordings)
    said = Agreement.WITHDRAWN
    return Consent(ident, last.appointment, person, said, HowAsked.VOID, last.text, last.language, "agent", at)


def is_void(given: Consent, consents: Collection[Consent]) -> bool:
    """Whether an answer is that of somebody who was invited before, and not of the one who is now."""
    return any(one.how is HowAsked.VOID and one.person == given.person and one.at >= given.at for one in consents)


def declined(booked: Appointment, recordings: Collection[Recording], now: float) -> tuple[Recording, ...]:
    """What was asked for of this appointment and has not begun, as it stands from now on: ended, to be asked anew."""
    terms = booked.policy.plan.recording
    return tuple(
        custody.step(one, Happened.SAID_NO, terms, now, Fault.SAID_NO)
        for one in recordings
        if one.appointment == booked.id and one.stage in NEVER_BEGAN
    )
