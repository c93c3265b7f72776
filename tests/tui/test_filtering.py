"""The filter line: words, fields, lengths of time, and whatever somebody is in the middle of typing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.a_day import a_day
from tui.board.filtering import Facts, understood
from tui.board.query import View
from tui.board.sorting import Sort

NOW = 1_000_000.0
DAY = {row.key: row for row in a_day(NOW)}
HAY = "mette holm jobcenter nord a. h. besøg"
FACTS = Facts({"unit": "jobcenter nord", "staff": "mette holm"}, {"wait": NOW - 660, "visit": None}, {"waiting": 4})


@pytest.mark.parametrize(
    ("text", "lets"),
    [
        ("", True),
        ("METTE nord", True),
        ("!ole", True),
        ("!mette", False),
        ("!", True),
        ("unit:nord", True),
        ("enhed:nord staff:mette", True),
        ("unit:mette", False),
        ("!unit:syd", True),
        ("wait>10m", True),
        ("vent>10", True),
        ("wait>11m", True),
        ("wait>12m", False),
        ("wait<0,5h", True),
        ("wait>600s", True),
        ("!wait>10m", False),
        ("visit>1s", False),
        ("visit<1h", False),
        ("waiting>3", True),
        ("venter<4", False),
        ("nobody:nord", False),
        ("wait>", False),
        ("wait>x", False),
        ("a. h.", True),
    ],
)
def test_what_a_line_lets_through(text: str, lets: bool) -> None:
    """Every word and field must hold; what is no field is a word; what has not begun is neither long nor short."""
    assert understood(text).lets(HAY, FACTS, NOW) is lets


@given(st.text(st.sampled_from("abc:<>!0123456789mhst., []\x1b"), max_size=30))
def test_whatever_is_typed_filters_and_breaks_nothing(text: str) -> None:
    """Any line is understood somehow, and its opposite word by word lets through what it does not."""
    found = understood(text)
    assert found.lets(HAY, FACTS, NOW) in (True, False)
    if len(text.split()) == 1 and not text.strip().startswith("!"):
        assert understood(f"!{text.strip()}").lets(HAY, FACTS, NOW) is not found.lets(HAY, FACTS, NOW)


def test_a_row_comes_in_when_its_time_comes() -> None:
    """Nothing changed but the time, and the list shows who has waited too long by now."""
    view = View(lambda phase: phase.value)
    view.choose(DAY, sort=Sort("longest", falling=True), filter_text="wait>13m", now=NOW)
    assert view.order == []
    view.update(DAY, set(), hold=False, now=NOW + 36)
    assert view.order == ["s1/r1"]
    view.update(DAY, set(), hold=True, now=NOW + 10_000)
    assert len(view.order) > 1
