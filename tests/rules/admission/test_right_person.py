"""right_person: whoever logged in is whoever was invited, at the level the appointment asks for."""

import pytest

from tests.rules.scenes import HOTLINE, changed, citizen, companion, facts, rebooked, room, staff
from xmpp_agent.model.people import Level
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission.right_person import says


@pytest.mark.parametrize(
    ("level", "proved", "reason"),
    [
        (Level.SUBSTANTIAL, "id-anna", None),
        (Level.HIGH, "id-anna", None),
        (Level.LOW, "id-anna", Reason.LEVEL_TOO_LOW),
        (Level.NONE, "id-anna", Reason.LEVEL_TOO_LOW),
        (Level.SUBSTANTIAL, "id-bo", Reason.WRONG_PERSON),
        (Level.SUBSTANTIAL, "id-anna ", Reason.WRONG_PERSON),
        (Level.SUBSTANTIAL, "", Reason.WRONG_PERSON),
    ],
)
def test_identity_and_level_must_fit(level: Level, proved: str, reason: Reason | None) -> None:
    """A weaker login or another identity waits for staff to judge; a stronger login is fine; nobody is refused."""
    said = says(facts(changed(citizen(), level=level, proved=proved), room()))
    assert (said.reason if said else None) is reason
    assert said is None or said.decision is Decision.WAIT


def test_two_unknown_identities_are_not_the_same_person() -> None:
    """An appointment without an invited identity does not fit a login without one."""
    said = says(facts(rebooked(changed(citizen(), proved=""), invited=""), room()))
    assert said is not None
    assert said.reason is Reason.WRONG_PERSON


def test_a_policy_that_asks_for_nobody_in_particular_is_satisfied() -> None:
    """Without a level there is no invited identity to compare."""
    assert says(facts(changed(citizen(policy=HOTLINE), level=Level.NONE, proved=""), room())) is None


def test_companions_and_staff_are_not_compared_with_the_invited_citizen() -> None:
    """Only the citizen's own login is compared."""
    assert says(facts(companion(), room())) is None
    assert says(facts(staff(), room())) is None


def test_the_facts_kept_with_the_verdict_name_no_person() -> None:
    """What is kept of a level that is too low is the two levels and nothing else."""
    said = says(facts(changed(citizen(), level=Level.LOW), room()))
    assert said is not None
    assert said.facts == "LOW<SUBSTANTIAL"
