"""A grid of many rows of which few are seen: draws only the lines on screen, and remembers the cursor as a key.

A row's index means nothing here: rows move while somebody reads. When the row under the cursor goes away the cursor is
on nothing until a person puts it somewhere; the next one in line never slips under a key about to be pressed.
"""

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from typing_extensions import override

from tui.keys import keys
from tui.text.cells import GAP, TONES, Cell, Column, Tone, arranged, lay_out
from tui.text.safe import fit

Cells = Callable[[str], Sequence[Cell]]
_A_HANDFUL = 4
_BAR_STEPS = 8
"""Parts of a line in which the scrollbar's end is drawn: a change of less is not to be seen."""
_MARGIN = 2
"""Cells left of the first column: the cursor's mark, and the sign of a row that is marked."""


class RowGrid(ScrollView, can_focus=True):
    """Rows are named by keys; `cells` draws one. The widget keeps order and cursor, nothing of what the rows say."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-grid--header",
        "row-grid--cursor",
        "row-grid--empty",
        "row-grid--stale",
        *(f"row-grid--{tone}" for tone in TONES),
    }
    BINDINGS: ClassVar[list[BindingType]] = keys("up", "down", "page_up", "page_down", "top", "bottom", "choose")

    stale: reactive[bool] = reactive(False)

    class Highlighted(Message):
        """The cursor came to another row; None: to nothing."""

        def __init__(self, grid: "RowGrid", key: str | None) -> None:
            super().__init__()
            self.grid = grid
            self.key = key

        @property
        @override
        def control(self) -> "RowGrid":
            """The grid it happened in."""
            return self.grid

    class Chosen(Highlighted):
        """Enter or a second click on a row."""

    class HeaderChosen(Message):
        """A click on a column's title."""

        def __init__(self, grid: "RowGrid", column: str) -> None:
            super().__init__()
            self.grid = grid
            self.column = column

    def __init__(
        self, columns: Sequence[Column], cells: Cells, *, mark: str, empty: str, id: str, header: bool = True
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.cells = cells
        self.empty = empty
        self.order: list[str] = []
        self.cursor: str | None = None
        self._mark = mark
        self._marked: frozenset[str] = frozenset()
        self._mark_sign = ""
        self._signed = ("", "")
        """Which column's title bears a sign, and which."""
        self._head = 1 if header else 0
        self._last_place = 0
        self._arranged = arranged(columns, ())
        self._laid_out: list[tuple[int, int]] = []
        self._laid_out_for = -1
        self._styles: dict[tuple[Tone, bool], Style] = {}
        self._drawn: dict[int, tuple[str, tuple[Cell, ...]]] = {}
        """By line of rows on the screen: what was drawn there last."""

    # what is shown

    def show(self, order: list[str], changed: Collection[str] | None = None) -> None:
        """Show these rows in this order; `changed` limits redrawing to the rows that say something new (None: all)."""
        before = self._on_screen()
        was_seen = self.cursor in before
        lengthened = len(order) != len(self.order)
        self.order = order
        if self.cursor is not None and (place := self._place()) is not None:
            self._last_place = place
        elif self.cursor is not None:
            self.put_cursor(None)
        if lengthened:
            self._lengthen(len(order) + self._head)
        if was_seen and self.cursor is not None:
            self._bring_to_view()
        self._redraw(
            [
                line
                for line, key in enumerate(self._on_screen())
                if line >= len(before)
                or before[line] != key
                or ((changed is None or key in changed) and self._drawn.get(line) != (key, tuple(self.cells(key))))
            ]
        )

    def _lengthen(self, height: int) -> None:
        """Another number of lines. Where the bar stays and the last screenful is not reached nothing moves: telling
        Textual all the same would lay the whole screen out anew, and draw all of it."""
        window = self.container_size.height
        last = min(height, self.virtual_size.height) - window
        if not self.show_vertical_scrollbar or last <= 0 or self.scroll_y > last:
            self.virtual_size = Size(0, height)
            self.refresh()
            return
        self.set_reactive(RowGrid.virtual_size, Size(0, height))
        bar = self.vertical_scrollbar
        if abs(bar.window_virtual_size - height) * window * _BAR_STEPS >= height:
            bar.window_virtual_size = height

    def _redraw(self, lines: list[int]) -> None:
        """These lines of the screen; beyond a handful one stroke over all of them costs less."""
        if len(lines) > _A_HANDFUL:
            self.refresh_lines(self.scroll_offset.y + self._head + lines[0], lines[-1] - lines[0] + 1)
            return
        for line in lines:
            self.refresh_line(self.scroll_offset.y + self._head + line)

    def chosen_columns(self) -> list[str]:
        """Ids of the columns to be shown, in order; where room is short not all of them are."""
        return [self.columns[index].id for index in self._arranged]

    def table(self) -> tuple[list[Column], list[list[Cell]]]:
        """All rows in the columns chosen."""
        rows = [[cells[index] for index in self._arranged] for cells in map(self.cells, self.order)]
        return [self.columns[index] for index in self._arranged], rows

    def choose_columns(self, chosen: Sequence[str]) -> None:
        """Show these columns, in this order; none: all."""
        self._arranged = arranged(self.columns, chosen)
        self._laid_out_for = -1
        self.refresh()

    def sign_title(self, column: str, sign: str) -> None:
        """Let the title of that column, and no other, bear a sign."""
        if self._signed != (column, sign):
            self._signed = (column, sign)
            self.refresh()

    def mark(self, keys: frozenset[str], sign: str) -> None:
        """Let these rows bear a sign before their first column, wherever they stand."""
        if keys != self._marked:
            self._marked, self._mark_sign = keys, sign
            self.refresh()

    def put_cursor(self, key: str | None) -> None:
        """Put the cursor on a row that is in the order, or on nothing."""
        if key is not None and key not in self.order:
            return
        changed = key != self.cursor
        self.cursor = key
        if key is not None:
            self._last_place = self.order.index(key)
            self._bring_to_view()
        self.refresh()
        if changed:
            self.post_message(self.Highlighted(self, key))

    def _place(self) -> int | None:
        order, guess = self.order, self._last_place
        if guess < len(order) and order[guess] == self.cursor:
            return guess
        return order.index(self.cursor) if self.cursor in order else None

    def _on_screen(self) -> list[str]:
        top = self.scroll_offset.y
        return self.order[top : top + self._lines()]

    def _lines(self) -> int:
        return max(0, self.scrollable_content_region.height - self._head)

    def _bring_to_view(self) -> None:
        place, top, lines = self._last_place, self.scroll_offset.y, self._lines()
        if lines and not top <= place < top + lines:
            self.scroll_to(y=place if place < top else place - lines + 1, animate=False, immediate=True)

    # drawing

    @override
    def render_line(self, y: int) -> Strip:
        """Line `y` of the screen: the header, or a row asked for now."""
        width = self.scrollable_content_region.width
        if width != self._laid_out_for:  # a scrollbar came or went
            self._lay_out(width)
        if y < self._head:
            return self._header(width)
        place = self.scroll_offset.y + y - self._head
        if place >= len(self.order):
            blank = not self.order and place == 1
            style = self.get_component_rich_style("row-grid--empty")
            return Strip([Segment(fit(" " * _MARGIN + self.empty if blank else "", width), style)], width)
        key = self.order[place]
        cells = tuple(self.cells(key))
        self._drawn[y - self._head] = (key, cells)
        return self._row(cells, key, width)

    def _row(self, cells: Sequence[Cell], key: str, width: int) -> Strip:
        chosen = key == self.cursor
        plain = self._style("plain", chosen)
        mark = (self._mark if chosen else " ") + (self._mark_sign if key in self._marked else " ")
        runs = [(fit(mark, _MARGIN), self._style("strong" if self.has_focus else "muted", chosen))]
        for index, cell_width in self._laid_out:
            cell = cells[index]
            text = fit(cell.text, cell_width, self.columns[index].align) + " " * GAP
            _run_on(runs, text, self._style(cell.tone, chosen))
        return Strip([Segment(text, style) for text, style in runs]).adjust_cell_length(width, plain)

    def _header(self, width: int) -> Strip:
        style = self.get_component_rich_style("row-grid--header")
        titles = (" " * GAP).join(self._title(self.columns[index], cell_width) for index, cell_width in self._laid_out)
        return Strip([Segment(fit(" " * _MARGIN + titles, width), style)], width)

    def _title(self, column: Column, width: int) -> str:
        signed, sign = self._signed
        if column.id != signed:
            return fit(column.title, width, column.align)
        # The sign is seen however narrow the column is.
        named = fit(column.title, min(cell_len(column.title), width - cell_len(sign))) + sign
        return fit(named, width, column.align)

    def _style(self, tone: Tone, chosen: bool) -> Style:
        known = self._styles.get((tone, chosen))
        if known is None:
            name = "row-grid--stale" if self.stale else f"row-grid--{tone}"
            known = self.rich_style + self.get_component_rich_style(name, partial=True)
            if chosen:
                known += Style(bgcolor=self.get_component_rich_style("row-grid--cursor").bgcolor)
                known += Style(bold=self.has_focus or None)
            self._styles[tone, chosen] = known
        return known

    @override
    def notify_style_update(self) -> None:
        """The theme or a class changed: styles are looked up anew."""
        self._styles.clear()
        super().notify_style_update()

    def watch_stale(self) -> None:
        """Stale rows are drawn in one dim tone."""
        self._styles.clear()
        self.refresh()

    def on_resize(self) -> None:
        """Another width: other columns fit."""
        self._lay_out(self.scrollable_content_region.width)
        self.virtual_size = Size(0, len(self.order) + self._head)
        if self.cursor is not None:
            self._bring_to_view()
        self.refresh()

    def _lay_out(self, width: int) -> None:
        self._laid_out_for = width
        shown = [self.columns[index] for index in self._arranged]
        self._laid_out = [(self._arranged[place], wide) for place, wide in lay_out(shown, width - _MARGIN - GAP)]

    def on_focus(self) -> None:
        """Focus is seen on the cursor; entering a grid with the cursor on nothing leaves it there."""
        self._styles.clear()
        self.refresh()

    def on_blur(self) -> None:
        """The cursor row is drawn without weight."""
        self._styles.clear()
        self.refresh()

    # the person at the keys

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor; a second one chooses; a click on a title asks for that order."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < self._head:
            self._click_title(offset.x - _MARGIN)
            return
        place = self.scroll_offset.y + offset.y - self._head
        if place < len(self.order):
            self.put_cursor(self.order[place])
            if event.chain > 1:
                self.action_choose()

    def _click_title(self, x: int) -> None:
        for index, width in self._laid_out:
            if 0 <= x < width:
                self.post_message(self.HeaderChosen(self, self.columns[index].id))
            x -= width + GAP

    def move(self, by: int) -> None:
        """Move the cursor by that many rows; from nothing, to where the row that went away was."""
        if not self.order:
            return
        place = self._last_place + (by if self.cursor is not None else 0)
        self.put_cursor(self.order[min(max(place, 0), len(self.order) - 1)])

    def action_up(self) -> None:
        """Previous row."""
        self.move(-1)

    def action_down(self) -> None:
        """Next row."""
        self.move(1)

    @override
    def action_page_up(self) -> None:
        """One screenful up."""
        self.move(-max(1, self._lines() - 1))

    @override
    def action_page_down(self) -> None:
        """One screenful down."""
        self.move(max(1, self._lines() - 1))

    def action_top(self) -> None:
        """First row."""
        self.put_cursor(self.order[0] if self.order else None)

    def action_bottom(self) -> None:
        """Last row."""
        self.put_cursor(self.order[-1] if self.order else None)

    def action_choose(self) -> None:
        """Tell the screen that this row is meant."""
        if self.cursor is not None:
            self.post_message(self.Chosen(self, self.cursor))


def _run_on(runs: list[tuple[str, Style]], text: str, style: Style) -> None:
    """Add words to a line in as few pieces as it looks the same with: naming a colour takes more bytes than a cell. A
    blank looks the same in any ink of a row."""
    before, ink = runs[-1]
    if ink == style or text.isspace():
        runs[-1] = (before + text, ink)
    elif before.isspace():
        runs[-1] = (before + text, style)
    else:
        runs.append((text, style))
