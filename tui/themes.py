"""Two themes of our own. The built-in ones were measured: the light ones fall below 4.5 : 1 for green and amber.

Every colour a text is drawn in is a variable `ink-*`; every ground it may lie on is a variable `ground*`. The tests
hold each ink to at least 4.5 : 1 on each ground (WCAG 2.1, 1.4.3), and `mark`, in which boxes to type in and the thumbs
of scrollbars are drawn, to 3 : 1 on the grounds they lie on (1.4.11).
"""

from typing import Final

from textual.theme import Theme

from tui.settings import Light


def _variables(ground: tuple[str, str, str], inks: dict[str, str], accent: str, mark: str) -> dict[str, str]:
    base, raised, chosen = ground
    return {
        "ground": base,
        "ground-raised": raised,
        "ground-chosen": chosen,
        **{f"ink-{name}": colour for name, colour in inks.items()},
        "mark": mark,
        "input-selection-background": chosen,
        "scrollbar": mark,
        "scrollbar-background": base,
        "scrollbar-corner-color": base,
        "scrollbar-hover": accent,
        "scrollbar-active": accent,
        "scrollbar-background-hover": base,
        "scrollbar-background-active": base,
    }


DARK: Final = Theme(
    name="portner-dark",
    dark=True,
    primary="#8ab8ff",
    secondary="#8ab8ff",
    accent="#8ab8ff",
    foreground="#dfe5ec",
    background="#11161d",
    surface="#11161d",
    panel="#1a212b",
    success="#7fd6a0",
    warning="#f2c46d",
    error="#ff9a90",
    variables=_variables(
        ("#11161d", "#1a212b", "#27364a"),
        {
            "plain": "#dfe5ec",
            "strong": "#ffffff",
            "muted": "#9fabba",
            "good": "#7fd6a0",
            "info": "#8fc1ff",
            "warn": "#f2c46d",
            "bad": "#ff9a90",
        },
        "#8ab8ff",
        "#7a8ea8",
    ),
)
LIGHT: Final = Theme(
    name="portner-light",
    dark=False,
    primary="#1d4f8f",
    secondary="#1d4f8f",
    accent="#1d4f8f",
    foreground="#1b232d",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#eeece6",
    success="#14603a",
    warning="#6e4a00",
    error="#9c1c16",
    variables=_variables(
        ("#fbfaf7", "#eeece6", "#d5e2f3"),
        {
            "plain": "#1b232d",
            "strong": "#000000",
            "muted": "#4a5563",
            "good": "#14603a",
            "info": "#1d4f8f",
            "warn": "#6e4a00",
            "bad": "#9c1c16",
        },
        "#1d4f8f",
        "#5d697b",
    ),
)
THEMES: Final[dict[Light, Theme]] = {"dark": DARK, "light": LIGHT}
