"""The numbers of now: who waits, what rooms and staff do, what lies; and when each is amber or red."""

import pytest

from tests.rules.figures.facts import NOON, figure
from xmpp_agent.model.figures import Facts, Light, Limit, LiveRoom, Lying, Measure, Sample, Targets
from xmpp_agent.rules.figures.standing import figures
from xmpp_agent.rules.figures.targets import light, together, whole

M = Measure


def test_all_numbers_come_in_their_order_from_no_facts_at_all() -> None:
    """An agent that just began says 0 or nothing, and is never red."""
    told = figures(Facts(NOON), Targets(), lambda _: Targets())
    assert [each.measure for each in told] == list(Measure)
    assert {each.light for each in told} <= {Light.GREEN, Light.NONE}
    assert all(each.value in (None, 0) and each.since is None for each in told)


def test_the_longest_wait_is_from_the_first_knock() -> None:
    """Told as the moment of it, so that it need not be told again each second."""
    facts = Facts(NOON, waiting=(NOON - 5, NOON - 700, NOON - 60))
    assert figure(M.WAITING, facts).value == 3
    longest = figure(M.LONGEST_WAIT, facts)
    assert (longest.since, longest.value, longest.light) == (NOON - 700, None, Light.AMBER)


def test_rooms_people_and_staff() -> None:
    """A room with guests and no staff is unattended since its staff went; staff alone in a room are free."""
    rooms = (
        LiveRoom(people=3, staff=1, guests=2),
        LiveRoom(people=1, staff=1, guests=0),
        LiveRoom(people=2, staff=0, guests=2, unattended_since=NOON - 90),
        LiveRoom(people=0, staff=0, guests=0),
    )
    told = {each.measure: each for each in figures(Facts(NOON, rooms=rooms), Targets(), lambda _: Targets())}
    counts = (M.ROOMS_LIVE, M.PEOPLE_LIVE, M.LARGEST_ROOM, M.ROOMS_UNATTENDED, M.STAFF_FREE, M.STAFF_BUSY)
    assert [told[each].value for each in counts] == [4, 6, 3, 1, 1, 1]
    assert (told[M.UNATTENDED_FOR].since, told[M.UNATTENDED_FOR].light) == (NOON - 90, Light.AMBER)


def test_occupancy_is_time_with_guests_of_time_there() -> None:
    """Within the window; without staff there is none."""
    samples = (
        Sample("a", NOON - 3600, 0, 0, 300, 0),
        Sample("a", NOON - 300, 0, 0, 100, 200),
        Sample("b", NOON, 0, 0, 200, 100),
    )
    assert figure(M.OCCUPANCY, Facts(NOON, samples=samples)).value == 50.0
    assert figure(M.OCCUPANCY, Facts(NOON, samples=samples[:1])).value is None


def test_what_lies_adds_up_and_is_as_old_as_the_oldest() -> None:
    """Over all units at hand."""
    lying = (Lying("a", 2, NOON - 60, 3, 1, 1, 0, 1, NOON - 9), Lying("b", 1, NOON - 90, 0, 5, 0, 1, 0, at_risk=2))
    told = {each.measure: each for each in figures(Facts(NOON, lying=lying), Targets(), lambda _: Targets())}
    counts = (M.DELAYED, M.DELIVERY_QUEUED, M.DELIVERY_FAILED, M.RECORDINGS_ON, M.RECORDINGS_MISSING, M.UNFILED)
    assert [told[each].value for each in (*counts, M.AT_RISK)] == [3, 3, 6, 1, 1, 1, 2]
    assert (told[M.DELAYED_FOR].since, told[M.UNFILED_FOR].since) == (NOON - 90, NOON - 9)
    assert [told[each].light for each in counts[:3]] == [Light.GREEN, Light.NONE, Light.RED]
    assert told[M.RECORDINGS_MISSING].light is Light.RED


def test_alerts_are_counted_as_the_rule_raised_them() -> None:
    """How many, and as old as the oldest; before anybody has looked there is no number."""
    facts = Facts(NOON, alerts=(NOON - 5, NOON - 950, NOON - 20))
    assert figure(M.ALERTS, facts).value == 3
    assert (figure(M.ALERTS_FOR, facts).since, figure(M.ALERTS_FOR, facts).light) == (NOON - 950, Light.RED)
    assert figure(M.ALERTS, Facts(NOON, alerts=None)).value is None


@pytest.mark.parametrize(
    ("measure", "limit", "value", "expected"),
    [
        (M.WAITING, Limit(10), 6.9, Light.GREEN),
        (M.WAITING, Limit(10), 7, Light.AMBER),
        (M.WAITING, Limit(10), 10, Light.RED),
        (M.WAITING, Limit(10, 2), 2, Light.AMBER),
        (M.SERVICE_LEVEL, Limit(70), 79, Light.GREEN),
        (M.SERVICE_LEVEL, Limit(70), 78.9, Light.AMBER),
        (M.SERVICE_LEVEL, Limit(70), 69.9, Light.RED),
        (M.SERVICE_LEVEL, Limit(70, 95), 94, Light.AMBER),
        (M.WAITING, None, 1000, Light.NONE),
    ],
)
def test_amber_is_at_70_percent_of_red_unless_said(
    measure: Measure, limit: Limit | None, value: float, expected: Light
) -> None:
    """Of a percentage that should be high: 70 % of the shortfall that is red."""
    assert light(measure, value, limit) is expected


def test_units_together_promise_what_both_do() -> None:
    """Ten here and four there may wait: fourteen; of times and percentages the strictest holds."""
    one = Targets(answer_within=60, limits={M.WAITING: Limit(10), M.SERVICE_LEVEL: Limit(50, 60)})
    other = Targets(window=600, limits={M.WAITING: Limit(4), M.LONGEST_WAIT: Limit(60)})
    both = together((one, other))
    assert (both.answer_within, both.window, both.short_abandon) == (60, 600, 5)
    assert both.limit(M.WAITING) == Limit(14, 7.0 + 2.8)
    assert both.limit(M.SERVICE_LEVEL) == Limit(70, 80)
    assert both.limit(M.LONGEST_WAIT) == Limit(60, 42)
    assert both.limit(M.ANSWER_MEAN) is None
    assert together(()) == Targets()
    assert together((one,)) is one


def test_a_limit_is_shown_whole() -> None:
    """With amber, so that the screen need not know the rule."""
    limit = figure(M.WAITING, Facts(NOON)).limit
    assert limit == whole(M.WAITING, Limit(10)) == Limit(10, 7)


def test_a_database_that_is_away_is_no_zero() -> None:
    """What only it knows is unknown; what the house knows goes on."""
    told = {each.measure: each for each in figures(Facts(NOON, lying=None), Targets(), lambda _: Targets())}
    assert (told[M.DELAYED].value, told[M.DELAYED].light, told[M.WAITING].value) == (None, Light.NONE, 0)
