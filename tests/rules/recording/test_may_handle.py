"""What a supervisor may do with a recording: of their own units, along the chain, never into a wrong case."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.scenes import NOW, POLICY, appointment
from xmpp_agent.model.appointments import DAY, Appointment, Companion, Entry
from xmpp_agent.model.people import NO_NAME, CompanionKind, Person
from xmpp_agent.model.recordings import Agreement, Consent, Fault, HowAsked, Recording, Stage, Terms
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.recording.consent import question
from xmpp_agent.rules.recording.custody import ENDED, TRANSITIONS
from xmpp_agent.rules.recording.may_handle import FOUND_WITHIN, HAPPENS, Act, At, may_handle, may_map, possible
from xmpp_agent.rules.recording.words import FAULTS, HIDDEN, STAGES, case_shown, sentence
from xmpp_agent.wire import RecordingStage

ALL, OURS, OTHERS = frozenset({"*"}), frozenset({"Jobcenter", "Ward"}), frozenset({"Ward"})
RECORDED = replace(POLICY, recording_allowed=True)
BOOKED = appointment(policy=RECORDED)
FOUND = Recording("r", "", "", Stage.UNMAPPED, "", NOW + 60, NOW + 60)
YES = Consent("c", "anna", "anna", Agreement.YES, HowAsked.PAGE, question(Terms(), "da"), "da", "anna", NOW)


def entry(booked: Appointment = BOOKED, name: str = "Anna Hansen") -> Entry:
    """The appointment with its citizen."""
    return Entry(booked, Person(booked.citizen, booked.unit, name))


@given(st.sampled_from(list(Stage)), st.sampled_from(list(Act)), st.booleans(), st.booleans())
def test_only_the_chain_of_custody_is_followed(stage: Stage, act: Act, held: bool, named: bool) -> None:
    """An act is open just where the table has it; holding is open until nothing more is to come."""
    recording = replace(FOUND, stage=stage, held=held)
    verdict = may_handle(ALL, "Jobcenter" if named else None, recording, act)
    if act is Act.HOLD:
        wanted = not held and stage not in ENDED
    elif act is Act.RELEASE:
        wanted = held
    else:
        wanted = (stage, HAPPENS[act]) in TRANSITIONS and not (held and act is Act.DISCARD)
    assert verdict.is_open == wanted == (act in possible(recording))


@pytest.mark.parametrize("act", list(Act))
def test_what_is_not_theirs_is_refused(act: Act) -> None:
    """Another unit's; and what nobody knows the unit of, unless they supervise all units."""
    for unit in ("Jobcenter", None):
        assert may_handle(OTHERS, unit, FOUND, act).reason is Reason.NOT_YOUR_UNIT
    assert may_handle(OURS, None, FOUND, act).reason is Reason.NOT_YOUR_UNIT
    assert may_handle(OURS, None, None, act).reason is Reason.UNKNOWN_RECORDING


def test_a_legal_hold_keeps_it_from_being_discarded() -> None:
    """Said as such, so that somebody knows what to do first."""
    assert may_handle(ALL, None, replace(FOUND, held=True), Act.DISCARD).reason is Reason.RECORDING_HELD


@pytest.mark.parametrize(
    ("booked", "name", "recording", "reason"),
    [
        (BOOKED, "Anna", FOUND, Reason.ALLOWED),
        (BOOKED, "Anna", replace(FOUND, made_at=NOW - RECORDED.early - 1), Reason.OTHER_TIME),
        (BOOKED, "Anna", replace(FOUND, made_at=BOOKED.ends_at + FOUND_WITHIN), Reason.ALLOWED),
        (BOOKED, "Anna", replace(FOUND, made_at=BOOKED.ends_at + FOUND_WITHIN + 1), Reason.OTHER_TIME),
        (BOOKED, "Anna", replace(FOUND, on_at=BOOKED.ends_at + RECORDED.late + 1), Reason.OTHER_TIME),
        (BOOKED, "Anna", replace(FOUND, on_at=NOW + DAY), Reason.OTHER_TIME),
        (BOOKED, NO_NAME, FOUND, Reason.APPOINTMENT_ERASED),
        (replace(BOOKED, cancelled_at=NOW), "Anna", FOUND, Reason.APPOINTMENT_CANCELLED),
        (replace(BOOKED, unit="Ward-2"), "Anna", FOUND, Reason.NOT_YOUR_UNIT),
        (replace(BOOKED, policy=POLICY), "Anna", FOUND, Reason.RECORDING_NOT_ALLOWED),
        (BOOKED, "Anna", replace(FOUND, room="another-room"), Reason.MADE_ELSEWHERE),
    ],
)
def test_it_is_only_said_to_be_of_an_appointment_it_can_be_of(
    booked: Appointment, name: str, recording: Recording, reason: Reason
) -> None:
    """Of theirs, not cancelled, not erased, in its room, at its time, and one that may be recorded at all."""
    theirs = replace(recording, room=recording.room or BOOKED.room)
    assert may_map(OURS, At(entry(booked, name), (YES,)), theirs).reason is reason


def test_what_nobody_knows_the_room_of_is_for_supervisors_of_all_units() -> None:
    """It may be of anybody."""
    assert may_map(ALL, At(entry(), (YES,)), FOUND).is_open
    assert may_map(OURS, At(entry(), (YES,)), FOUND).reason is Reason.NOT_YOUR_UNIT


def test_whoever_was_inside_must_have_agreed() -> None:
    """A companion who was there; not one who never came."""
    tolk = Companion("anna", Person("ole", "Jobcenter", "Ole"), CompanionKind.INTERPRETER)
    both = replace(entry(), companions=(tolk,))
    assert may_map(ALL, At(both, (YES,)), FOUND).is_open
    assert may_map(ALL, At(both, (YES,), frozenset({"ole"})), FOUND).reason is Reason.NO_CONSENT
    assert may_map(ALL, At(both, (YES, replace(YES, id="d", person="ole")), frozenset({"ole"})), FOUND).is_open


def test_no_recording_gets_into_a_case_whose_citizen_did_not_agree() -> None:
    """No word, a no, a yes taken back, a no of somebody else; on tape silence will do and a no will not."""
    no = replace(YES, id="d", person="ole", answer=Agreement.NO)
    back = replace(YES, id="e", answer=Agreement.WITHDRAWN, at=NOW + 1)
    for consents in ((), (no,), (YES, no), (YES, back)):
        assert may_map(ALL, At(entry(), consents), FOUND).reason is Reason.NO_CONSENT
    on_tape = replace(RECORDED, plan=replace(RECORDED.plan, recording=Terms(on_tape=True)))
    assert may_map(ALL, At(entry(replace(BOOKED, policy=on_tape))), FOUND).is_open
    assert may_map(ALL, At(entry(replace(BOOKED, policy=on_tape)), (no,)), FOUND).reason is Reason.NO_CONSENT
    assert may_map(ALL, None, FOUND).reason is Reason.NO_APPOINTMENT


def test_each_stage_and_each_fault_has_a_sentence_in_both_languages() -> None:
    """None is missing, none is empty; the wire names the same stages."""
    assert set(STAGES) == set(Stage)
    assert set(FAULTS) == set(Fault)
    assert all(danish.endswith(".") and english.endswith(".") for danish, english in (STAGES | FAULTS).values())
    assert {stage.value for stage in Stage} == {stage.value for stage in RecordingStage}
    stuck = replace(FOUND, stage=Stage.FILING_REFUSED, fault=Fault.CASE_CLOSED, held=True)
    assert sentence(stuck)[1].startswith("The case is closed. The journal does not take it.")
    assert sentence(stuck)[0].endswith("(juridisk bevarelse).")
    assert max(len(text) for stage in Stage for fault in Fault for text in sentence(
        replace(stuck, stage=stage, fault=fault))) < 500  # fmt: skip


@pytest.mark.parametrize(
    ("case_ref", "shown"),
    [
        ("2026-4711", "2026-4711"),
        ("S2026EMN-123456", "S2026EMN-123456"),
        ("2026-123456", "2026-123456"),
        ("010190-1234", HIDDEN),
        ("sag 0101901234", HIDDEN),
        ("x.010190 1234.y", HIDDEN),
        ("01 01 90 12 34", HIDDEN),
        ("9901019012345", HIDDEN),
        ("610190-1234", HIDDEN),
        ("", ""),
    ],
)
def test_a_case_reference_that_may_be_a_cpr_number_is_not_shown(case_ref: str, shown: str) -> None:
    """Also in the middle of other words, spelt apart, or of a substitute number; a number of the year is shown."""
    assert case_shown(case_ref) == shown
