"""one_seat_each: a pass holds one seat; a newer pass for the same person replaces the older session."""

import pytest

from tests.rules.scenes import citizen, facts, room
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.facts import Asks, SeatHolder
from xmpp_agent.rules.admission.one_seat_each import says


@pytest.mark.parametrize(
    ("holder", "reason"),
    [
        (SeatHolder.NOBODY, None),
        (SeatHolder.OLDER_PASS, None),
        (SeatHolder.SAME_PASS, Reason.SEAT_TAKEN),
        (SeatHolder.NEWER_PASS, Reason.PASS_SUPERSEDED),
    ],
)
@pytest.mark.parametrize("asks", list(Asks))
def test_the_seat_belongs_to_the_newest_pass_and_its_first_connection(
    asks: Asks, holder: SeatHolder, reason: Reason | None
) -> None:
    """The same pass from a second connection and an older pass are refused, whatever is asked; a newer one is not."""
    said = says(facts(citizen(), room(), asks, holder=holder))
    assert (said.reason if said else None) is reason
    assert said is None or said.decision is Decision.REFUSE
