"""docs/privacy.md tells of every column there is, once, and its times are those of the code."""

import re
from pathlib import Path

import pytest

from xmpp_agent.edges.store.resealing import KEYS, SEALED
from xmpp_agent.edges.store.tables import metadata
from xmpp_agent.flows.figures import KEPT
from xmpp_agent.flows.retention import EVERY
from xmpp_agent.model.appointments import DAY, Plan
from xmpp_agent.rules import retention, shift_note
from xmpp_agent.wiring.privacy import FIRST

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "privacy.md").read_text("utf-8")
ROWS = [row.split("|")[1:-1] for row in PAGE.partition("## Every column")[2].splitlines() if row.startswith("| `")]
TOLD = [name for row in ROWS for name in re.findall(r"`(\w+\.\w+)`", row[0])]


def test_every_column_is_told_once() -> None:
    """A column that is added, or gone, makes this page wrong until somebody says what it holds."""
    columns = [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.c]
    assert sorted(TOLD) == sorted(columns)


def test_every_row_says_what_and_until_when() -> None:
    """No cell is left out."""
    assert [row for row in ROWS if len(row) != 4 or not all(cell.strip() for cell in row)] == []


def test_what_is_sealed_is_told_to_be() -> None:
    """Those columns, and no others."""
    sealed = {name for row in ROWS if "**sealed**" in row[1] for name in re.findall(r"`(\w+\.\w+)`", row[0])}
    assert {each.name for each in (*SEALED, KEYS)} == sealed - {"api_keys.mark", "key_marks.name"}


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("24 hours after the end of their last appointment (`keep_reach`)", Plan().keep_reach),
        ("90 days after the end of their last appointment (`keep` of the policy)", Plan().keep),
        ("183 days after the look", retention.LOOKS_KEPT),
        ("what could not be told: 30 days", retention.HOOKS_KEPT),
        ("a day after their end", retention.PASSES_KEPT),
        ("what a crash left: a day", retention.PLACES_KEPT),
        ("ten minutes after its\nstart", FIRST),
        ("then every 24 hours", EVERY),
        ("25 hours", KEPT),
        ("4 days, or until the next note", shift_note.KEPT),
        ("30 days after the last act", retention.ALERTS_KEPT),
    ],
)
def test_the_times_are_those_of_the_code(words: str, seconds: float) -> None:
    """A default that is changed is changed here, too."""
    spans = {"24 hours": DAY, "90 days": 90 * DAY, "183 days": 183 * DAY, "30 days": 30 * DAY, "a day": DAY}
    spans |= {"4 days": 4 * DAY, "ten minutes": 600.0, "25 hours": 90_000.0}
    assert words in PAGE
    assert seconds == next(span for name, span in spans.items() if name in words)
