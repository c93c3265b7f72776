"""Opening hours: in the unit's own time zone, typed as people write them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from xmpp_agent.model.units import Hours, Unit
from xmpp_agent.rules.opening_hours import is_open, local_day, local_span, read_hours, written_hours

UNIT = Unit("jobcenter", "Jobcenter Lilleby", "Lilleby Kommune", "00 00 00 00", hours=(Hours(0, "08:00", "15:30"),))


def at(text: str) -> float:
    """Seconds since 1970 of a time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-11-23T06:59:59", False),
        ("2026-11-23T07:00:00", True),
        ("2026-11-23T14:29:59", True),
        ("2026-11-23T14:30:00", False),
        ("2026-11-24T10:00:00", False),
        ("2026-06-15T06:00:00", True),
        ("2026-06-15T05:59:59", False),
    ],
)
def test_hours_are_local(moment: str, opened: bool) -> None:
    """Eight o'clock is seven UTC in winter and six in summer; a Tuesday that is not listed is closed."""
    assert is_open(UNIT, at(moment)) is opened


def test_the_switch_closes_and_no_hours_is_always() -> None:
    """Closed for now, whatever the hours say; without hours the switch alone counts."""
    assert not is_open(replace(UNIT, closed=True), at("2026-11-23T10:00:00"))
    assert is_open(replace(UNIT, hours=()), at("2026-11-24T03:00:00"))
    assert not is_open(replace(UNIT, hours=(), closed=True), at("2026-11-24T03:00:00"))


def test_the_day_is_local() -> None:
    """Half past eleven in the evening UTC is tomorrow in Copenhagen; the day of the clock change has 25 hours."""
    assert local_day(UNIT, at("2026-11-22T23:30:00")) == "2026-11-23"
    since, until = local_span(UNIT, at("2026-10-25T12:00:00"))
    assert (since, until - since) == (at("2026-10-24T22:00:00"), 25 * 3600)


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("", ()),
        (" , ", ()),
        ("8-12", (("08:00", "12:00"),)),
        ("08:00 - 12.30, 13-15.30", (("08:00", "12:30"), ("13:00", "15:30"))),
        ("0–24", (("00:00", "24:00"),)),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, hours: tuple[tuple[str, str], ...]) -> None:
    """Dots or colons, with or without minutes, any dash; empty is closed."""
    assert read_hours(2, typed) == tuple(Hours(2, *stretch) for stretch in hours)


@pytest.mark.parametrize(
    "typed",
    [
        "8",
        "8-",
        "-12",
        "12-8",
        "8-8",
        "8-25",
        "8-24.30",
        "otte-tolv",
        "8-12 13-15",
        "8-12,11-15",
        "8-12,7-8",
        "8-9,9-10,10-11,11-12",
    ],
)
def test_what_is_no_hours_is_refused(typed: str) -> None:
    """Backwards, overlapping, beyond the day, more than three stretches, no times at all."""
    assert read_hours(2, typed) is None


def test_what_is_written_is_read_again() -> None:
    """The form shows what it takes."""
    unit = replace(UNIT, hours=read_hours(0, "8-12, 13-15.30") or ())
    assert written_hours(unit, 0) == "08:00-12:00, 13:00-15:30"
    assert read_hours(0, written_hours(unit, 0)) == unit.hours
    assert written_hours(unit, 1) == ""
