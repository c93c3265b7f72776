"""docs/booking-api.md tells of every path, event and reason there is, and its times are those of the code."""

import re
from pathlib import Path

import pytest

from tests.edges.web.api.booking_house import open_booking_house
from xmpp_agent.edges.web.api.keys import KEY_KEPT, LONGEST_BODY
from xmpp_agent.edges.web.api.problems import STATUS
from xmpp_agent.edges.web.api.video_shapes import NOT_UNIQUE
from xmpp_agent.flows.hooks import PAUSES
from xmpp_agent.flows.reading import MOST
from xmpp_agent.model.callers import Event
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.rules import booking as rules

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "booking-api.md").read_text("utf-8")
TOLD = set(re.findall(r"`([^`\n]+)`", PAGE))


async def test_every_path_is_told(tmp_path: Path) -> None:
    """No path of the OpenAPI document is missing, and none is told that is not in it."""
    async with open_booking_house(tmp_path) as house:
        paths = set(house.app.openapi()["paths"])
    assert {word for word in TOLD if word.startswith(("/api/", "/videoapi/"))} == paths


@pytest.mark.parametrize("event", Event)
def test_every_event_is_told(event: Event) -> None:
    """By the name that is sent, in the table of events."""
    rows = PAGE.partition("| `event` |")[2].partition("**Signature.**")[0]
    assert f"`{event}`" in rows


def test_every_status_has_its_reasons() -> None:
    """Each code in a row of the status it comes with."""
    rows = [row.split("|")[1:3] for row in PAGE.splitlines() if re.match(r"\| \d{3}", row)]
    told = {(int(status), reason) for status, cell in rows for reason in re.findall(r"`(\w+)`", cell)}
    assert {(status, reason.value) for reason, status in STATUS.items()} <= told
    assert {reason for status, reason in told if status == 422} <= {reason.value for reason in Reason}


def test_the_figures_are_those_of_the_code() -> None:
    """Whoever changes one changes the page, too."""
    assert PAUSES == (10, 60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600)
    assert "after 10 s, 1 min, 5 min, 30 min, 2 h, 6 h\nand 12 h, then given up" in PAGE
    assert (KEY_KEPT, LONGEST_BODY, rules.MOST_COMPANIONS, NOT_UNIQUE) == (2.0, 64 * 1024, 8, 21)
    assert f"more than {MOST} meetings" in PAGE
