"""When a unit is open."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from xmpp_agent.model.units import Hours, Unit
from xmpp_agent.rules.opening_hours import is_open, local_day

UNIT = Unit("u", "Jobcenter", "Kommunen", "1", hours=(Hours(0, "08:00", "12:00"), Hours(0, "13:00", "16:00")))


def monday(clock: str) -> float:
    """A Monday in winter, Danish time."""
    return datetime.fromisoformat(f"2026-11-23T{clock}").replace(tzinfo=ZoneInfo("Europe/Copenhagen")).timestamp()


@pytest.mark.parametrize(
    ("clock", "opened"),
    [("07:59", False), ("08:00", True), ("11:59", True), ("12:00", False), ("13:00", True), ("16:00", False)],
)
def test_open_from_the_first_minute_to_before_the_last(clock: str, opened: bool) -> None:
    """Hours are local time, both stretches count."""
    assert is_open(UNIT, monday(clock)) is opened


def test_closed_on_a_day_without_hours_and_by_hand_whatever_the_hours_say() -> None:
    """Tuesday has none; the switch beats the clock; no hours at all means always."""
    assert not is_open(UNIT, monday("09:00") + 86400)
    assert not is_open(replace(UNIT, closed=True), monday("09:00"))
    assert is_open(replace(UNIT, hours=()), monday("03:00"))
    assert not is_open(replace(UNIT, hours=(), closed=True), monday("09:00"))


def test_the_day_is_the_day_there() -> None:
    """Half past midnight in Denmark is still yesterday in UTC."""
    assert local_day(UNIT, monday("00:30")) == "2026-11-23"
