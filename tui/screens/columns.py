"""Which columns a list shows and in which order, and by which it is ordered."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label
from typing_extensions import override

from tui.board.sorting import By, Row, Sort, pressed
from tui.kept import Look
from tui.keys import keys
from tui.screens.spoken import SpokenModal
from tui.text.cells import Cell, Column
from tui.widgets.row_grid import RowGrid


class ChooseColumns(SpokenModal[Look]):
    """Answers what was chosen, or nothing when the person thought better of it. `able`: columns that can order."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "show_hide", "move_left", "move_right", "sort", "standard", "back"
    )  # fmt: skip

    def __init__(self, where: str, columns: Sequence[Column], able: Mapping[str, By[Row]], now: Look) -> None:
        super().__init__()
        self._where = where
        self._columns = {column.id: column for column in columns}
        self._able = able
        self._shown = set(now.columns)
        self._order = [*now.columns, *(column.id for column in columns if column.id not in self._shown)]
        self._sort = Sort.from_text(now.sort)

    @override
    def compose(self) -> ComposeResult:
        """A line for each column, and what the keys do."""
        words = self.app.words
        lines = (Column("shown", "", 1), Column("title", words.say("col.column"), 20, grows=1), Column("sort", "", 24))
        with Vertical(classes="dialog"):
            yield Label(Content(words.say("columns.title")), classes="dialog-title")
            yield Label(Content(self._where), classes="dialog-where")
            yield RowGrid(lines, self._cells, mark=words.sign("cursor"), empty="", id="columns")
            yield Label(Content(words.say("columns.keys")), classes="dialog-keys")

    def on_mount(self) -> None:
        """The first is under the cursor."""
        grid = self.query_one(RowGrid)
        grid.show(self._order)
        grid.put_cursor(self._order[0])
        grid.focus()

    @on(RowGrid.Chosen)
    def _done(self) -> None:
        self.close(Look(tuple(each for each in self._order if each in self._shown), self._sort.text))

    def action_show_hide(self) -> None:
        """Show the column, or do not."""
        if (chosen := self._chosen()) is not None and not self._columns[chosen].kept:
            self._shown ^= {chosen}
            self._draw()

    def action_move_left(self) -> None:
        """One place to the front."""
        self._move(-1)

    def action_move_right(self) -> None:
        """One place on."""
        self._move(1)

    def action_sort(self) -> None:
        """Order the list by this column; once more: the other way."""
        if (chosen := self._chosen()) is not None:
            self._sort = pressed(self._able, self._sort, chosen)
            self._draw()

    def action_standard(self) -> None:
        """As it comes."""
        self.close(Look())

    def action_back(self) -> None:
        """All stays as it was."""
        self.close(None)

    def _chosen(self) -> str | None:
        return self.query_one(RowGrid).cursor

    def _move(self, by: int) -> None:
        if (chosen := self._chosen()) is None:
            return
        place = self._order.index(chosen)
        self._order.insert(min(max(place + by, 0), len(self._order) - 1), self._order.pop(place))
        self._draw()

    def _draw(self) -> None:
        self.query_one(RowGrid).show(list(self._order))

    def _cells(self, key: str) -> tuple[Cell, ...]:
        words, column = self.app.words, self._columns[key]
        shown = Cell(words.sign("done"), "good") if key in self._shown else Cell()
        name = Cell(column.title or words.say(f"column.{key}"), "plain" if key in self._shown else "muted")
        if key == self._sort.column:
            way = words.sign("falling" if self._sort.falling else "rising")
            return shown, name, Cell(words.say("columns.sorts", way=way), "info")
        return shown, name, Cell(words.say("columns.always") if column.kept else "", "muted")
