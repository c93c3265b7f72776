"""Everybody who waits, whoever they wait for, longest first; what may be done at a door may be done from here."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static
from typing_extensions import override

from tui.board.listing import next_in_need
from tui.board.queue import Queue, QueueSort, QueueView, Waiting
from tui.keys import keys
from tui.screens.reading import Why
from tui.screens.supervising import SupervisingScreen
from tui.text import events, people, queue
from tui.text.cells import Cell
from tui.widgets.key_line import KeyLine
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire

_SORT_OF_COLUMN: Final = {
    "waited": QueueSort.WAIT, "appointment": QueueSort.APPOINTMENT, "verdict": QueueSort.VERDICT,
    "staff": QueueSort.STAFF, "unit": QueueSort.UNIT,
}  # fmt: skip


class LobbyScreen(SupervisingScreen):
    """Draws the same board as the first screen, a row a person."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "let_in", "turn_away", "write", "move", "write_all", "write_unit", "reveal", "filter", "sort", "next_alert",
        "help", "back", "next_panel", "previous_panel",
    )  # fmt: skip
    MAIN = "queue"

    @override
    def compose(self) -> ComposeResult:
        """Top line, warning, filter; then the list, why the chosen one waits, and what happened; then the keys."""
        words = self.app.words
        yield from self.top(words.say("queue.hint"))
        with Container(id="main"):
            yield self.listed("queue", queue.columns(words), self._cells, "lobby.empty")
            yield Static(id="why", markup=False)
            yield self.listed("events", events.columns(words), self.event_cells, "happened.empty", header=False)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self.queue = Queue()
        self.view = QueueView(lambda person: words.say(f"verdict.{people.verdict(person)}"))
        self.query_one("#why").border_title = Content(words.say("why.title"))
        self.begin()

    def on_screen_resume(self) -> None:
        """What changed while another screen was looked at."""
        self._second = -1
        self.flush()

    def on_screen_suspend(self) -> None:
        """Something lies over the screen: a revealed name goes."""
        self.hide_name()

    @override
    def flush(self) -> None:
        """Draw what changed since last time; ages once a second."""
        watch, words = self.app.watched, self.app.words
        touched = self.queue.update(watch.board.rooms)
        now, standing = watch.now(), watch.standing()
        ticked = self.ticked(now, standing)
        if ticked:
            self.draw_standing(queue.sums_line(self.queue.rows.values(), now, words), standing, now)
        self.view.update(self.queue.rows, touched, hold=self.is_held(), now=now)
        grid = self.grid("queue")
        grid.empty = words.say("queue.no_match" if self.view.filter_text else "lobby.empty")
        first = grid.cursor is None and not grid.order
        grid.show(self.view.order, None if ticked else touched)
        if ticked:
            self.head(grid, queue.heading(self.view, len(self.queue.rows), words))
        if first and grid.order:
            grid.put_cursor(grid.order[0])
        row = self._chosen()
        nothing = [[Cell(words.say("why.empty"), "muted")]]
        self.put("why", people.why(row.person, now, words) if row is not None else nothing)
        self.draw_events()
        self.ring()
        self.offer("let_in", "turn_away", "write", "reveal")

    def _cells(self, key: str) -> tuple[Cell, ...]:
        row = self.queue.rows.get(key)
        if row is None:
            return (Cell(),) * len(self.grid("queue").columns)
        return queue.cells(row, self.app.watched.now(), self.app.words)

    # what is chosen

    def _chosen(self) -> Waiting | None:
        return self.queue.rows.get(self.grid("queue").cursor or "")

    @override
    def chosen_room(self) -> wire.RoomRow | None:
        """The room of the person under the cursor, as the board knows it now."""
        row = self._chosen()
        return self.app.watched.board.rooms.get(row.room.key) if row is not None else None

    @override
    def chosen_person(self) -> wire.WaitingRow | None:
        """The person under the cursor, if still waiting."""
        row, room = self._chosen(), self.chosen_room()
        if row is None or room is None:
            return None
        return next((person for person in room.waiting if person.knock == row.person.knock), None)

    @override
    def choose_first_person(self) -> wire.WaitingRow | None:
        """Nobody: whoever stands first here waits for somebody else."""
        return None

    @override
    def person_is_meant(self) -> bool:
        """Always: every row is a person."""
        return True

    @on(RowGrid.Highlighted, "#queue")
    def _highlighted(self) -> None:
        self._moved_at = self.app.watched.clock()
        self.hide_name()
        self.flush()

    @on(RowGrid.Chosen, "#queue")
    def _opened(self) -> None:
        row = self._chosen()
        if row is not None:
            where = self.app.words.say("lobby.title", staff=queue.staff_of(row))
            _ = self.app.push_screen(Why(where, people.why(row.person, self.app.watched.now(), self.app.words)))

    @on(RowGrid.HeaderChosen)
    def _title_chosen(self, event: RowGrid.HeaderChosen) -> None:
        if event.column in _SORT_OF_COLUMN:
            self._look(_SORT_OF_COLUMN[event.column])

    def go_to(self, key: str) -> None:
        """Put the cursor on a person, clearing a filter that hides them."""
        self.flush()
        if key not in self.view.order:
            self.close_filter()
        grid = self.grid("queue")
        grid.show(self.view.order)
        grid.put_cursor(key)
        grid.focus()

    # keys of the list

    def action_next_alert(self) -> None:
        """Go to the next one whom staff must look at."""
        judged = {key for key, row in self.queue.rows.items() if row.person.lane == "judge"}
        key = next_in_need(self.view.order, judged, self.grid("queue").cursor)
        if key is None:
            self.app.tell("queue.none_to_judge")
        else:
            self.grid("queue").put_cursor(key)

    def action_sort(self) -> None:
        """Next order."""
        self._look(self.view.sort.next())

    @override
    def look(self) -> None:
        """Show what the filter's words let through."""
        self._look(self.view.sort)

    def _look(self, sort: QueueSort) -> None:
        self.view.choose(self.queue.rows, sort=sort, filter_text=self.filter_text(), now=self.app.watched.now())
        self.looked()

    @override
    def action_back(self) -> None:
        """Hide a name, else what Esc does on every live screen."""
        if not self.hide_name():
            super().action_back()
