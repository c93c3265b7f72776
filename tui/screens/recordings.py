"""Every recording on its way into its case: how far, since when, what is stuck and why. Nothing is ever played here."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static
from typing_extensions import override

from tui.board.listing import next_in_need
from tui.board.recordings import RUNNING, RecordingSort, RecordingView
from tui.keys import keys
from tui.screens.custody import ACTS, CustodyScreen
from tui.screens.reading import Why
from tui.text import events, recordings
from tui.text.cells import Cell
from tui.text.heading import recordings_heading, recordings_line
from tui.widgets.key_line import KeyLine
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire

_SORT_OF_COLUMN: Final = {
    "alert": RecordingSort.NEED, "stage": RecordingSort.NEED, "age": RecordingSort.OLDEST,
    "staff": RecordingSort.STAFF, "unit": RecordingSort.UNIT,
}  # fmt: skip


class RecordingsScreen(CustodyScreen):
    """Draws the same board as the first screen; remembers only order, filter and cursor."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "retry", "assign", "discard", "hold", "filter", "sort", "next_alert", "help", "back", "next_panel",
        "previous_panel",
    )  # fmt: skip
    MAIN = "recordings"

    @override
    def compose(self) -> ComposeResult:
        """Top line, warning, filter; then the list, the one chosen, and what happened; then the keys."""
        words = self.app.words
        yield from self.top(words.say("recordings.hint"))
        with Container(id="main"):
            yield self.listed("recordings", recordings.columns(words), self._cells, "recordings.empty")
            yield Static(id="why", markup=False)
            yield self.listed("events", events.columns(words), self.event_cells, "happened.empty", header=False)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self.view = RecordingView(lambda stage: recordings.stage_word(stage, words))
        watch = self.app.watched
        self.view.update(watch.board.recordings, watch.board.recordings, hold=False, now=watch.now())
        self._on_now: set[str] = set()
        self.query_one("#why").border_title = Content(words.say("recording.title"))
        self.begin()

    def on_screen_resume(self) -> None:
        """What changed while another screen was looked at."""
        self._second = -1
        self.flush()

    @override
    def flush(self) -> None:
        """Draw what changed since last time; ages once a second."""
        watch = self.app.watched
        rows, touched = watch.board.recordings, watch.take_touched_recordings()
        now, standing = watch.now(), watch.standing()
        ticked = self.ticked(now, standing)
        self._count_running(touched)
        if ticked:
            sums = recordings_line(len(watch.board.stuck), len(self._on_now), len(rows), self.app.words)
            self.draw_standing(sums, standing, now)
        self.view.update(rows, touched, hold=self.is_held(), now=now)
        self._draw_list(touched, ticked)
        row = self.chosen()
        nothing = [[Cell(self.app.words.say("recording.none"), "muted")]]
        self.put("why", recordings.explained(row, now, self.app.words) if row is not None else nothing)
        self.draw_events()
        self.ring()
        self.offer(*ACTS)

    def _count_running(self, touched: set[str]) -> None:
        rows = self.app.watched.board.recordings
        running = {key for key in touched if key in rows and rows[key].stage in RUNNING}
        self._on_now = (self._on_now - touched) | running

    def _draw_list(self, touched: set[str], ticked: bool) -> None:
        grid = self.grid("recordings")
        grid.empty = self.app.words.say("recordings.no_match" if self.view.filter_text else "recordings.empty")
        first = grid.cursor is None and not grid.order
        grid.show(self.view.order, None if ticked else touched)
        if ticked:
            self.head(grid, recordings_heading(self.view, len(self.app.watched.board.recordings), self.app.words))
        if first and grid.order:
            grid.put_cursor(grid.order[0])

    def _cells(self, key: str) -> tuple[Cell, ...]:
        row = self.app.watched.board.recordings.get(key)
        if row is None:
            return (Cell(),) * len(self.grid("recordings").columns)
        return recordings.cells(row, self.app.watched.now(), self.app.words)

    @override
    def chosen(self) -> wire.RecordingRow | None:
        """The recording under the cursor."""
        return self.app.watched.board.recordings.get(self.grid("recordings").cursor or "")

    @on(RowGrid.Highlighted, "#recordings")
    def _highlighted(self) -> None:
        self._moved_at = self.app.watched.clock()
        self.flush()

    @on(RowGrid.Chosen, "#recordings")
    def _opened(self) -> None:
        row = self.chosen()
        if row is not None:
            words, now = self.app.words, self.app.watched.now()
            _ = self.app.push_screen(Why(words.say("recording.title"), recordings.explained(row, now, words)))

    @on(RowGrid.Chosen, "#events")
    def _event_chosen(self, event: RowGrid.Chosen) -> None:
        line = self.app.watched.happenings.get(event.key or "")
        rows = self.app.watched.board.recordings.values()
        row = next((each for each in rows if line is not None and each.recording == line.knock), None)
        if row is not None:
            self.go_to(row.key)

    @on(RowGrid.HeaderChosen)
    def _title_chosen(self, event: RowGrid.HeaderChosen) -> None:
        if event.column in _SORT_OF_COLUMN:
            self._look(_SORT_OF_COLUMN[event.column])

    def go_to(self, key: str) -> None:
        """Put the cursor on a recording, clearing a filter that hides it."""
        if key not in self.view.order:
            self.close_filter()
        grid = self.grid("recordings")
        grid.show(self.view.order)
        grid.put_cursor(key)
        grid.focus()

    def action_next_alert(self) -> None:
        """Go to the next one that is stuck."""
        key = next_in_need(self.view.order, self.app.watched.board.stuck, self.grid("recordings").cursor)
        if key is None:
            self.app.tell("recording.none_stuck")
        else:
            self.go_to(key)

    def action_sort(self) -> None:
        """Next order."""
        self._look(self.view.sort.next())

    @override
    def look(self) -> None:
        """Show what the filter's words let through."""
        self._look(self.view.sort)

    def _look(self, sort: RecordingSort) -> None:
        watch = self.app.watched
        self.view.choose(watch.board.recordings, sort=sort, filter_text=self.filter_text(), now=watch.now())
        self.looked()
