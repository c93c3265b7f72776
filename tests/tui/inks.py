"""What is drawn, run by run: characters, the ink they are drawn in, and the ground they lie on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.color import Color as RichColor
from textual.app import App
from textual.color import Color
from textual.geometry import Region
from textual.theme import Theme

LEAST: Final = 4.5
"""Of text on its ground (WCAG 2.1, 1.4.3)."""
LEAST_OF_MARKS: Final = 3.0
"""Of what is no text and must be seen all the same: boxes, focus, the thumb of a scrollbar (WCAG 2.1, 1.4.11)."""
_LINES: Final = frozenset(chr(code) for code in range(0x2500, 0x25A0))
"""Boxes, and the blocks of which scrollbars and charts are made."""
_RULE: Final = {"─", "-"}
_BOXES: Final = frozenset("─━│┃┌┐└┘")
_LETTERS: Final = {"plain": ".", "strong": "s", "muted": "m", "good": "g", "info": "i", "warn": "w", "bad": "b"}


@dataclass(frozen=True, slots=True)
class Run:
    """Some characters beside each other in one style."""

    x: int
    y: int
    text: str
    ink: Color
    ground: Color
    bold: bool

    @property
    def ratio(self) -> float:
        """How far ink and ground are apart."""
        return contrast(self.ink, self.ground)

    @property
    def words(self) -> str:
        """What of it is text or a sign: all that is neither empty nor a line."""
        return "".join(char for char in self.text if char not in _LINES).strip()

    @property
    def lines(self) -> str:
        """What of it is a line around or above something."""
        return "".join(char for char in self.text if char in _LINES)


def runs(app: App[None]) -> Iterator[Run]:
    """Everything on the screen, from left to right and line by line."""
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        x = 0
        for text, style, _ in strip:
            assert style is not None, f"no style: {text!r}"
            assert isinstance(style.bgcolor, RichColor), f"no ground: {text!r}"
            assert isinstance(style.color, RichColor) or text.isspace(), f"no ink: {text!r}"
            assert not any((style.dim, style.blink, style.conceal)), f"dim, blinking or hidden: {text!r}"
            ground = Color.from_rich_color(style.bgcolor)
            ink = Color.from_rich_color(style.color) if style.color is not None else ground
            if style.reverse:
                ink, ground = ground, ink
            yield Run(x, y, text, ink, ground, bool(style.bold))
            x += cell_len(text)


def within(region: Region, drawn: Iterator[Run]) -> list[Run]:
    """Those that begin in a part of the screen."""
    return [run for run in drawn if region.contains(run.x, run.y)]


def contrast(ink: Color, ground: Color) -> float:
    """WCAG 2.1, relative luminance; Textual's own ratio uses another formula."""

    def luminance(color: Color) -> float:
        parts = [part / 255 for part in (color.r, color.g, color.b)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def poor(drawn: Iterable[Run], decoration: Color) -> set[tuple[str, float]]:
    """What cannot be seen well enough, and how well it can: words, signs, and lines that are no mere `decoration`."""
    return {
        (run.text.strip(), round(run.ratio, 2))
        for run in drawn
        if not (run.ink == decoration and set(run.text.strip()) <= _RULE)
        and ((run.words and run.ratio < LEAST) or (run.lines and run.ratio < LEAST_OF_MARKS))
    }


class Inks:
    """Names of a theme's colours, so that the dark and the light picture can be compared: they must be the same."""

    def __init__(self, theme: Theme) -> None:
        told = theme.variables
        self._inks = {Color.parse(told[f"ink-{name}"]): letter for name, letter in _LETTERS.items()}
        self._grounds = {Color.parse(told[name]) for name in ("ground", "ground-raised")}
        self._chosen = Color.parse(told["ground-chosen"])
        self._lines = {
            self._chosen: "-",
            Color.parse(theme.accent or theme.primary): "=",
            Color.parse(told["mark"]): "|",
        }
        self._turned = {*self._inks, Color.parse(theme.accent or theme.primary)}
        self._thumb = Color.parse(told["mark"])

    def has(self, ink: Color) -> bool:
        """Whether words may be drawn in it."""
        return ink in self._inks or ink in self._grounds

    def letter(self, run: Run) -> str:
        """The ink of each of its cells; upper case on the chosen row; R: turned round; `?`: a colour of no name."""
        if run.ground in self._turned and (run.ink in self._grounds or not run.text.strip()):
            return "R"
        if run.ground == self._thumb and not run.words:
            return "|"
        if run.ground != self._chosen and run.ground not in self._grounds:
            return "?"
        chosen = run.ground == self._chosen
        if not run.text.strip():
            return "_" if chosen else " "
        boxed = not run.words and set(run.lines) <= _BOXES
        letter = (self._inks | self._lines if boxed else self._lines | self._inks).get(run.ink, "?")
        return ("P" if letter == "." else letter.upper()) if chosen else letter

    def picture(self, app: App[None]) -> tuple[str, str]:
        """The screen twice: its characters, and in which ink each is drawn."""
        lines: dict[int, tuple[str, str]] = {}
        for run in runs(app):
            words, inks = lines.get(run.y, ("", ""))
            lines[run.y] = (words + run.text, inks + self.letter(run) * cell_len(run.text))
        words, inks = ("".join(f"{both[half].rstrip()}\n" for both in lines.values()) for half in (0, 1))
        return words, inks
