"""right_time: within the window of the appointment's policy; a visit that goes on may overrun."""

import pytest

from tests.rules.scenes import ANNA, BO, NOW, POLICY, citizen, companion, facts, inside, rebooked, room, staff
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.facts import Asks
from xmpp_agent.rules.admission.right_time import says


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "reason"),
    [
        (POLICY.early, 9_000.0, None),
        (POLICY.early + 0.1, 9_000.0, Reason.TOO_EARLY),
        (-9_000.0, -POLICY.late, None),
        (-9_000.0, -POLICY.late - 0.1, Reason.APPOINTMENT_OVER),
    ],
)
def test_the_window_is_kept_to_the_second(starts_in: float, ends_in: float, reason: Reason | None) -> None:
    """From `early` before the start until `late` after the end: before and after are refused in words."""
    for known in (citizen(), companion()):
        late = rebooked(known, starts_at=NOW + starts_in, ends_at=NOW + ends_in)
        for asks in (Asks.AUTHENTICATE, Asks.KNOCK, Asks.JOIN):
            said = says(facts(late, room(), asks))
            assert (said.reason if said else None) is reason
            assert said is None or said.decision is Decision.REFUSE


def test_a_visit_under_way_may_overrun_its_time_but_not_another_ones() -> None:
    """After a reload the visitor of the visit going on comes back in, however late; the next one does not."""
    over = rebooked(citizen(), starts_at=NOW - 9_000, ends_at=NOW - 7_000)
    assert says(facts(over, room(inside(staff()), of=ANNA))) is None
    said = says(facts(over, room(inside(staff()), of=BO)))
    assert said is not None
    assert said.reason is Reason.APPOINTMENT_OVER


def test_a_cancelled_appointment_is_refused_even_during_its_visit() -> None:
    """Cancelled is cancelled, in its time and with the visit open."""
    said = says(facts(rebooked(citizen(), cancelled_at=1.0), room(of=ANNA)))
    assert said is not None
    assert said.reason is Reason.APPOINTMENT_CANCELLED


def test_staff_come_at_any_time() -> None:
    """Staff have no appointment to be early or late for."""
    assert says(facts(staff(), room())) is None
