"""When a unit is open: its hours in its own time zone, and the switch "closed for now"."""

from datetime import datetime
from zoneinfo import ZoneInfo

from xmpp_agent.model.units import Unit


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
