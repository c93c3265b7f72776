"""When a number is amber or red, and what several units promise together."""

from collections.abc import Sequence
from dataclasses import replace

from xmpp_agent.model.figures import Light, Limit, Measure, Targets

AMBER_AT = 0.7
"""Of the way to red, unless a unit says otherwise."""
HIGHER_IS_BETTER = frozenset({Measure.SERVICE_LEVEL})
_OF_A_HUNDRED = 100.0
_ADDED_UP = frozenset(
    {
        *(Measure.WAITING, Measure.DELAYED, Measure.DELIVERY_QUEUED, Measure.DELIVERY_FAILED, Measure.UNFILED),
        *(Measure.ALERTS, Measure.ROOMS_LIVE, Measure.PEOPLE_LIVE, Measure.STAFF_FREE, Measure.STAFF_BUSY),
        *(Measure.RECORDINGS_ON,),
    }
)
"""Counts of which two units together may have as many as both; of the rest the strictest holds for all."""


def whole(measure: Measure, limit: Limit) -> Limit:
    """The limit with amber: as given, else at 70 % of red (service level: at 70 % of the shortfall that is red)."""
    if limit.amber is not None:
        return limit
    if measure in HIGHER_IS_BETTER:
        return replace(limit, amber=_OF_A_HUNDRED - AMBER_AT * (_OF_A_HUNDRED - limit.red))
    return replace(limit, amber=AMBER_AT * limit.red)


def light(measure: Measure, value: float | None, limit: Limit | None) -> Light:
    """How a value stands to its target; at the limit is over it (service level: below it)."""
    if value is None or limit is None:
        return Light.NONE
    given = whole(measure, limit)
    amber = given.red if given.amber is None else given.amber
    if measure in HIGHER_IS_BETTER:
        return Light.RED if value < given.red else Light.AMBER if value < amber else Light.GREEN
    return Light.RED if value >= given.red else Light.AMBER if value >= amber else Light.GREEN


def together(promises: Sequence[Targets]) -> Targets:
    """What holds for several units as one: counts add up, of the rest the strictest. Of none: the defaults."""
    if len(promises) < 2:
        return promises[0] if promises else Targets()
    limits = {}
    for measure in Measure:
        found = [whole(measure, limit) for each in promises if (limit := each.limit(measure)) is not None]
        if found:
            limits[measure] = _joined(measure, found)
    return Targets(
        answer_within=min(each.answer_within for each in promises),
        short_abandon=min(each.short_abandon for each in promises),
        window=min(each.window for each in promises),
        limits=limits,
    )


def _joined(measure: Measure, limits: Sequence[Limit]) -> Limit:
    reds, ambers = [each.red for each in limits], [each.amber for each in limits if each.amber is not None]
    pick = sum if measure in _ADDED_UP else max if measure in HIGHER_IS_BETTER else min
    return Limit(red=pick(reds), amber=pick(ambers))
