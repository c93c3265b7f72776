"""When the demo's calendar books."""

from datetime import UTC, datetime

import pytest

from xmpp_agent.demo.calendar import begins


@pytest.mark.parametrize(
    ("now", "minutes", "begins_at"),
    [
        ("12:00", 5, "12:05"),
        ("22:52", 5, "22:57"),  # 23.52 in Copenhagen
        ("22:52", 10, "22:59"),
        ("22:57", 5, "22:59"),
        ("22:30", 90, "00:00"),
    ],
)
def test_what_is_about_to_begin_begins_today(now: str, minutes: float, begins_at: str) -> None:
    """The staff's pages show the day it is: a walk played late in the evening goes as by day."""
    here = datetime.fromisoformat(f"2026-11-26T{now}").replace(tzinfo=UTC)
    assert f"{begins(minutes, here).astimezone(UTC):%H:%M}" == begins_at
