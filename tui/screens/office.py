"""What the screens of hotline and invitations share: a list, the one chosen, what happened; and acts on the one chosen.

Which one is fixed when the key is pressed, by key and never by place; asked once more; sent with the version that was
seen, so that the agent refuses what changed meanwhile.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static
from typing_extensions import override

from tui.board.happenings import addressed
from tui.board.listing import next_in_need
from tui.board.office import OfficeSort, OfficeView, Row, needs_somebody
from tui.screens.dialogs import Confirm
from tui.screens.looking_back import LookingBack
from tui.screens.reading import Why
from tui.text import events
from tui.text.cells import Cell, Column
from tui.text.heading import heading
from tui.widgets.key_line import KeyLine
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire


class OfficeScreen(LookingBack, Generic[Row]):
    """Draws the same board as the first screen; remembers only order, filter and cursor."""

    ACTS: Mapping[str, str] = {}
    """By action: what the agent must say is possible."""
    SORT_OF_COLUMN: Mapping[str, OfficeSort] = {}
    view: OfficeView[Row]

    def rows(self) -> Mapping[str, Row]:
        """Every row, by key."""
        raise NotImplementedError

    def take_touched(self) -> set[str]:
        """Keys of rows that may look different since this was last asked."""
        raise NotImplementedError

    def columns(self) -> Sequence[Column]:
        """Columns of the list."""
        raise NotImplementedError

    def row_cells(self, row: Row) -> tuple[Cell, ...]:
        """One row, a cell for each column."""
        raise NotImplementedError

    def explained(self, row: Row) -> list[list[Cell]]:
        """Everything that is known of one."""
        raise NotImplementedError

    def sums(self) -> list[Cell]:
        """The top line."""
        raise NotImplementedError

    @override
    def compose(self) -> ComposeResult:
        """Top line, warning, filter; then the list, the one chosen, and what happened; then the keys."""
        words = self.app.words
        yield from self.top(words.say(f"{self.MAIN}.hint"))
        with Container(id="main"):
            yield self.listed(self.MAIN, self.columns(), self._cells, f"{self.MAIN}.empty")
            yield Static(id="why", markup=False)
            yield self.listed("events", events.columns(words), self.event_cells, "happened.empty", header=False)
        yield KeyLine(id="keys")

    def open_with(self, view: OfficeView[Row]) -> None:
        """Start drawing."""
        self.view = view
        self.view.update(self.rows(), self.rows().keys(), hold=False, now=self.app.watched.now())
        self.query_one("#why").border_title = Content(self.app.words.say(f"{self.MAIN}.one"))
        self.begin()

    def on_screen_resume(self) -> None:
        """What changed while another screen was looked at."""
        self._second = -1
        self.flush()

    @override
    def flush(self) -> None:
        """Draw what changed since last time; ages once a second."""
        watch = self.app.watched
        touched, now, standing = self.take_touched(), watch.now(), watch.standing()
        ticked = self.ticked(now, standing)
        if ticked or touched:
            self.draw_standing(self.sums(), standing, now)
        self.view.update(self.rows(), touched, hold=self.is_held(), now=now)
        self._draw_list(touched, ticked)
        row = self.chosen()
        nothing = [[Cell(self.app.words.say(f"{self.MAIN}.choose"), "muted")]]
        self.put("why", self.explained(row) if row is not None else nothing)
        self.draw_events()
        self.ring()
        self.offer(*self.ACTS)

    def _draw_list(self, touched: set[str], ticked: bool) -> None:
        grid, words = self.grid(self.MAIN), self.app.words
        grid.empty = words.say(f"{self.MAIN}.no_match" if self.view.filter_text else f"{self.MAIN}.empty")
        first = grid.cursor is None and not grid.order
        grid.show(self.view.order, None if ticked else touched)
        if ticked:
            self.head(grid, heading(f"{self.MAIN}.title", self.view, len(self.rows()), words))
        if first and grid.order:
            grid.put_cursor(grid.order[0])

    def _cells(self, key: str) -> tuple[Cell, ...]:
        row = self.rows().get(key)
        return self.row_cells(row) if row is not None else (Cell(),) * len(self.grid(self.MAIN).columns)

    def chosen(self) -> Row | None:
        """The row under the cursor, as the board knows it now."""
        return self.rows().get(self.grid(self.MAIN).cursor or "")

    # moving

    def moved(self) -> None:
        """The cursor moved: rows stand still for a moment."""
        self._moved_at = self.app.watched.clock()
        self.flush()

    def open_chosen(self) -> None:
        """The panel of the wide layout, for narrow terminals."""
        row = self.chosen()
        if row is not None:
            _ = self.app.push_screen(Why(self.app.words.say(f"{self.MAIN}.one"), self.explained(row)))

    @on(RowGrid.HeaderChosen)
    def _title_chosen(self, event: RowGrid.HeaderChosen) -> None:
        if event.column in self.SORT_OF_COLUMN:
            self.look_by(self.SORT_OF_COLUMN[event.column])

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
        needy = {key for key, row in self.rows().items() if needs_somebody(row)}
        key = next_in_need(self.view.order, needy, self.grid(self.MAIN).cursor)
        if key is None:
            self.app.tell(f"{self.MAIN}.calm")
        else:
            self.go_to(key)

    def action_sort(self) -> None:
        """Next order."""
        self.look_by(self.view.next_sort())

    @override
    def look(self) -> None:
        """Show what the filter's words let through."""
        self.look_by(self.view.sort)

    def look_by(self, sort: OfficeSort) -> None:
        """Show it in that order."""
        self.view.choose(self.rows(), sort=sort, filter_text=self.filter_text(), now=self.app.watched.now())
        self.looked()

    # acts

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greyed (None) while the picture is not current, and when the agent says it is not possible."""
        if action not in self.ACTS:
            return True
        row = self.chosen()
        if row is None or not self.app.watched.standing().may_act:
            return None
        return True if self.ACTS[action] in row.may else None

    async def ask_and_carry(
        self, act: str, verb: str, row: Row, who: str, where: str, send: Callable[[], Awaitable[wire.Done]]
    ) -> None:
        """Ask once more; then `carry`."""
        say = self.app.words.say
        sure = Confirm(say(f"ask.{act}", who=who), where, say(f"ask.{act}.help"))
        if await self.app.push_screen_wait(sure):
            await self.carry(act, verb, row, who, send)

    async def carry(self, act: str, verb: str, row: Row, who: str, send: Callable[[], Awaitable[wire.Done]]) -> None:
        """Look once more, say that it was asked, send, and say what came of it."""
        app, watch = self.app, self.app.watched
        if not watch.standing().may_act:
            app.tell("act.not_now", bad=True)
            return
        now = self.rows().get(row.key)
        if now is None or now.version != row.version or verb not in now.may:
            app.tell("act.changed", bad=True)
            return
        room, about = addressed(row)
        if watch.happenings.pending(act, room, about):
            app.tell("act.pending")
            return
        await self.see_through(watch.happenings.asked_for(act, row, who, watch.now()), send)
