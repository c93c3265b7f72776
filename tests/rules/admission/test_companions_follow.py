"""companions_follow: companions enter after their citizen, never alone, never with another's citizen."""

import pytest

from tests.rules.scenes import ANNA, BO, citizen, companion, facts, inside, room, staff
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.companions_follow import says


@pytest.mark.parametrize(
    ("state", "waits"),
    [
        (room(inside(staff()), of=ANNA), True),
        (room(inside(staff()), inside(citizen(), arrived=False), of=ANNA), True),
        (room(inside(staff()), inside(citizen(BO)), of=ANNA), True),
        (room(inside(staff()), inside(companion()), of=ANNA), True),
        (room(inside(staff()), inside(citizen()), of=ANNA), False),
    ],
)
def test_a_companion_waits_until_their_own_citizen_has_arrived(state: RoomState, waits: bool) -> None:
    """Nobody's, another's or an expected citizen is not enough; letting the companion in by hand neither."""
    for lets_in in (False, True):
        said = says(facts(companion(), state, staff_lets_in=lets_in))
        assert (said is not None) is waits
        assert said is None or (said.decision, said.reason) == (Decision.WAIT, Reason.CITIZEN_NOT_IN)


def test_the_rule_is_about_companions_alone() -> None:
    """Citizens and staff follow nobody."""
    assert says(facts(citizen(), room(), staff_lets_in=True)) is None
    assert says(facts(staff(), room())) is None
    assert BO != ANNA
