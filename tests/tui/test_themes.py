"""Contrast: every ink on every ground it may be drawn on. What is really drawn is looked at in `test_looks.py`."""

import pytest
from textual.color import Color

from tests.tui.inks import LEAST, LEAST_OF_MARKS, contrast
from tui.stylesheet import ParsedOnce
from tui.text.cells import TONES
from tui.themes import THEMES


def test_the_ratio_is_the_published_one() -> None:
    """Black on white is 21, and the well-known grey #767676 on white just passes."""
    assert round(contrast(Color.parse("#000"), Color.parse("#fff")), 2) == 21
    assert round(contrast(Color.parse("#767676"), Color.parse("#fff")), 2) == 4.54


@pytest.mark.parametrize("light", ["dark", "light"])
def test_each_ink_on_each_ground(light: str) -> None:
    """All inks on all three grounds, and the warning line's reversed colours, reach 4.5 : 1 in both themes."""
    variables = {name: theme.variables for name, theme in THEMES.items()}[light]  # type: ignore[index]  # parametrised as str
    inks = {name: Color.parse(value) for name, value in variables.items() if name.startswith("ink-")}
    grounds = {name: Color.parse(value) for name, value in variables.items() if name.startswith("ground")}

    assert set(inks) == {f"ink-{tone}" for tone in TONES}
    poor = {
        (ink, ground): round(contrast(inks[ink], grounds[ground]), 2)
        for ink in inks
        for ground in grounds
        if contrast(inks[ink], grounds[ground]) < LEAST
    }
    assert poor == {}


@pytest.mark.parametrize("light", ["dark", "light"])
def test_what_is_no_text_and_must_be_seen(light: str) -> None:
    """Boxes to type in, scrollbars and the rule over what has the focus reach 3 : 1 on the grounds they lie on."""
    theme = {str(name): theme for name, theme in THEMES.items()}[light]
    for mark in (theme.variables["mark"], theme.accent or ""):
        for ground in ("ground", "ground-raised"):
            assert contrast(Color.parse(mark), Color.parse(theme.variables[ground])) >= LEAST_OF_MARKS


def test_styles_are_parsed_once_for_a_theme() -> None:
    """Opening a screen parses nothing anew; another theme's colours are taken in."""
    sheet = ParsedOnce(variables={"ground": "red"})
    sheet.add_source("Label { color: $ground; }")
    before = sheet.rules
    sheet.set_variables({"ground": "red"})
    sheet.reparse()
    assert sheet.rules[0] is before[0]
    sheet.set_variables({"ground": "blue"})
    sheet.reparse()
    assert "#0000FF" in sheet.css
