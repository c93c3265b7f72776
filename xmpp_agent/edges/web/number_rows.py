"""Numbers as the console shows them."""

from collections.abc import Callable, Sequence

from xmpp_agent.model.figures import Facts, Figure, Point, Targets
from xmpp_agent.rules.figures import series, standing
from xmpp_agent.wire import Number, Series, UnitNumbers

Promise = Callable[[str], Targets]


def row_of(unit: str, facts: Facts, targets: Targets, promise: Promise, day: Series) -> UnitNumbers:
    """One row; `unit` "" is of all units of a supervisor."""
    return UnitNumbers(
        unit=unit,
        answer_within=targets.answer_within,
        window=targets.window,
        numbers=tuple(_number(figure) for figure in standing.figures(facts, targets, promise)),
        hour=_series(facts.now, series.FIVE_MINUTES, series.last_hour(facts, promise)),
        day=day,
    )


def day_of(facts: Facts, promise: Promise) -> Series:
    """The day's part of a row: it costs more than all the rest, and changes little."""
    return _series(facts.now, series.HOUR, series.last_day(facts, promise))


def _number(figure: Figure) -> Number:
    limit = figure.limit
    return Number(
        name=figure.measure.value,
        value=_rounded(figure.value),
        since=figure.since,
        amber=limit.amber if limit is not None else None,
        red=limit.red if limit is not None else None,
        light=figure.light.value,
    )


def _series(now: float, step: float, points: Sequence[Point]) -> Series:
    return Series(
        start=series.begins(now, step, len(points)),
        step=step,
        waiting=tuple(point.waiting for point in points),
        service_level=tuple(_rounded(point.service_level) for point in points),
        answer_p50=tuple(_rounded(point.p50) for point in points),
        answer_p90=tuple(_rounded(point.p90) for point in points),
        rooms_live=tuple(point.rooms for point in points),
        accepted=tuple(point.accepted for point in points),
        abandoned=tuple(point.abandoned for point in points),
    )


def _rounded(value: float | None) -> float | None:
    """A tenth is more than anybody reads, and keeps the lines short."""
    return round(value, 1) if value is not None else None
