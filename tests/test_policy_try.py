"""`portner policy try --unit`: a unit's hours and words are tried before anybody is invited in them."""

import pytest

from tests.command_line import Portner, bare, portner
from tests.test_policy_file import written

__all__ = ["bare", "portner"]  # fixtures
FILE = """
units:
  jobcenter:
    name: Jobcenter Lilleby
    neutral_name: Lilleby Kommune
    phone: "70 00 00 01"
    timezone: Atlantic/Faroe
    hours: {monday: 8-12}
    texts: {sms.invitation.da: "Kom her: {{ url }}"}
policies:
  open: {level: none, ladder: [{channel: sms}]}
  known: {level: substantial}
"""
MONDAY = ("--unit", "jobcenter", "--starts")


def tried(portner: Portner, *options: str, policy: str = "open") -> tuple[int, str]:
    """Exit code and what is printed."""
    code, out, err = portner.run("policy", "try", str(written(portner.data, FILE)), "--policy", policy, *options)
    return code, out + err


@pytest.mark.parametrize(
    ("starts", "with_whom", "page"),
    [
        ("2026-11-23T11:59", ("--next-free",), "go"),
        ("2026-11-23T12:00", ("--next-free",), "closed"),
        ("2026-11-24T10:00", ("--next-free",), "closed"),
        ("2026-11-23T12:00", (), "go"),
    ],
)
def test_the_hours_of_the_units_place_shut_its_shared_queue(
    portner: Portner, starts: str, with_whom: tuple[str, ...], page: str
) -> None:
    """To the minute by the clocks there; whoever has somebody of their own to meet comes at any hour."""
    expected = "in_line" if page == "go" and with_whom else page
    assert f"page: {expected}\n" in tried(portner, *MONDAY, starts, *with_whom)[1]


def test_the_invitation_is_in_the_units_words(portner: Portner) -> None:
    """Its own where it wrote some, ours elsewhere, with its time and its number."""
    said = tried(portner, *MONDAY, "2026-11-23T10:00")[1]
    assert "sms, da:\n  Kom her: https://moede.example/m/" in said
    assert "sms, en:\n  Video meeting, Lilleby Kommune, Mon 23 November at 10:00." in said
    assert "70 00 00 01" in said


def test_the_page_before_the_meeting_is_said_without_a_unit_too(portner: Portner) -> None:
    """Whoever is not logged in does not reach the door."""
    assert "page: login\n" in tried(portner, policy="known")[1]
    assert "page: go\n" in tried(portner, "--level", "high", policy="known")[1]
    assert "page: too_early\n" in tried(portner, "--at", "-31")[1]


@pytest.mark.parametrize(
    "options",
    [
        ("--unit", "jobcenter"),
        ("--starts", "2026-11-23T10:00"),
        ("--next-free",),
        ("--unit", "nowhere", "--starts", "2026-11-23T10:00"),
        ("--unit", "jobcenter", "--starts", "tomorrow"),
    ],
)
def test_what_is_missing_or_not_there_is_said(portner: Portner, options: tuple[str, ...]) -> None:
    """Exit code 2."""
    assert tried(portner, *options)[0] == 2
