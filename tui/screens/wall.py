"""The board: six big numbers with their targets, to be read across a room."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static
from typing_extensions import override

from tui.board.numbers import WALL, number, value
from tui.screens.numbers import NumberScreen, number_keys
from tui.text.big import big
from tui.text.cells import Cell
from tui.text.numbers import split, state, target, title, tone
from tui.widgets.key_line import KeyLine
from xmpp_agent import wire

_WORDS_AROUND = 3
"""Lines of a tile that are not digits: what, target, state."""


class WallScreen(NumberScreen):
    """Nothing to do here but look; a wall screen needs no hand."""

    BINDINGS: ClassVar[list[BindingType]] = number_keys("next_unit", "previous_unit", "help", "back")
    TITLE_TEXT = "wall.title"

    @override
    def compose(self) -> ComposeResult:
        """Six tiles, three in a line."""
        yield from self.head_of_screen()
        with Container(id="wall"):
            for name in WALL:
                yield Static(id=f"tile-{name}", classes="tile", markup=False)
        yield KeyLine(id="keys")

    @override
    def draw_numbers(self, row: wire.UnitNumbers | None, now: float, *, stale: bool) -> None:
        """Each tile: what it is, the number, its target, how it stands."""
        for name in WALL:
            tile = self.query_one(f"#tile-{name}", Static)
            self.put_lines(
                tile, self._tile(row, name, now, tile, stale=stale) if row is not None else self._empty(name)
            )

    def _tile(self, row: wire.UnitNumbers, name: str, now: float, tile: Static, *, stale: bool) -> list[list[Cell]]:
        words, told = self.app.words, number(row, name)
        digits, unit = split(name, value(told, now), words)
        ink = tone(told, stale=stale)
        drawn = big(digits, tile.content_size.width, tile.content_size.height - _WORDS_AROUND, words.sign("pixel"))
        size = [[Cell(line, ink)] for line in drawn]
        size[-1].append(Cell(f" {unit}", ink))
        around = tile.content_size.height - _WORDS_AROUND - len(drawn)
        return [
            [Cell(title(row, name, words), "muted" if stale else "strong")],
            *[[Cell()]] * (around // 2),
            *size,
            *[[Cell()]] * (around - around // 2),
            [Cell(target(told, words), "muted")],
            [state(told, now, words, stale=stale)],
        ]

    def _empty(self, name: str) -> list[list[Cell]]:
        return [[Cell(self.app.words.say("numbers.none"), "muted")]] if name == WALL[0] else [[Cell()]]
