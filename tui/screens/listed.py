"""What every screen with a list has: rows of one kind, ordered by any column, filtered, and one chosen by key."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Generic

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input, Static
from typing_extensions import override

from tui.board.listing import Listing, next_in_need
from tui.board.sorting import Row, Sort, following, pressed
from tui.board.trail import Followed, begun, rows_of
from tui.kept import Look
from tui.keys import keys
from tui.screens.columns import ChooseColumns
from tui.screens.looking_back import LookingBack
from tui.text import events
from tui.text.cells import Cell, Column
from tui.text.following import followed
from tui.text.heading import heading
from tui.widgets.key_line import KeyLine
from tui.widgets.row_grid import RowGrid


class ListScreen(LookingBack, Generic[Row]):
    """Remembers order, filter and cursor; what the rows say is on the board. Texts of the list begin with `MAIN`."""

    BINDINGS: ClassVar[list[BindingType]] = keys("turn", "columns", "follow")
    view: Listing[Row]
    _began = False

    def rows(self) -> Mapping[str, Row]:
        """Every row, by key."""
        raise NotImplementedError

    def columns(self) -> Sequence[Column]:
        """Columns of the list."""
        raise NotImplementedError

    def row_cells(self, key: str, row: Row) -> tuple[Cell, ...]:
        """One row, a cell for each column."""
        raise NotImplementedError

    def needy(self) -> Collection[str]:
        """Keys of the rows that need somebody."""
        raise NotImplementedError

    # drawing

    @override
    def compose(self) -> ComposeResult:
        """Top line, warning, filter; then the list, the one chosen, and what happened; then the keys."""
        words = self.app.words
        yield from self.top(words.say(f"{self.MAIN}.hint"))
        with Container(id="main"):
            yield self.listing()
            yield Static(id="why", markup=False)
            yield self.listed("events", events.columns(words), self.event_cells, "happened.empty", header=False)
        yield KeyLine(id="keys")

    def listing(self) -> RowGrid:
        """The grid of the list, empty yet."""
        grid = self.listed(self.MAIN, self.columns(), self._cells, self.empty())
        grid.choose_columns(self._look().columns)
        return grid

    def open_list(self, view: Listing[Row]) -> None:
        """In the order kept; then start drawing. All rows count as touched then: there they are placed."""
        self.view, self._first_sort = view, view.sort
        kept = Sort.from_text(self._look().sort)
        self.view.choose({}, sort=kept, filter_text="", now=self.app.watched.now())
        self.begin()

    def _look(self) -> Look:
        return self.app.looks.get(self.MAIN, Look())

    def draw_list(self, touched: Collection[str], ticked: bool) -> None:
        """The rows; the first time there are any, the cursor comes to the first."""
        grid, words = self.grid(self.MAIN), self.app.words
        grid.empty = words.say(f"{self.MAIN}.no_match" if self.view.filter_text else self.empty())
        grid.show(self.view.order, None if ticked else touched)
        if ticked:
            grid.sign_title(self.view.sort.column, words.sign("falling" if self.view.sort.falling else "rising"))
            self.head(grid, self.heading())
        if not self._began and grid.order:
            self._began = True
            grid.put_cursor(grid.order[0])
        self.draw_followed()

    def draw_followed(self) -> None:
        """The rows of the one followed, and a line of how it is with them; when they are gone, that they are."""
        watch, words = self.app.watched, self.app.words
        before, trail = watch.trail, watch.follow()
        if before is None and not self.has_class("-following"):
            return
        if before is not None and trail is None:
            self.app.tell("follow.gone")
        keys = rows_of(trail, watch.board) if trail is not None else frozenset[str]()
        for grid in self.query(RowGrid):
            grid.mark(keys, words.sign("followed"))
        self.set_class(trail is not None, "-following")
        if trail is not None:
            self.put("followed", [followed(trail, watch.board, watch.happenings, watch.now(), words)])

    def action_follow(self) -> None:
        """Follow the one under the cursor; pressed on the one followed: no longer."""
        watch, row = self.app.watched, self.to_follow()
        if row is None:
            self.app.tell("follow.nobody")
            return
        trail = begun(row, watch.now())
        same = watch.trail is not None and rows_of(trail, watch.board) <= rows_of(watch.trail, watch.board)
        watch.trail = None if same else trail
        self.flush()

    def to_follow(self) -> Followed | None:
        """The one under the cursor."""
        row = self.chosen()
        return row if isinstance(row, Followed) else None

    def find(self, key: str) -> None:
        """Put the cursor on that row, or say that there is none any more."""
        self.flush()
        if key in self.rows():
            self.go_to(key)
        else:
            self.app.tell("find.gone", bad=True)

    def filter_by(self, text: str) -> None:
        """Show what those words let through."""
        self.query_one("#filter", Input).value = text
        self.look()
        self.grid(self.MAIN).focus()

    def empty(self) -> str:
        """Name of the text where there are no rows."""
        return f"{self.MAIN}.empty"

    def heading(self) -> str:
        """What stands over the list."""
        return heading(f"{self.MAIN}.title", self.view, self.sorted_by(), len(self.rows()), self.app.words)

    def sorted_by(self) -> str:
        """`sortering: behov ↓`."""
        words, sort = self.app.words, self.view.sort
        title = next(column.title for column in self.columns() if column.id == sort.column).lower()
        way = words.sign("falling" if sort.falling else "rising")
        return words.say("rooms.sorted", sort=f"{title or words.say(f'column.{sort.column}')} {way}")

    def _cells(self, key: str) -> tuple[Cell, ...]:
        row = self.rows().get(key)
        return self.row_cells(key, row) if row is not None else (Cell(),) * len(self.grid(self.MAIN).columns)

    def chosen(self) -> Row | None:
        """The row under the cursor, as the board knows it now."""
        return self.rows().get(self.grid(self.MAIN).cursor or "")

    # moving

    def moved(self) -> None:
        """The cursor moved: rows stand still for a moment."""
        self._moved_at = self.app.watched.clock()
        self.flush()

    def go_to(self, key: str) -> None:
        """Put the cursor on a row, clearing a filter that hides it."""
        if key not in self.view.order:
            self.close_filter()
        grid = self.grid(self.MAIN)
        grid.show(self.view.order)
        grid.put_cursor(key)
        grid.focus()

    def action_next_alert(self) -> None:
        """Go to the next one that needs somebody."""
        key = next_in_need(self.view.order, self.needy(), self.grid(self.MAIN).cursor)
        if key is None:
            self.app.tell(f"{self.MAIN}.calm")
        else:
            self.go_to(key)

    # order

    @on(RowGrid.HeaderChosen)
    def _title_chosen(self, event: RowGrid.HeaderChosen) -> None:
        if event.grid.id == self.MAIN:
            self._order_by(pressed(self.view.columns, self.view.sort, event.column))

    def action_sort(self) -> None:
        """By the next column."""
        self._order_by(following(self.view.columns, self.view.sort, self.grid(self.MAIN).chosen_columns()))

    def action_turn(self) -> None:
        """The other way round."""
        self._order_by(self.view.sort.turned())

    def _order_by(self, sort: Sort) -> None:
        self.look_by(sort)
        self.app.keep_look(self.MAIN, replace(self._look(), sort=sort.text))

    def action_columns(self) -> None:
        """Choose and order the columns."""
        self.run_act(self._choose_columns())

    async def _choose_columns(self) -> None:
        grid, title = self.grid(self.MAIN), self.app.words.say(f"{self.MAIN}.title")
        now = Look(tuple(grid.chosen_columns()), self.view.sort.text)
        look = await self.app.push_screen_wait(ChooseColumns(title, self.columns(), self.view.columns, now))
        if look is not None:
            grid.choose_columns(look.columns)
            self.look_by(Sort.from_text(look.sort) if look.sort else self._first_sort)
            self.app.keep_look(self.MAIN, look)

    @override
    def look(self) -> None:
        """Show what the filter's words let through."""
        self.look_by(self.view.sort)

    def look_by(self, sort: Sort) -> None:
        """Show it in that order."""
        self.view.choose(self.rows(), sort=sort, filter_text=self.filter_text(), now=self.app.watched.now())
        self.looked()
