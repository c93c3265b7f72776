"""Waits and units made up for the tests of the numbers."""

from xmpp_agent.model.figures import Ended, Facts, Figure, Measure, Targets, Wait
from xmpp_agent.rules.figures.standing import figures

NOON = 1_767_265_200.0
"""A full hour."""


def waited(seconds: float, *, ago: float = 60.0, ended: Ended = Ended.ACCEPTED, unit: str = "a") -> Wait:
    """Somebody whose wait of so many seconds ended so long before noon."""
    until = NOON - ago
    return Wait(f"{unit}/{until - seconds}/{seconds}/{ended}", unit, until - seconds, until, ended)


def ordered(*waits: Wait) -> tuple[Wait, ...]:
    """As facts hold them."""
    return tuple(sorted(waits, key=lambda wait: wait.until))


def figure(measure: Measure, facts: Facts, targets: Targets | None = None) -> Figure:
    """One number of one unit."""
    promised = targets or Targets()
    return next(each for each in figures(facts, promised, lambda _: promised) if each.measure is measure)
