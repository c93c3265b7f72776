"""Which unit's numbers are looked at, and single numbers of it. No clock, no words."""

from collections.abc import Mapping

from xmpp_agent import wire

ALL = ""
"""All units together."""
WALL = ("service_level", "waiting", "longest_wait", "answer_p90", "delayed", "alerts")
"""The six of the wall screen."""


def units(numbers: Mapping[str, wire.UnitNumbers]) -> list[str]:
    """All together first, then each by name. Of one unit alone there is no sum worth showing."""
    own = sorted(unit for unit in numbers if unit != ALL)
    return own if len(own) == 1 or ALL not in numbers else [ALL, *own]


def moved(numbers: Mapping[str, wire.UnitNumbers], at: str, by: int) -> str:
    """The unit so many further on, round and round."""
    every = units(numbers)
    if at not in every:
        return every[0] if every else ALL
    return every[(every.index(at) + by) % len(every)]


def number(row: wire.UnitNumbers, name: str) -> wire.Number:
    """The number of that name; one the agent does not tell is nothing to measure."""
    return next((each for each in row.numbers if each.name == name), wire.Number(name=name))


def wait_target(numbers: Mapping[str, wire.UnitNumbers], unit: str) -> wire.Number:
    """The longest wait of that unit, for the target it bears; of a unit that is not told of: one without a target."""
    row = numbers.get(unit)
    return number(row, "longest_wait") if row is not None else wire.Number(name="longest_wait")


def value(told: wire.Number, now: float) -> float | None:
    """What it is at `now` (the agent's clock); ages grow."""
    return max(0.0, now - told.since) if told.since is not None else told.value
