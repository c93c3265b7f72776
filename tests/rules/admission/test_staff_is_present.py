"""staff_is_present: nobody comes in without staff really inside."""

import pytest

from tests.rules.scenes import ANNA, citizen, companion, facts, inside, room, staff
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.staff_is_present import says

NOBODY = room()
ON_THE_WAY = room(inside(staff(), arrived=False))
FROZEN = room(inside(citizen()), of=ANNA)
ATTENDED = room(inside(staff()))


@pytest.mark.parametrize("known", [citizen(), companion()])
@pytest.mark.parametrize(("state", "waits"), [(NOBODY, True), (ON_THE_WAY, True), (FROZEN, True), (ATTENDED, False)])
def test_a_visitor_waits_while_no_staff_is_really_inside(known: Known, state: RoomState, waits: bool) -> None:
    """An empty room, staff still on the way, a frozen room (own visit too): wait; staff inside: no objection."""
    said = says(facts(known, state))
    assert (said is not None) is waits
    assert said is None or (said.decision, said.reason) == (Decision.WAIT, Reason.NO_STAFF_INSIDE)


def test_staff_themselves_need_nobody_inside() -> None:
    """The first member of staff comes into an empty or frozen room."""
    assert says(facts(staff(), NOBODY)) is None
    assert says(facts(staff(), FROZEN)) is None
