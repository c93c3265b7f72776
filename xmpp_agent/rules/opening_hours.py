"""When a unit is open: its hours in its own time zone, and the switch "closed for now"."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from xmpp_agent.model.units import Hours, Unit

_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[.:]?([0-5][0-9])?")
_STRETCHES = 3
"""Stretches a day may have."""


def is_open(unit: Unit, now: float) -> bool:
    """Whether somebody is there to answer; a unit without hours is open whenever it is not closed by hand."""
    if unit.closed:
        return False
    if not unit.hours:
        return True
    local = datetime.fromtimestamp(now, ZoneInfo(unit.timezone))
    time = f"{local:%H:%M}"
    return any(h.day == local.weekday() and h.opens <= time < h.closes for h in unit.hours)


def local_day(unit: Unit, at: float) -> str:
    """The ISO date in the unit's time zone: which room of the day an appointment takes place in."""
    return datetime.fromtimestamp(at, ZoneInfo(unit.timezone)).date().isoformat()


def local_time(unit: Unit, at: float) -> str:
    """The time of day in the unit's time zone, as Danes write it: `14.05`."""
    return f"{datetime.fromtimestamp(at, ZoneInfo(unit.timezone)):%H.%M}"


def local_span(unit: Unit, now: float) -> tuple[float, float]:
    """Beginning and end of the day that it is in the unit's time zone, in seconds since 1970."""
    local = datetime.fromtimestamp(now, ZoneInfo(unit.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp(), (midnight + timedelta(days=1)).timestamp()


def read_hours(day: int, typed: str) -> tuple[Hours, ...] | None:
    """One day's opening hours as people write them (`8-12, 13.00-15.30`; empty: closed); None when they are none."""
    found = []
    for part in (piece.strip() for piece in typed.split(",") if piece.strip()):
        opens, dash, closes = part.replace("\u2013", "-").partition("-")
        times = (_clock(opens), _clock(closes))
        if not dash or times[0] is None or times[1] is None or times[0] >= times[1]:
            return None
        found.append(Hours(day, times[0], times[1]))
    overlaps = any(later.opens < earlier.closes for earlier, later in pairwise(found))
    return None if overlaps or len(found) > _STRETCHES else tuple(found)


def written_hours(unit: Unit, day: int) -> str:
    """One day's opening hours as `read_hours` takes them."""
    return ", ".join(f"{h.opens}-{h.closes}" for h in unit.hours if h.day == day)


def _clock(typed: str) -> str | None:
    match = _CLOCK.fullmatch(typed.strip())
    if match is None:
        return None
    clock = f"{int(match[1]):02}:{match[2] or '00'}"
    return clock if clock <= "24:00" else None
