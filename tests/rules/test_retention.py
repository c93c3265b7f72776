"""What is due to be erased, and when; what keeps somebody from being erased."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.scenes import NOW
from xmpp_agent.model.appointments import DAY, Plan
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.recordings import Stage
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.retention import (
    Stay,
    identity_is_due,
    is_due,
    is_held_back,
    keeps_from_erasing,
    name_is_due,
    number_is_due,
    reach_is_due,
)

PLAN = Plan()
OVER = Stay("anna", NOW, 1800.0, PLAN, settled=True)
UNFILED = [state for state in NoteState if state is not NoteState.FILED]
OUTBOX = [NoteState.QUEUED, NoteState.SENDING, NoteState.FAILED]


def test_reach_goes_a_day_after_the_end() -> None:
    """Not a second earlier than the policy says."""
    assert not reach_is_due([OVER], NOW + PLAN.keep_reach - 1)
    assert reach_is_due([OVER], NOW + PLAN.keep_reach)


def test_the_last_appointment_counts() -> None:
    """Who has another appointment, or one under a policy that keeps longer, is kept for it."""
    longer = replace(OVER, plan=replace(PLAN, keep_reach=9 * DAY, keep=900 * DAY))
    later = replace(OVER, ends_at=NOW + 100 * DAY)
    assert not reach_is_due([OVER, longer], NOW + 8 * DAY)
    assert not reach_is_due([later, OVER], NOW + 100 * DAY)
    assert not name_is_due([OVER, longer], NOW + 899 * DAY)
    assert name_is_due([OVER, longer], NOW + 900 * DAY)


def test_whoever_has_no_appointment_is_kept_for_nothing() -> None:
    """A companion taken off the only appointment is nobody's."""
    assert reach_is_due([], NOW)
    assert name_is_due([], NOW)


def test_a_cancelled_appointment_is_over_when_it_is_cancelled() -> None:
    """Time runs from the cancellation, when that came first."""
    early = replace(OVER, ends_at=NOW + 50 * DAY, cancelled_at=NOW)
    assert is_due(early, NOW + PLAN.keep)
    assert is_due(replace(OVER, cancelled_at=NOW + DAY), NOW + PLAN.keep)


@pytest.mark.parametrize("state", OUTBOX)
def test_nothing_goes_before_a_note_in_the_outbox_is_filed(state: NoteState) -> None:
    """Neither reach, name, case nor number, however long ago; whoever looks after it is told."""
    stay = replace(OVER, notes=frozenset({NoteState.FILED, state}))
    much_later = NOW + 10_000 * DAY
    assert not reach_is_due([stay], much_later)
    assert not name_is_due([stay], much_later)
    assert not number_is_due(NOW, stay, much_later)
    assert is_held_back(stay, much_later)
    assert not is_held_back(stay, NOW)


HOLDS_NOTHING = {
    *(Stage.REQUESTED, Stage.CONSENTED, Stage.DECLINED, Stage.NOT_STARTED),
    *(Stage.RECEIPTED, Stage.DELETED),
}


@pytest.mark.parametrize("stage", Stage)
def test_nothing_goes_before_a_recording_is_in_the_journal(stage: Stage) -> None:
    """What is still to come, under way or stuck holds everything back aloud; what never began holds nothing."""
    stay = replace(OVER, recordings=frozenset({Stage.RECEIPTED, stage}))
    much_later, free = NOW + 10_000 * DAY, stage in HOLDS_NOTHING
    assert reach_is_due([stay], much_later) is free
    assert name_is_due([stay], much_later) is free
    assert is_held_back(stay, much_later) is not free
    assert keeps_from_erasing([stay], much_later) is (None if free else Reason.RECORDING_NOT_FILED)


def test_a_note_nobody_has_written_keeps_the_name_but_not_the_number() -> None:
    """Staff still need to know whom it is about, nobody needs to reach them."""
    stay = replace(OVER, notes=frozenset({NoteState.DRAFT}))
    assert reach_is_due([stay], NOW + PLAN.keep_reach)
    assert number_is_due(NOW, stay, NOW)
    assert not is_due(stay, NOW + 10_000 * DAY)
    assert is_due(replace(stay, notes=frozenset({NoteState.FILED})), NOW + PLAN.keep)


def test_nothing_goes_while_somebody_is_there() -> None:
    """A visit that overruns, or somebody who waits, is not forgotten meanwhile."""
    stay = replace(OVER, present=True)
    assert not reach_is_due([OVER, stay], NOW + 10_000 * DAY)
    assert not is_due(stay, NOW + 10_000 * DAY)
    assert not number_is_due(NOW, stay, NOW + DAY)


def test_the_identity_stays_while_there_is_an_access_log() -> None:
    """It is how the citizen finds the log."""
    assert not identity_is_due(OVER, NOW + PLAN.keep, looked_at=True)
    assert identity_is_due(OVER, NOW + PLAN.keep, looked_at=False)
    assert not identity_is_due(OVER, NOW + PLAN.keep - 1, looked_at=False)


def test_a_number_goes_when_its_time_is_up() -> None:
    """Also when its appointment is not known any more."""
    assert not number_is_due(NOW + 1, OVER, NOW)
    assert number_is_due(NOW, OVER, NOW)
    assert number_is_due(NOW, None, NOW)


@pytest.mark.parametrize(
    ("stay", "why"),
    [
        (OVER, None),
        (replace(OVER, settled=False), Reason.STILL_TO_COME),
        (replace(OVER, ends_at=NOW + DAY, settled=False), Reason.STILL_TO_COME),
        (replace(OVER, ends_at=NOW + DAY, settled=False, cancelled_at=NOW), None),
        (replace(OVER, settled=False, ends_at=NOW - 1801), None),
        (replace(OVER, present=True), Reason.VISIT_GOING_ON),
        *((replace(OVER, notes=frozenset({state})), Reason.NOTE_NOT_FILED) for state in UNFILED),
        (replace(OVER, notes=frozenset({NoteState.FILED})), None),
    ],
)
def test_what_keeps_somebody_from_being_erased(stay: Stay, why: Reason | None) -> None:
    """A visit going on, an appointment that is not over, a note that is not filed; among any others."""
    assert keeps_from_erasing([stay], NOW) is why
    assert keeps_from_erasing([OVER, stay, OVER], NOW) is why


_stays = st.builds(
    Stay,
    appointment=st.just("anna"),
    ends_at=st.floats(NOW - 300 * DAY, NOW + 300 * DAY),
    late=st.floats(0, DAY),
    plan=st.builds(Plan, keep_reach=st.floats(0, 30 * DAY), keep=st.floats(30 * DAY, 300 * DAY)),
    cancelled_at=st.none() | st.floats(NOW - 300 * DAY, NOW),
    settled=st.booleans(),
    notes=st.frozensets(st.sampled_from(NoteState)),
    present=st.booleans(),
)


@given(st.lists(_stays, max_size=4), st.floats(0, 300 * DAY))
def test_what_is_due_stays_due(stays: list[Stay], later: float) -> None:
    """Time alone never brings anything back, and who may be forgotten by name may be by number."""
    if name_is_due(stays, NOW):
        assert name_is_due(stays, NOW + later)
        assert reach_is_due(stays, NOW)
    if reach_is_due(stays, NOW):
        assert reach_is_due(stays, NOW + later)
