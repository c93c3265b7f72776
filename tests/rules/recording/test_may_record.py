"""Who may record: each condition, taken away alone, is a no that says why."""

from dataclasses import replace

import pytest

from tests.rules.recording.test_consent import said
from tests.rules.scenes import ANNA, POLICY, ROOM, citizen, companion, inside, room, staff
from xmpp_agent.model.recordings import Agreement, Recording, Stage, Terms
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules.recording.may_record import Asked, may_ask, may_start, may_stop, must_end, next_press

ALLOWED = replace(POLICY, recording_allowed=True)
ON_TAPE = replace(ALLOWED, plan=replace(ALLOWED.plan, recording=Terms(on_tape=True)))
OTHERWISE = replace(ALLOWED, plan=replace(ALLOWED.plan, recording=Terms(purpose=("andet", "something else"))))
MEETING = room(inside(staff()), inside(citizen()), of=ANNA)
FINE = Asked(staff(), MEETING, "file", ALLOWED, (ANNA,), (said(ANNA, Agreement.YES, 1.0),), ())
HELPED = f"{ANNA}-interpreter"


def row(stage: Stage) -> Recording:
    """A recording of the room."""
    return Recording("r", ROOM.node, ANNA, stage, "mette", 0.0, 0.0)


def test_staff_may_record_a_visit_whose_people_agreed() -> None:
    """The plain good case, so that no case below is a no for another reason."""
    assert may_start(FINE).is_open
    assert may_start(replace(FINE, recordings=[row(Stage.DELETED), row(Stage.MISSING)])).is_open


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (replace(FINE, mode="stream"), Reason.NO_LIVE_STREAM),
        (replace(FINE, mode=""), Reason.NO_LIVE_STREAM),
        (replace(FINE, known=citizen()), Reason.NOT_STAFF_HERE),
        (replace(FINE, known=companion()), Reason.NOT_STAFF_HERE),
        (replace(FINE, known=None), Reason.NOT_STAFF_HERE),
        (replace(FINE, known=staff("lars")), Reason.NOT_STAFF_HERE),
        (replace(FINE, state=None), Reason.NOT_STAFF_HERE),
        (replace(FINE, state=room(inside(citizen()), of=ANNA)), Reason.NO_STAFF_INSIDE),
        (replace(FINE, policy=POLICY), Reason.RECORDING_NOT_ALLOWED),
        (replace(FINE, policy=None), Reason.RECORDING_NOT_ALLOWED),
        (replace(FINE, consents=()), Reason.CONSENT_MISSING),
        (replace(FINE, consents=(said(ANNA, Agreement.NO, 1.0),)), Reason.CONSENT_MISSING),
        (replace(FINE, people=(ANNA, HELPED)), Reason.CONSENT_MISSING),
        (replace(FINE, policy=OTHERWISE), Reason.CONSENT_MISSING),
        (replace(FINE, people=(ANNA, "")), Reason.CONSENT_MISSING),
        (replace(FINE, recordings=(row(Stage.STARTING),)), Reason.ALREADY_RECORDING),
        (replace(FINE, recordings=(row(Stage.ON),)), Reason.ALREADY_RECORDING),
        (replace(FINE, recordings=(row(Stage.STOPPING),)), Reason.ALREADY_RECORDING),
    ],
)
def test_each_condition_alone_is_a_no(asked: Asked, reason: Reason) -> None:
    """With the reason people read."""
    verdict = may_start(asked)
    assert (verdict.is_open, verdict.reason) == (False, reason)


def test_a_policy_may_have_the_answer_on_the_recording_itself() -> None:
    """Then nobody's yes is asked for before; everything else is."""
    assert may_start(replace(FINE, policy=ON_TAPE, consents=())).is_open
    assert not may_start(replace(FINE, policy=ON_TAPE, known=citizen())).is_open


def test_an_answer_on_the_recording_is_not_for_whoever_said_no() -> None:
    """A no on record is a no, however answers are taken."""
    for answer in (Agreement.NO, Agreement.WITHDRAWN):
        assert not may_start(replace(FINE, policy=ON_TAPE, consents=(said(ANNA, answer, 1.0),))).is_open


def test_what_is_on_ends_without_staff_or_with_somebody_who_said_no() -> None:
    """Also with somebody nobody can name; and goes on with everybody's yes."""
    on = replace(MEETING, recording=True, agreed=frozenset({ANNA}))
    assert not must_end(on, [ANNA])
    assert must_end(on, [ANNA, HELPED])
    assert must_end(on, [""])
    assert must_end(replace(on, frozen_since=1.0), [ANNA])
    assert not must_end(replace(on, recording=False), [HELPED])


def test_stopping_is_staffs_at_any_time() -> None:
    """Whatever the policy says; nobody else's."""
    assert may_stop(staff(), MEETING).is_open
    assert not may_stop(citizen(), MEETING).is_open
    assert not may_stop(None, MEETING).is_open


def test_the_row_says_what_the_button_would_say() -> None:
    """The word of the rule itself; without staff inside nobody could press."""
    assert next_press(FINE) is Reason.ALLOWED
    assert next_press(replace(FINE, consents=())) is Reason.CONSENT_MISSING
    assert next_press(replace(FINE, known=None, state=room(inside(citizen()), of=ANNA))) is Reason.NO_STAFF_INSIDE
    assert next_press(replace(FINE, known=None, state=None)) is Reason.NO_STAFF_INSIDE


@pytest.mark.parametrize("stage", Stage)
def test_people_are_asked_once_at_a_time(stage: Stage) -> None:
    """Not while they think about it, not while it is on; again once it came to nothing, or for another part."""
    running = {Stage.STARTING, Stage.ON, Stage.STOPPING}
    asked = {Stage.REQUESTED, Stage.CONSENTED}
    said = Reason.ALREADY_RECORDING if stage in running else Reason.ALREADY_ASKED if stage in asked else Reason.ALLOWED
    assert may_ask(ALLOWED, [row(Stage.DECLINED), row(stage)]) is said
    assert may_ask(POLICY, [row(stage)]) is Reason.RECORDING_NOT_ALLOWED
