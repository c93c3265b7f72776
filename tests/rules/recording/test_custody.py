"""The chain of custody is whole: every stage is reached, none is a trap, and nothing is done twice or out of order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xmpp_agent.model.recordings import Fault, Recording, Stage, Terms
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.recording.custody import TRANSITIONS, Happened, OutOfOrder

NEW = Recording("r", "room", "a1", Stage.REQUESTED, "mette", 0.0, 0.0)
FIRST = {Stage.REQUESTED, Stage.CONSENTED, Stage.STARTING, Stage.HERE}
"""Where a row can begin: asked for, pressed, on without our asking, found."""


def reached(start: set[Stage]) -> set[Stage]:
    """Every stage that can follow."""
    found = set(start)
    while more := {after for (before, _), after in TRANSITIONS.items() if before in found} - found:
        found |= more
    return found


def test_every_stage_and_everything_that_happens_is_in_the_table() -> None:
    """A stage nobody reaches, or a word nobody listens to, is a mistake."""
    assert reached(FIRST) == set(Stage)
    assert {happened for _, happened in TRANSITIONS} == set(Happened)


@pytest.mark.parametrize("stage", sorted(set(Stage) - custody.ENDED))
def test_every_stage_leads_to_an_end(stage: Stage) -> None:
    """Also from where somebody must look."""
    assert reached({stage}) & custody.ENDED


@pytest.mark.parametrize("stage", sorted(set(Stage) - custody.ENDED - custody.STUCK - {Stage.ON}))
def test_what_needs_nobody_is_looked_at_again_by_itself(stage: Stage) -> None:
    """But what waits for people in the meeting: a question that is asked, a recording that is on."""
    waits_for_people = stage in {Stage.REQUESTED, Stage.CONSENTED}
    assert (custody.due(stage, Terms(), 5.0) is None) == waits_for_people


@pytest.mark.parametrize("stage", sorted(custody.TIME_BRINGS))
def test_when_the_time_of_a_stage_is_up_something_follows(stage: Stage) -> None:
    """What time brings is in the table."""
    happened, _ = custody.TIME_BRINGS[stage]
    assert (stage, happened) in TRANSITIONS


def test_a_file_that_is_not_there_is_missed_a_minute_after_the_end() -> None:
    """Not an hour, and not in silence."""
    over = custody.step(replace(NEW, stage=Stage.ON), Happened.ENDED, Terms(), 100.0)
    assert (over.stage, over.off_at, over.due_at) == (Stage.EXPECTED, 100.0, 160.0)
    missed = custody.step(over, Happened.NO_FILE_CAME, Terms(), 160.0, Fault.NO_FILE)
    assert (missed.stage in custody.STUCK, missed.due_at, missed.fault) == (True, None, Fault.NO_FILE)


def test_a_stop_that_was_ignored_is_missed_and_over_when_it_ends_after_all() -> None:
    """Its file is waited for from then on."""
    stopping = replace(NEW, stage=Stage.STOPPING)
    missed = custody.step(stopping, Happened.NO_FILE_CAME, Terms(), 700.0, Fault.NO_FILE)
    over = custody.step(missed, Happened.ENDED, Terms(), 900.0)
    assert (over.stage, over.off_at, over.due_at, over.fault) == (Stage.EXPECTED, 900.0, 960.0, None)


@given(st.lists(st.sampled_from(list(Happened)), max_size=40), st.sampled_from(sorted(FIRST)))
def test_whatever_is_told_in_whatever_order(told: list[Happened], first: Stage) -> None:
    """Either a step of the table, one version on, or nothing at all; what is deleted stays deleted."""
    recording = replace(NEW, stage=first)
    for at, happened in enumerate(told):
        try:
            after = custody.step(recording, happened, Terms(), float(at))
        except OutOfOrder:
            assert (recording.stage, happened) not in TRANSITIONS
            continue
        assert after.stage is TRANSITIONS[recording.stage, happened]
        assert after.version == recording.version + 1
        assert recording.stage is not Stage.DELETED
        recording = after


def test_nothing_is_deleted_by_time_before_its_receipt() -> None:
    """The table has no other way."""
    before = {stage for (stage, happened) in TRANSITIONS if happened is Happened.KEPT_LONG_ENOUGH}
    assert before == {Stage.RECEIPTED}


def test_attempts_come_further_and_further_apart() -> None:
    """From half a minute to an hour, whatever their number."""
    tried = replace(NEW, stage=Stage.ENCRYPTED)
    pauses = []
    for _ in range(12):
        tried = custody.tried(tried, Fault.JOURNAL_AWAY, 0.0)
        pauses.append(tried.due_at)
    assert pauses[:3] == [30.0, 60.0, 120.0]
    assert pauses[-1] == 3600.0
    assert custody.tried(replace(tried, attempts=5000), Fault.JOURNAL_AWAY, 0.0).due_at == 3600.0


def test_filing_is_given_up_and_a_receipt_is_late_after_the_policys_time() -> None:
    """Counted from when the stage began, not from the last attempt."""
    terms = Terms(file_within=100.0, receipt_within=50.0)
    filing = replace(NEW, stage=Stage.ENCRYPTED, changed_at=0.0)
    assert (custody.is_given_up(filing, terms, 99.0), custody.is_given_up(filing, terms, 100.0)) == (False, True)
    filed = replace(NEW, stage=Stage.FILED, changed_at=0.0)
    assert (custody.is_late(filed, terms, 49.0), custody.is_late(filed, terms, 50.0)) == (False, True)
