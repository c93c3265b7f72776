"""While a recording is on nobody comes in who has not said yes."""

from tests.rules.scenes import ANNA, citizen, companion, facts, inside, room, staff
from xmpp_agent.model.verdicts import Decision, Reason
from xmpp_agent.rules.admission import recording_asks_first

ON = room(inside(staff()), inside(citizen()), of=ANNA, recording=True, agreed=frozenset({ANNA}))


def test_a_companion_who_was_not_asked_waits() -> None:
    """Also of the same visit, and whoever lets them in."""
    said = recording_asks_first.says(facts(companion(), ON, staff_lets_in=True))
    assert said is not None
    assert (said.decision, said.reason) == (Decision.WAIT, Reason.RECORDING_ON)


def test_who_is_on_it_already_may_reload() -> None:
    """The one who said yes, and staff."""
    assert recording_asks_first.says(facts(citizen(), ON)) is None
    assert recording_asks_first.says(facts(staff(), ON)) is None


def test_without_a_recording_there_is_nothing_to_ask() -> None:
    """Yes or not."""
    assert recording_asks_first.says(facts(companion(), room(inside(staff()), of=ANNA))) is None
