"""sent_out_stays_out: put out by staff means out for this visit, unless staff lets them in again."""

import pytest

from tests.rules.scenes import ANNA, citizen, companion, facts, inside, room, staff, visit
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.sent_out_stays_out import says

AFTER_A_KICK = room(inside(staff()), visit=visit(ANNA, sent_out=frozenset({"seat-anna"})))


@pytest.mark.parametrize(
    ("known", "lets_in", "waits"),
    [(citizen(), False, True), (citizen(), True, False), (companion(), False, False)],
)
def test_the_seat_put_out_waits_and_nobody_elses_does(known: Known, lets_in: bool, waits: bool) -> None:
    """The seat that was put out waits, also with a new pass; staff may let it in again; others are not touched."""
    said = says(facts(known, AFTER_A_KICK, staff_lets_in=lets_in))
    assert (said is not None) is waits
    assert said is None or (said.decision, said.reason) == (Decision.WAIT, Reason.SENT_OUT)


def test_a_new_visit_knows_nothing_of_it() -> None:
    """Without a visit, or in another one, nobody is out."""
    assert says(facts(citizen(), room(inside(staff())))) is None
    assert says(facts(citizen(), room(inside(staff()), of=ANNA))) is None
