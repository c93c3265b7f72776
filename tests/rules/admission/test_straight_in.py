"""straight_in: an appointment type without lobby opens as soon as the other rules do."""

import pytest

from tests.rules.scenes import BO, HOTLINE, POLICY, citizen, facts, inside, room, staff
from xmpp_agent.model.appointments import Policy
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision
from xmpp_agent.rules.admission.order import decide
from xmpp_agent.rules.admission.straight_in import says


@pytest.mark.parametrize(("policy", "opens"), [(HOTLINE, True), (POLICY, False)])
def test_only_a_policy_without_lobby_opens_by_itself(policy: Policy, opens: bool) -> None:
    """The policy is what opens, for nobody else."""
    said = says(facts(citizen(policy=policy), room(inside(staff()))))
    assert (said is not None and said.decision is Decision.OPEN) is opens
    assert says(facts(staff(), room())) is None


@pytest.mark.parametrize(
    ("state", "decision"),
    [
        (room(inside(staff())), Decision.OPEN),
        (room(), Decision.WAIT),
        (room(exists=False), Decision.WAIT),
        (room(inside(staff()), of=BO), Decision.WAIT),
        (room(inside(staff()), turnover_open=True), Decision.WAIT),
    ],
)
def test_a_hotline_caller_is_held_by_every_other_rule(state: RoomState, decision: Decision) -> None:
    """Straight in means no lobby; it does not mean alone, or on top of another's visit."""
    assert decide(facts(citizen(policy=HOTLINE), state)).decision is decision
