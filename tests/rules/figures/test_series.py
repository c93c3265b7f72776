"""How the last hour and the last day went."""

from tests.rules.figures.facts import NOON, ordered, waited
from xmpp_agent.model.figures import Ended, Facts, LiveRoom, Sample, Targets
from xmpp_agent.rules.figures.series import begins, last_day, last_hour

NOW = NOON + 130.0
"""A little over two minutes into the newest five."""


def promise(_: str) -> Targets:
    """The defaults."""
    return Targets()


def test_the_hour_has_twelve_steps_that_stand_still() -> None:
    """They begin at full five minutes, whatever the second; the last one is not over."""
    assert begins(NOW, 300, 12) == begins(NOW + 169, 300, 12) == NOON - 3300
    assert begins(NOW + 170, 300, 12) == NOON - 3000
    assert len(last_hour(Facts(NOW), promise)) == 12


def test_waits_stand_where_they_ended() -> None:
    """One at the very end of a step is of that step."""
    waits = ordered(
        waited(10, ago=0), waited(400, ago=1), waited(9, ago=-1), waited(20, ago=200, ended=Ended.ABANDONED)
    )
    *_, before, newest = last_hour(Facts(NOW, waits), promise)
    assert (before.accepted, before.abandoned, before.p50, before.p90) == (2, 1, 10.0, 400.0)
    assert before.service_level is not None
    assert round(before.service_level) == 33
    assert (newest.accepted, newest.p50, newest.service_level) == (1, 9.0, 100.0)


def test_waiting_and_rooms_add_up_over_units_and_gaps_stay_gaps() -> None:
    """At each mark; now for the newest; nothing where the agent was not there."""
    samples = (Sample("a", NOON, 2, 3, 0, 0), Sample("b", NOON, 1, 1, 0, 0))
    facts = Facts(NOW, samples=samples, waiting=(NOW,), rooms=(LiveRoom(1, 1, 0),) * 5)
    *_, gap, before, newest = last_hour(facts, promise)
    assert (gap.waiting, gap.rooms) == (None, None)
    assert (before.waiting, before.rooms) == (3, 4)
    assert (newest.waiting, newest.rooms) == (1, 5)


def test_the_day_shows_the_most_of_each_hour() -> None:
    """Of all units at the same mark, not the most of each at another one; now counts for this hour."""
    samples = (
        *(Sample("a", NOON - 3300, 5, 1, 0, 0), Sample("b", NOON - 3300, 0, 1, 0, 0)),
        *(Sample("a", NOON, 0, 1, 0, 0), Sample("b", NOON, 4, 2, 0, 0)),
    )
    day = last_day(Facts(NOW, samples=samples, waiting=(NOW,) * 2), promise)
    assert len(day) == 24
    assert (day[-2].waiting, day[-2].rooms) == (5, 3)
    assert (day[-1].waiting, day[-1].rooms) == (2, 0)
