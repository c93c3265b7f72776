"""Every number of one unit, or of several together, from the facts of one moment."""

from collections.abc import Callable, Mapping

from xmpp_agent.model.figures import AGES, Facts, Figure, Lying, Measure, Targets
from xmpp_agent.rules.figures.targets import light, whole
from xmpp_agent.rules.figures.waits import count

Value = float | None
_MEDIAN, _SLOWEST_TENTH = 50.0, 90.0

_OF_THE_DATABASE = (
    *(Measure.DELAYED, Measure.DELAYED_FOR, Measure.AT_RISK, Measure.DELIVERY_QUEUED, Measure.DELIVERY_FAILED),
    *(Measure.RECORDINGS_ON, Measure.RECORDINGS_MISSING, Measure.UNFILED, Measure.UNFILED_FOR),
)


def figures(facts: Facts, targets: Targets, promise: Callable[[str], Targets]) -> tuple[Figure, ...]:
    """All of them, in order. `targets` are those the numbers are held against; `promise` answers each unit's own."""
    told = {
        **_waits(facts, targets, promise),
        **_rooms(facts, targets),
        **_lying(facts.lying),
        **_alerts(facts),
    }
    return tuple(_figure(measure, told[measure], targets, facts.now) for measure in Measure)


def _figure(measure: Measure, told: Value, targets: Targets, now: float) -> Figure:
    limit = targets.limit(measure)
    shown = whole(measure, limit) if limit is not None else None
    if measure in AGES:
        age = max(0.0, now - told) if told is not None else None
        return Figure(measure, since=told, limit=shown, light=light(measure, age, shown))
    return Figure(measure, value=told, limit=shown, light=light(measure, told, shown))


def _waits(facts: Facts, targets: Targets, promise: Callable[[str], Targets]) -> Mapping[Measure, Value]:
    counted = count(facts.waits, facts.now - targets.window, facts.now, promise)
    return {
        Measure.SERVICE_LEVEL: counted.service_level,
        Measure.WAITING: len(facts.waiting),
        Measure.LONGEST_WAIT: min(facts.waiting, default=None),
        Measure.ANSWER_MEAN: counted.mean,
        Measure.ANSWER_P50: counted.percentile(_MEDIAN),
        Measure.ANSWER_P90: counted.percentile(_SLOWEST_TENTH),
        Measure.ABANDON_RATE: counted.abandon_rate,
    }


def _rooms(facts: Facts, targets: Targets) -> Mapping[Measure, Value]:
    alone = [room.unattended_since for room in facts.rooms if room.guests and not room.staff]
    spent = [sample for sample in facts.samples if sample.at > facts.now - targets.window]
    busy, free = sum(sample.busy for sample in spent), sum(sample.free for sample in spent)
    return {
        Measure.ROOMS_LIVE: len(facts.rooms),
        Measure.PEOPLE_LIVE: sum(room.people for room in facts.rooms),
        Measure.LARGEST_ROOM: max((room.people for room in facts.rooms), default=0),
        Measure.ROOMS_UNATTENDED: len(alone),
        Measure.UNATTENDED_FOR: min((since for since in alone if since is not None), default=None),
        Measure.STAFF_FREE: sum(room.staff for room in facts.rooms if not room.guests),
        Measure.STAFF_BUSY: sum(room.staff for room in facts.rooms if room.guests),
        Measure.OCCUPANCY: 100.0 * busy / (busy + free) if busy + free > 0 else None,
    }


def _lying(lying: tuple[Lying, ...] | None) -> Mapping[Measure, Value]:
    if lying is None:
        return dict.fromkeys(_OF_THE_DATABASE)
    delayed = [each.delayed_since for each in lying if each.delayed_since is not None]
    unfiled = [each.unfiled_since for each in lying if each.unfiled_since is not None]
    return {
        Measure.DELAYED: sum(each.delayed for each in lying),
        Measure.DELAYED_FOR: min(delayed, default=None),
        Measure.AT_RISK: sum(each.at_risk for each in lying),
        Measure.DELIVERY_QUEUED: sum(each.queued for each in lying),
        Measure.DELIVERY_FAILED: sum(each.failed for each in lying),
        Measure.RECORDINGS_ON: sum(each.recordings_on for each in lying),
        Measure.RECORDINGS_MISSING: sum(each.recordings_missing for each in lying),
        Measure.UNFILED: sum(each.unfiled for each in lying),
        Measure.UNFILED_FOR: min(unfiled, default=None),
    }


def _alerts(facts: Facts) -> Mapping[Measure, Value]:
    if facts.alerts is None:
        return {Measure.ALERTS: None, Measure.ALERTS_FOR: None}
    return {Measure.ALERTS: len(facts.alerts), Measure.ALERTS_FOR: min(facts.alerts, default=None)}
