"""Who may start and stop a recording: staff of the room, of a visit whose policy allows it, with everybody's yes."""

from collections.abc import Collection
from dataclasses import dataclass

from xmpp_agent.model.appointments import Known, Policy
from xmpp_agent.model.recordings import Consent, Recording
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules.recording.consent import has_refused, missing, to_these_words
from xmpp_agent.rules.recording.custody import NEVER_BEGAN, RUNNING
from xmpp_agent.rules.staff_acts import staff_act

RULE = "may_record"
FILE = "file"
"""The mode in which Jibri records; any other streams to the world outside (jitsi-protocol §7.2)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Facts of one press on the record button."""

    known: Known | None
    """Who pressed."""
    state: RoomState | None
    mode: str
    policy: Policy | None
    """Of the visit going on; None: there is none."""
    people: Collection[str]
    """Person ids of the visitors inside or on their way in."""
    consents: Collection[Consent]
    """Every answer given in the visit's appointment."""
    recordings: Collection[Recording]
    """Of this room."""


def may_start(asked: Asked) -> Verdict:
    """Whether a recording may start now."""
    if asked.mode != FILE:
        return _judged(Reason.NO_LIVE_STREAM)
    staff = staff_act(asked.known, asked.state)
    if not staff.is_open:
        return staff
    if any(recording.stage in RUNNING for recording in asked.recordings):
        return _judged(Reason.ALREADY_RECORDING)
    if asked.policy is None or not asked.policy.recording_allowed:
        return _judged(Reason.RECORDING_NOT_ALLOWED)
    terms = asked.policy.plan.recording
    said = to_these_words(asked.consents, terms)
    if terms.on_tape and has_refused(asked.people, said):
        return _judged(Reason.CONSENT_MISSING, "refused")
    if not terms.on_tape and missing(asked.people, said):
        return _judged(Reason.CONSENT_MISSING, f"missing={len(missing(asked.people, said))}")
    return _judged(Reason.ALLOWED)


def next_press(asked: Asked) -> Reason:
    """What staff inside would be told if they pressed record now. `known`: any of them."""
    if asked.state is None or not asked.state.staff_inside():
        return Reason.NO_STAFF_INSIDE
    return may_start(asked).reason


def may_ask(policy: Policy, recordings: Collection[Recording]) -> Reason:
    """Whether the people of an appointment may be asked now. `recordings`: of that appointment."""
    if not policy.recording_allowed:
        return Reason.RECORDING_NOT_ALLOWED
    if any(recording.stage in RUNNING for recording in recordings):
        return Reason.ALREADY_RECORDING
    if any(recording.stage in NEVER_BEGAN for recording in recordings):
        return Reason.ALREADY_ASKED
    return Reason.ALLOWED


def must_end(state: RoomState, people: Collection[str]) -> bool:
    """Whether what is on in a room ends at once: nobody of staff is there, or somebody is on it who must not be.

    `people`: person ids of the visitors inside (arrived); "" for somebody nobody can name.
    """
    return state.recording and (state.frozen_since is not None or not state.agreed.issuperset(people))


def may_stop(known: Known | None, state: RoomState | None) -> Verdict:
    """Whether a recording may be stopped: by whoever may act as staff here."""
    return staff_act(known, state)


def _judged(reason: Reason, facts: str = "") -> Verdict:
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said(RULE, decision, reason, facts),))
