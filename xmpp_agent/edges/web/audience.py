"""Who hears an event of the feed: everybody who sees a unit, or those who supervise just the same units."""

from xmpp_agent.rules.staff_acts import may_see

_SAME = "\x1f"
"""Begins the name of such a set of units; no unit is called so."""


def same_units(units: frozenset[str]) -> str:
    """What stands for the unit of an event that is about all these units together."""
    return _SAME + _SAME.join(sorted(units))


def hears(units: frozenset[str], audience: str) -> bool:
    """Whether a supervisor of these units gets an event."""
    return audience == same_units(units) if audience.startswith(_SAME) else may_see(units, audience)
