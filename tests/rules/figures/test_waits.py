"""Service level, answer times and abandon rate, exactly as docs/numbers.md defines them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.figures.facts import NOON, figure, ordered, waited
from xmpp_agent.model.figures import Ended, Facts, Measure, Targets, Wait
from xmpp_agent.rules.figures.waits import count, percentile

GONE, AWAY = Ended.ABANDONED, Ended.TURNED_AWAY


def level(*waits: Wait, targets: Targets | None = None) -> float | None:
    """The service level of these."""
    return figure(Measure.SERVICE_LEVEL, Facts(NOON, ordered(*waits)), targets).value


def test_the_service_level_is_of_accepted_and_abandoned() -> None:
    """3 accepted, 2 of them in time, and 1 who left: 2 of 4, not 2 of 3; who was turned away counts nowhere."""
    waits = (waited(10), waited(300), waited(301), waited(60, ended=GONE), waited(60, ended=AWAY))
    assert level(*waits) == 50.0


def test_short_abandons_do_not_count_unless_the_unit_says_so() -> None:
    """4.9 s is short, 5 s is not; with 0 everybody counts."""
    waits = (waited(10), waited(4.9, ended=GONE))
    assert level(*waits) == 100.0
    assert level(waited(10), waited(5, ended=GONE)) == 50.0
    assert level(*waits, targets=Targets(short_abandon=0)) == 50.0


def test_nobody_is_no_number() -> None:
    """Neither 0 % nor 100 %: nothing to measure, and no light."""
    nobody = figure(Measure.SERVICE_LEVEL, Facts(NOON, (waited(2, ended=GONE),)))
    assert (nobody.value, nobody.light.value) == (None, "none")


def test_only_the_window_counts() -> None:
    """By when a wait ended: exactly an hour ago is out, a second later is in."""
    assert level(waited(10, ago=3600), waited(900, ago=3599)) == 0.0
    assert level(waited(10, ago=3600), waited(900, ago=3599), targets=Targets(window=7200)) == 50.0


def test_abandon_rate_is_of_everybody_who_queued() -> None:
    """2 left (one of them at once) of 5, one of whom was turned away."""
    waits = (waited(9), waited(9), waited(9, ended=AWAY), waited(9, ended=GONE), waited(1, ended=GONE))
    assert figure(Measure.ABANDON_RATE, Facts(NOON, ordered(*waits))).value == 40.0


def test_answer_times_are_of_those_let_in() -> None:
    """Mean, median and slowest tenth; those who left waited for nothing and are no answer."""
    facts = Facts(NOON, ordered(*(waited(seconds) for seconds in (10, 20, 30, 100)), waited(9000, ended=GONE)))
    told = [figure(each, facts).value for each in (Measure.ANSWER_MEAN, Measure.ANSWER_P50, Measure.ANSWER_P90)]
    assert told == [40.0, 20.0, 100.0]


def test_each_unit_is_held_to_its_own_promise() -> None:
    """120 s is in time where five minutes are promised, and late where one is."""
    promises = {"a": Targets(answer_within=300), "b": Targets(answer_within=60)}
    counted = count(ordered(waited(120), waited(120, unit="b")), 0.0, NOON, lambda unit: promises[unit])
    assert counted.service_level == 50.0


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [((), 50, None), ((7.0,), 90, 7.0), ((1.0, 2.0), 50, 1.0), (tuple(map(float, range(1, 11))), 90, 9.0)],
)
def test_percentiles_are_times_that_happened(values: tuple[float, ...], percent: float, expected: float | None) -> None:
    """Nearest rank: never between two."""
    assert percentile(values, percent) == expected


@given(
    st.lists(
        st.tuples(st.floats(0, 5000), st.floats(0, 9000), st.sampled_from(Ended)),
        max_size=40,
    )
)
def test_counting_by_bisection_is_counting(told: list[tuple[float, float, Ended]]) -> None:
    """Whatever the waits: the same as looking at each."""
    waits = ordered(*(waited(seconds, ago=ago, ended=ended) for seconds, ago, ended in told))
    counted = count(waits, NOON - 3600, NOON, lambda _: Targets())
    inside = [each for each in waits if NOON - 3600 < each.until <= NOON]
    assert counted.ended == len(inside)
    assert counted.accepted + counted.abandoned == sum(each.ended is not AWAY for each in inside)
    assert counted.within <= counted.accepted
    assert counted.short <= counted.abandoned
