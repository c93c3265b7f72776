"""What every screen on the live board has: top line, warning, filter, what happened, acts seen through to the end."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import ScreenSuspend
from textual.timer import Timer
from textual.widgets import Input, Static

from tui.agent.client import new_command
from tui.agent.faults import Refused, Unanswered
from tui.board.freshness import Standing, State
from tui.board.happenings import Course, Line
from tui.export import as_csv, file_name, write_new
from tui.keys import keys
from tui.screens.reading import Help
from tui.screens.spoken import SpokenScreen
from tui.text import events
from tui.text.ages import clock
from tui.text.cells import Cell, Column
from tui.text.heading import stale_line
from tui.text.safe import safe
from tui.text.standing import standing_cell
from tui.widgets.lines import to_content
from tui.widgets.row_grid import Cells, RowGrid
from xmpp_agent import wire

FLUSH_EVERY: Final = 0.25
"""Seconds between two drawings of what changed; the number of drawings is what costs, not that of changes."""
HOLD_FOR: Final = 2.0
"""Seconds after a movement of the cursor during which rows do not change places."""
FILTER_PAUSE: Final = 0.15


class LiveScreen(SpokenScreen):
    """Drawn four times a second where it changed, only while it is the mode looked at."""

    BINDINGS: ClassVar[list[BindingType]] = keys("export")
    AUTO_FOCUS = ""
    """Nothing by itself: `begin` says where the keys go. The filter, which comes first, would be styled three times."""
    _drawing = False
    _beginning: Coroutine[None, None, None] | None = None
    """An act that was asked for and has neither its dialog nor been sent."""
    MAIN = ""
    """Id of the grid the screen is about; empty: it has none, and no list of what happened."""

    def begin(self) -> None:
        """Start drawing."""
        self._moved_at = float("-inf")
        self._second = -1
        self._standing: Standing | None = None
        self._followed: tuple[list[str], int] | None = None
        self._offered: tuple[object, ...] = ()
        self._drawn: dict[str, list[list[Cell]]] = {}
        self._titles: dict[str, str] = {}
        self._typing: Timer | None = None
        if self.MAIN:
            self.grid("events").border_title = Content(self.app.words.say("happened.title"))
            self.grid(self.MAIN).focus()
        self.flush()
        self._drawing = True
        self.set_interval(FLUSH_EVERY, self._flush_if_seen)

    def draw_at_once(self) -> None:
        """A picture came: it does not wait for the next drawing. A screen that has not begun draws it when it does."""
        if self._drawing:
            self.flush()

    def flush(self) -> None:
        """Draw what changed since last time; ages once a second."""
        raise NotImplementedError

    def look(self) -> None:
        """Show what the filter's words let through."""
        raise NotImplementedError

    def grid(self, name: str) -> RowGrid:
        """A grid by its id."""
        return self.query_one(f"#{name}", RowGrid)

    def _flush_if_seen(self) -> None:
        if self in self.app.screen_stack:
            self.flush()

    def top(self, hint: str) -> ComposeResult:
        """Sums and connection, the warning line, the filter."""
        with Horizontal(id="top"):
            yield Static(id="sums", markup=False)
            yield Static(id="standing", markup=False)
        yield Static(id="stale", markup=False)
        yield Static(id="followed", markup=False)
        yield Input(placeholder=hint, id="filter", compact=True)

    def listed(self, name: str, columns: Sequence[Column], cells: Cells, empty: str, *, header: bool = True) -> RowGrid:
        """A grid, empty yet."""
        words = self.app.words
        return RowGrid(columns, cells, mark=words.sign("cursor"), empty=words.say(empty), id=name, header=header)

    # drawing

    def is_held(self) -> bool:
        """Whether rows stand still because a hand has just moved the cursor."""
        watch = self.app.watched
        return watch.clock() - self._moved_at < HOLD_FOR

    def ticked(self, now: float, standing: Standing) -> bool:
        """Whether a second passed or the connection changed since last asked."""
        ticked = int(now) != self._second or standing != self._standing
        self._second = int(now)
        return ticked

    def draw_standing(self, sums: list[Cell], standing: Standing, now: float) -> None:
        """The top line, and across the screen when nothing is current."""
        words = self.app.words
        self.query_one("#sums", Static).update(to_content([sums]), layout=False)
        at = Cell(f"  {clock(now, words)}" if standing.state in (State.LIVE, State.PAST) else "", "muted")
        self.put("standing", [[standing_cell(standing, words), at]])
        if self._standing is None or standing.may_act != self._standing.may_act:
            for grid in self.query(RowGrid):
                grid.stale = not standing.may_act and grid.id != "events"
            self.query_one("#stale").display = not standing.may_act  # a class would have the whole screen styled anew
        if not standing.may_act:
            self.query_one("#stale", Static).update(Content(stale_line(now, words)), layout=False)
        self._standing = standing

    def put(self, name: str, lines: list[list[Cell]]) -> None:
        """Words into a line or panel, only when they are other words: laying out anew is costly."""
        if self._drawn.get(name) != lines:
            self._drawn[name] = lines
            self.query_one(f"#{name}", Static).update(to_content(lines))

    def head(self, grid: RowGrid, title: str) -> None:
        """The heading of a grid."""
        if self._titles.get(grid.id or "") != title:
            self._titles[grid.id or ""] = title
            grid.border_title = Content(title)

    def draw_events(self) -> None:
        """What happened; follows while nobody reads in it."""
        grid, lines = self.grid("events"), self.app.watched.happenings.lines
        follows = not grid.has_focus
        order = [line.key for line in lines]
        grid.show(order)
        newest = (order[-1:], grid.max_scroll_y)
        if follows and newest != self._followed:
            grid.scroll_end(animate=False, force=True)
        self._followed = newest

    def on_resize(self) -> None:
        """Where there was more room for a moment, the list of what happened no longer stands at its end."""
        self._followed = None

    def event_cells(self, key: str) -> tuple[Cell, ...]:
        """One line of what happened."""
        line = self.app.watched.happenings.get(key)
        return events.cells(line, self.app.words) if line else (Cell(),) * len(self.grid("events").columns)

    def ring(self) -> None:
        """Once for whatever happened that should be heard."""
        if self.app.watched.loud:
            self.app.watched.loud = False
            self.app.bell()

    def offer(self, *actions: str) -> None:
        """Grey or light up the keys, only when that changed."""
        offered = tuple(self.check_action(action, ()) for action in actions)
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    # filter and help

    def action_filter(self) -> None:
        """Open the filter. It has the focus at once, so that what is typed next works no door."""
        self.add_class("-filtering")
        self.set_focus(self.query_one("#filter", Input))

    @on(Input.Changed, "#filter")
    def _filter_typed(self) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(FILTER_PAUSE, self.look)

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self.look()
        self.grid(self.MAIN).focus()

    def filter_text(self) -> str:
        """What stands in the filter."""
        return self.query_one("#filter", Input).value

    def looked(self) -> None:
        """Another order or filter: draw all of it."""
        self.set_class(bool(self.filter_text()) or self.query_one("#filter").has_focus, "-filtering")
        self._second = -1
        self.flush()

    def close_filter(self) -> None:
        """Show everything again."""
        self.query_one("#filter", Input).value = ""
        self.look()
        self.remove_class("-filtering")

    def action_back(self) -> None:
        """Clear the filter, and go to the list."""
        self.grid(self.MAIN).focus()
        if self.has_class("-filtering"):
            self.close_filter()

    def action_export(self) -> None:
        """Save the list as a file, once that is on record."""
        grid, now = self.grid(self.MAIN), self.app.watched.now()
        text = as_csv(*grid.table())
        self.run_act(self._export(Path.home() / file_name(self.MAIN, now), text, len(grid.order)))

    async def _export(self, path: Path, text: str, count: int) -> None:
        taken = {"command": new_command(), "name": self.MAIN, "rows": count}
        try:
            await self.app.client.list_taken(wire.ListTaken.of(taken))
            await asyncio.to_thread(write_new, path, text)
        except Refused as no:
            self.not_taken(no.problem)
        except Unanswered:
            self.app.tell("export.not_on_record", bad=True)
        except OSError:
            self.app.tell("export.failed", bad=True, path=path)
        else:
            self.app.tell("export.done", n=count, path=path)

    def not_taken(self, problem: wire.Problem) -> None:
        """Say why no file was written."""
        if problem.reason == "audit_unavailable":
            self.app.tell("export.no_record", bad=True)
        else:
            self.app.say_aloud(safe(words_of(problem)), bad=True)

    def action_help(self) -> None:
        """All keys."""
        _ = self.app.push_screen(Help(self.active_bindings))

    # acts

    def run_act(self, work: Coroutine[None, None, None]) -> None:
        """Ask and send without holding up the screen.

        A key that was typed ahead, before a dialog it was meant for could take it, does nothing: it would else work a
        door. What is meant for the filter never comes here: the filter has the focus at once, and no letter works a
        door while it has.
        """
        if self._beginning is not None:
            work.close()
            return
        self._beginning = work
        # The description is given because Textual would else log the arguments.
        self.run_worker(self._begun(work), group="acts", description="an act")

    async def _begun(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        finally:
            if self._beginning is work:
                self._beginning = None

    @on(ScreenSuspend)
    def _covered(self) -> None:
        self._beginning = None  # what was begun has its dialog

    async def see_through(self, line: Line, send: Callable[[], Awaitable[wire.Done]]) -> None:
        """Send what was asked, and say what came of it."""
        self._beginning = None
        try:
            done = await send()
        except Refused as no:
            self._settle(line, Course.REFUSED, words_of(no.problem))
        except Unanswered:
            self._settle(line, Course.UNKNOWN, "")
        else:
            self._settle(line, Course.DONE, done.text)

    def _settle(self, line: Line, course: Course, text: str) -> None:
        self.app.watched.happenings.settled(line, course, text)
        if course is not Course.DONE:
            said = self.app.words.say(f"course.{course.value}", text=safe(text))
            asked = self.app.words.say(f"act.{line.kind}", who=line.who)
            self.app.say_aloud(f"{asked} – {said}", bad=True)


def words_of(problem: wire.Problem) -> str:
    """A refusal in one line."""
    return f"{problem.title}. {problem.detail}".rstrip(". ") + "."
