"""Contrast: every ink on every ground it may be drawn on, as really drawn."""

from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color

from tests.tui.opened import opened
from tui.settings import Settings
from tui.text.cells import TONES
from tui.themes import THEMES

LEAST = 4.5


def _contrast(ink: Color, ground: Color) -> float:
    """WCAG 2.1, relative luminance; Textual's own ratio uses another formula."""

    def luminance(color: Color) -> float:
        parts = [part / 255 for part in (color.r, color.g, color.b)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_the_ratio_is_the_published_one() -> None:
    """Black on white is 21, and the well-known grey #767676 on white just passes."""
    assert round(_contrast(Color.parse("#000"), Color.parse("#fff")), 2) == 21
    assert round(_contrast(Color.parse("#767676"), Color.parse("#fff")), 2) == 4.54


@pytest.mark.parametrize("light", ["dark", "light"])
def test_each_ink_on_each_ground(light: str) -> None:
    """All inks on all three grounds, and the warning line's reversed colours, reach 4.5 : 1 in both themes."""
    variables = {name: theme.variables for name, theme in THEMES.items()}[light]  # type: ignore[index]  # parametrised as str
    inks = {name: Color.parse(value) for name, value in variables.items() if name.startswith("ink-")}
    grounds = {name: Color.parse(value) for name, value in variables.items() if name.startswith("ground")}

    assert set(inks) == {f"ink-{tone}" for tone in TONES}
    poor = {
        (ink, ground): round(_contrast(inks[ink], grounds[ground]), 2)
        for ink in inks
        for ground in grounds
        if _contrast(inks[ink], grounds[ground]) < LEAST
    }
    assert poor == {}


@pytest.mark.parametrize("light", ["dark", "light"])
@pytest.mark.parametrize("stale", [False, True])
async def test_what_is_really_drawn(tmp_path: Path, light: str, stale: bool) -> None:
    """Every character of the shift screen, as it reaches the terminal, has 4.5 : 1; greyed keys are no exception."""
    settings = Settings.from_env({"PORTNER_THEME": light})
    async with opened(tmp_path, settings=settings) as console:
        await console.go_to("r1")
        if stale:
            console.clock.ahead += 60
            await console.until(lambda: "IKKE AKTUELT" in console.text())
        await console.until(lambda: "L. B." in console.text())
        poor = set()
        for strip in console.app.screen._compositor.render_strips():
            for text, style, _ in strip:
                if style is not None and any(char.isalnum() for char in text):
                    ratio = _contrast(*_colours(style))
                    if ratio < LEAST:
                        poor.add((text.strip(), round(ratio, 2)))
        assert poor == set()


def _colours(style: Style) -> tuple[Color, Color]:
    assert isinstance(style.color, RichColor)
    assert isinstance(style.bgcolor, RichColor)
    assert not style.dim
    return Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
