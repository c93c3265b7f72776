"""Every recording on its way into its case: how far, since when, what is stuck and why. Nothing is ever played here."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from typing_extensions import override

from tui.board.recordings import RUNNING, RecordingView
from tui.keys import keys
from tui.screens.custody import ACTS, CustodyScreen
from tui.screens.reading import Why
from tui.text import recordings
from tui.text.cells import Cell, Column
from tui.text.heading import recordings_line
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire


class RecordingsScreen(CustodyScreen):
    """Draws the same board as the first screen; remembers only order, filter and cursor."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "retry", "assign", "discard", "hold", "filter", "sort", "next_alert", "help", "back", "next_panel",
        "previous_panel",
    )  # fmt: skip
    MAIN = "recordings"

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self._on_now: set[str] = set()
        self.query_one("#why").border_title = Content(words.say("recording.title"))
        self.open_list(RecordingView(lambda stage: recordings.stage_word(stage, words)))

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
        self.draw_list(touched, ticked)
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

    @override
    def rows(self) -> Mapping[str, wire.RecordingRow]:
        return self.app.watched.board.recordings

    @override
    def columns(self) -> Sequence[Column]:
        return recordings.columns(self.app.words)

    @override
    def row_cells(self, key: str, row: wire.RecordingRow) -> tuple[Cell, ...]:
        return recordings.cells(row, self.app.watched.now(), self.app.words)

    @override
    def needy(self) -> Collection[str]:
        return self.app.watched.board.stuck

    @on(RowGrid.Highlighted, "#recordings")
    def _highlighted(self) -> None:
        self.moved()

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
