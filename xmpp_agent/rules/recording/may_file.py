"""Whether a recording may go into the case by itself: not where nobody let it through and nobody agreed."""

from collections.abc import Collection

from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.recordings import Agreement, Consent, Recording
from xmpp_agent.rules.recording import consent


def may_file(entry: Entry, recording: Recording, consents: Collection[Consent]) -> bool:
    """Whether those on it agreed, as far as is known. `consents`: every answer given in the appointment.

    What was let through began with the yes of everybody inside, or with the question on the tape. What nobody let
    through needs the yes of the citizen and of every companion, for nobody knows who was inside (unless it is asked on
    the tape), and nobody's no.
    """
    if recording.asked_by:
        return True
    said = consent.newest(consents).values()
    on_tape = entry.appointment.policy.plan.recording.on_tape
    invited = {entry.citizen.id, *(companion.person.id for companion in entry.companions)}
    agreed = on_tape or not consent.missing(invited, consents)
    return agreed and all(one.answer is Agreement.YES for one in said)


def must_not_be_filed(entry: Entry, recording: Recording, consents: Collection[Consent]) -> bool:
    """Whether somebody on it took their yes back or said no to it since: then it is erased.

    Of a file that was only found nobody knows when it began: not before the appointment, at the earliest.
    """
    pressed = recording.made_at if recording.asked_by else min(recording.made_at, entry.appointment.starts_at)
    return consent.bars_filing(consents, pressed=pressed, begun=recording.on_at or pressed)
