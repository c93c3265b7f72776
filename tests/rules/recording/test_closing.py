"""A case is closed when nothing of the appointment is still to be filed."""

from dataclasses import replace

import pytest

from xmpp_agent.model.notes import Note, NoteState
from xmpp_agent.model.recordings import ClosingState, Fault, Recording, Stage
from xmpp_agent.rules.recording import closing
from xmpp_agent.rules.recording.closing import Awaited

NOTE = Note("n", "anna", "mette", "", NoteState.FILED, 0.0, 0.0)
RECORDING = Recording("r", "room", "anna", Stage.RECEIPTED, "mette", 0.0, 0.0)
NOT_WAITED_FOR = {
    Stage.REQUESTED,
    Stage.CONSENTED,
    Stage.DECLINED,
    Stage.NOT_STARTED,
    Stage.RECEIPTED,
    Stage.DELETED,
}


@pytest.mark.parametrize("stage", sorted(Stage))
def test_a_recording_that_is_under_way_or_stuck_keeps_the_case_open(stage: Stage) -> None:
    """What never began, what was declined and what the journal confirmed does not."""
    recording = replace(RECORDING, stage=stage)
    assert closing.may_close([NOTE], [RECORDING, recording], 0.0) == (stage in NOT_WAITED_FOR)
    assert closing.awaited([NOTE], [recording], 0.0) == (() if stage in NOT_WAITED_FOR else (Awaited.RECORDING,))


@pytest.mark.parametrize(("due_at", "awaited"), [(None, ()), (5.0, (Awaited.ANSWER,)), (5.1, ())])
def test_what_was_woken_is_looked_at_first(due_at: float | None, awaited: tuple[Awaited, ...]) -> None:
    """It may have been for an answer; what is only kept until its time is up holds up nothing."""
    assert closing.awaited([NOTE], [replace(RECORDING, due_at=due_at)], 5.0) == awaited


@pytest.mark.parametrize("state", sorted(NoteState))
def test_a_note_that_is_not_filed_keeps_it_open_too(state: NoteState) -> None:
    """Also one nobody has written yet, and one that was given up."""
    assert closing.may_close([NOTE, replace(NOTE, state=state)], [], 0.0) == (state is NoteState.FILED)


def test_attempts_come_further_apart_and_end() -> None:
    """From a minute to six hours, twenty in all; what will never work is given up at once."""
    case, pauses = closing.begun("anna", 0.0), []
    while case.state is ClosingState.QUEUED:
        before = case
        case = closing.failed(before, Fault.JOURNAL_AWAY, again=True, now=1000.0)
        pauses.append(case.due_at - 1000.0)
    assert (len(pauses), pauses[:3], pauses[-2]) == (closing.MOST_ATTEMPTS, [60.0, 120.0, 240.0], 21600.0)
    assert (case.state, case.fault) == (ClosingState.FAILED, Fault.JOURNAL_AWAY)
    refused = closing.failed(closing.begun("anna", 0.0), Fault.NOT_ALLOWED, again=False, now=5.0)
    assert (refused.state, refused.attempts, refused.fault) == (ClosingState.FAILED, 1, Fault.NOT_ALLOWED)


def test_waiting_for_papers_is_no_attempt() -> None:
    """It is looked at again, as often as need be, ever more seldom up to an hour."""
    case = closing.begun("anna", 0.0)
    for now in range(100):
        case = closing.waits(case, float(now))
    assert (case.state, case.attempts, case.due_at) == (ClosingState.QUEUED, 0, 99.0 + 99.0)
    assert closing.waits(case, 1.0).due_at == 1.0 + closing.LOOK_AGAIN
    assert closing.waits(case, 1e6).due_at == 1e6 + closing.LONGEST_WAIT
    assert closing.ended(replace(case, fault=Fault.JOURNAL_AWAY), ClosingState.CLOSED, 200.0).fault is None
