"""What the two screens of numbers share: which unit is looked at, how old it is, and the keys."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static
from typing_extensions import override

from tui.board.numbers import ALL, moved, units
from tui.keys import keys
from tui.screens.live import LiveScreen
from tui.text.cells import Cell
from tui.text.numbers import short
from tui.text.safe import safe
from tui.text.words import Words
from tui.widgets.lines import to_content
from xmpp_agent import wire

_LONGEST_NAME: Final = 40


def number_keys(*ids: str) -> list[BindingType]:
    """Bindings of which each is in the line of keys: these screens have few, and room for them."""
    return [replace(each, show=True) if isinstance(each, Binding) else each for each in keys(*ids)]


class NumberScreen(LiveScreen):
    """Draws the numbers of one unit, or of all together; remembers only which."""

    TITLE_TEXT = ""

    def on_mount(self) -> None:
        """Start drawing."""
        self.unit = ALL
        self._shown: tuple[object, ...] = ()
        self.begin()

    def on_screen_resume(self) -> None:
        """What changed while another screen was looked at."""
        self._shown = ()
        self._second = -1
        self.flush()

    def head_of_screen(self) -> ComposeResult:
        """Unit and connection, the warning line."""
        with Horizontal(id="top"):
            yield Static(id="sums", markup=False)
            yield Static(id="standing", markup=False)
        yield Static(id="stale", markup=False)

    def row(self) -> wire.UnitNumbers | None:
        """The numbers looked at; of the first unit when the one chosen is no more."""
        known = self.app.watched.board.numbers
        if self.unit not in units(known):
            self.unit = moved(known, self.unit, 0)
        return known.get(self.unit)

    @override
    def flush(self) -> None:
        """Draw when a number, the room for it, or the second is another."""
        watch = self.app.watched
        now, standing = watch.now(), watch.standing()
        ticked = self.ticked(now, standing)
        row = self.row()
        if ticked:
            self.draw_standing(self._top(row), standing, now)
        shown = (row, standing.may_act, int(now), *(tile.content_size for tile in self.query(".tile")))
        if shown != self._shown:
            self._shown = shown
            self.draw_numbers(row, now, stale=not standing.may_act)
        self.ring()

    def draw_numbers(self, row: wire.UnitNumbers | None, now: float, *, stale: bool) -> None:
        """The body of the screen."""
        raise NotImplementedError

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no list here to be saved."""
        return action != "export"

    @override
    def look(self) -> None:
        """These screens have no filter."""

    @override
    def action_back(self) -> None:
        """All units again."""
        self._choose(ALL)

    def action_next_unit(self) -> None:
        """The numbers of the next unit."""
        self._choose(moved(self.app.watched.board.numbers, self.unit, 1))

    def action_previous_unit(self) -> None:
        """The numbers of the unit before."""
        self._choose(moved(self.app.watched.board.numbers, self.unit, -1))

    def _choose(self, unit: str) -> None:
        self.unit = unit
        self._second = -1
        self.flush()

    def _top(self, row: wire.UnitNumbers | None) -> list[Cell]:
        say = self.app.words.say
        line = [Cell(say(self.TITLE_TEXT), "strong")]
        if row is None:
            return line
        every = units(self.app.watched.board.numbers)
        name = unit_name(row.unit, self.app.words)
        if len(every) > 1:
            name = say("numbers.unit_of", name=name, n=every.index(row.unit) + 1, all=len(every))
        return [*line, Cell(f"  {name}", "info"), Cell(f"   {self.about(row)}", "muted")]

    def about(self, row: wire.UnitNumbers) -> str:
        """What the numbers are over."""
        return self.app.words.say("numbers.window", time=short("answer_p90", row.window, self.app.words))

    def put_lines(self, target: Static, lines: Sequence[Sequence[Cell]]) -> None:
        """Draw lines of cells, never parsed."""
        target.update(to_content(lines), layout=False)


def unit_name(unit: str, words: Words) -> str:
    """A unit's name made safe, or that it is all of them."""
    return safe(unit, _LONGEST_NAME) if unit != ALL else words.say("numbers.all")
