"""one_citizen_at_a_time: the next may not enter while another, or anything of theirs, is in the room."""

import pytest

from tests.rules.scenes import ANNA, BO, citizen, companion, facts, inside, room, staff, visit
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.one_citizen_at_a_time import says

METTE = inside(staff())


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (room(METTE), None),
        (room(METTE, of=ANNA), None),
        (room(METTE, inside(citizen()), inside(companion()), of=ANNA), None),
        (room(METTE, of=BO), Reason.OTHERS_INSIDE),
        (room(METTE, inside(citizen(BO)), of=BO), Reason.OTHERS_INSIDE),
        (room(METTE, inside(citizen(BO)), of=ANNA), Reason.OTHERS_INSIDE),
        (room(METTE, inside(citizen(BO), arrived=False), of=ANNA), Reason.OTHERS_INSIDE),
        (room(METTE, inside(companion(BO)), of=ANNA), Reason.OTHERS_INSIDE),
        (room(METTE, visit=visit(BO, arrived=False)), Reason.OTHERS_INSIDE),
        (room(METTE, turnover_open=True), Reason.TURNOVER_OPEN),
        (room(METTE, of=ANNA, turnover_open=True), Reason.TURNOVER_OPEN),
        (room(METTE, recording=True), Reason.RECORDING_ON),
        (room(METTE, of=ANNA, recording=True), None),
    ],
)
def test_the_next_waits_for_people_visit_turnover_and_recording(state: RoomState, reason: Reason | None) -> None:
    """Another's people (also on their way), another's visit, an open turnover, a recording of nobody's visit: wait."""
    for known in (citizen(), companion()):
        for lets_in in (False, True):
            said = says(facts(known, state, staff_lets_in=lets_in))
            assert (said.reason if said else None) is reason
            assert said is None or said.decision is Decision.WAIT


def test_staff_are_not_kept_out_by_a_visit() -> None:
    """Staff come and go whatever visit is going on."""
    assert says(facts(staff(), room(inside(citizen()), of=ANNA, turnover_open=True))) is None
