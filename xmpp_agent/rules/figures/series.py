"""How the numbers went: five minutes at a time over the last hour, an hour at a time over the last day."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from xmpp_agent.model.figures import Facts, Point, Targets
from xmpp_agent.rules.figures.waits import count

FIVE_MINUTES, HOUR = 300.0, 3600.0
IN_AN_HOUR, IN_A_DAY = 12, 24


def begins(now: float, step: float, points: int) -> float:
    """Where a series of so many steps begins whose last one holds `now`."""
    return (now // step) * step - (points - 1) * step


def last_hour(facts: Facts, promise: Callable[[str], Targets]) -> tuple[Point, ...]:
    """Twelve points of five minutes, the last one not over yet; waiting and rooms as they stood at the end of each."""
    return _series(facts, FIVE_MINUTES, IN_AN_HOUR, promise)


def last_day(facts: Facts, promise: Callable[[str], Targets]) -> tuple[Point, ...]:
    """Twenty-four points of an hour; waiting and rooms at their highest of the five-minute marks in each."""
    return _series(facts, HOUR, IN_A_DAY, promise)


def _series(facts: Facts, step: float, points: int, promise: Callable[[str], Targets]) -> tuple[Point, ...]:
    start, stood = begins(facts.now, step, points), _stood(facts)
    made = tuple(_point(facts, stood, start + each * step, step, promise) for each in range(points))
    newest, waiting, rooms = made[-1], len(facts.waiting), len(facts.rooms)
    if step > FIVE_MINUTES:
        waiting, rooms = max(waiting, newest.waiting or 0), max(rooms, newest.rooms or 0)
    return (*made[:-1], replace(newest, waiting=waiting, rooms=rooms))


def _stood(facts: Facts) -> dict[float, tuple[int, int]]:
    """Waiting and rooms of all units together, by five-minute mark."""
    stood: dict[float, tuple[int, int]] = {}
    for sample in facts.samples:
        waiting, rooms = stood.get(sample.at, (0, 0))
        stood[sample.at] = (waiting + sample.waiting, rooms + sample.rooms)
    return stood


def _point(
    facts: Facts,
    stood: Mapping[float, tuple[int, int]],
    start: float,
    step: float,
    promise: Callable[[str], Targets],
) -> Point:
    counted = count(facts.waits, start, start + step, promise)
    marks = [stood[at] for at in _marks(start, step) if at in stood]
    return Point(
        accepted=counted.accepted,
        abandoned=counted.abandoned,
        service_level=counted.service_level,
        p50=counted.percentile(50.0),
        p90=counted.percentile(90.0),
        waiting=max((waiting for waiting, _ in marks), default=None),
        rooms=max((rooms for _, rooms in marks), default=None),
    )


def _marks(start: float, step: float) -> tuple[float, ...]:
    return tuple(start + each * FIVE_MINUTES for each in range(1, round(step / FIVE_MINUTES) + 1))
