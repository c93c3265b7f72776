"""let_in_by_staff: the act that opens the door to a visitor."""

import pytest

from tests.rules.scenes import ANNA, BO, HOTLINE, citizen, companion, facts, inside, room, staff
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.let_in_by_staff import says


@pytest.mark.parametrize(
    ("state", "lets_in", "decision"),
    [
        (room(inside(staff())), False, Decision.WAIT),
        (room(inside(staff())), True, Decision.OPEN),
        (room(inside(staff()), of=ANNA), False, Decision.OPEN),
        (room(inside(staff()), of=BO), False, Decision.WAIT),
    ],
)
def test_only_staffs_act_for_this_very_appointment_opens(state: RoomState, lets_in: bool, decision: Decision) -> None:
    """Open for the visit's own people and whom staff lets in now; everybody else waits."""
    for known in (citizen(), companion()):
        said = says(facts(known, state, staff_lets_in=lets_in))
        assert said is not None
        assert said.decision is decision
        assert decision is Decision.OPEN or said.reason is Reason.NOT_LET_IN_YET


def test_a_hotline_caller_is_left_to_straight_in() -> None:
    """Without a lobby in the policy this rule keeps silent unless the visit is theirs."""
    assert says(facts(citizen(policy=HOTLINE), room())) is None


def test_staff_are_not_let_in_by_anybody() -> None:
    """Staff come in by who they are."""
    assert says(facts(staff(), room())) is None
