"""The one screen a shift is run from: sums and connection, rooms, lobby, why, events."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static
from typing_extensions import override

from tui.board.freshness import Standing, State
from tui.board.query import Sort, Tally, View, next_alert
from tui.keys import keys
from tui.screens.doors import DoorScreen
from tui.screens.reading import Help, Why
from tui.text import events, people, rooms
from tui.text.ages import clock
from tui.text.cells import Cell
from tui.text.heading import rooms_heading, stale_line, sums_line
from tui.text.standing import standing_cell
from tui.widgets.key_line import KeyLine
from tui.widgets.lines import to_content
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire

FLUSH_EVERY: Final = 0.25
"""Seconds between two drawings of what changed; the number of drawings is what costs, not that of changes."""
HOLD_FOR: Final = 2.0
"""Seconds after a movement of the cursor during which rows do not change places."""
FILTER_PAUSE: Final = 0.15
_SORT_OF_COLUMN: Final = {
    "alert": Sort.NEED, "state": Sort.NEED, "staff": Sort.STAFF, "unit": Sort.UNIT, "visit": Sort.VISIT,
    "waiting": Sort.WAIT, "longest": Sort.WAIT,
}  # fmt: skip


class ShiftScreen(DoorScreen):
    """Draws the board four times a second where it changed; remembers only order, filter and cursors."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "let_in", "turn_away", "write", "write_all", "finish", "reveal", "filter", "sort", "next_alert", "help",
        "back", "next_panel", "previous_panel",
    )  # fmt: skip

    @override
    def compose(self) -> ComposeResult:
        """Top line, a warning line, a revealed name, a filter; then the panels; then the keys."""
        words = self.app.words
        with Horizontal(id="top"):
            yield Static(id="sums", markup=False)
            yield Static(id="standing", markup=False)
        yield Static(id="stale", markup=False)
        yield Input(placeholder=words.say("filter.hint"), id="filter", compact=True)
        mark = words.sign("cursor")
        with Container(id="main"):
            yield RowGrid(rooms.columns(words), self._room_cells, mark=mark, empty=words.say("rooms.empty"), id="rooms")
            yield RowGrid(
                people.columns(words), self._person_cells, mark=mark, empty=words.say("lobby.empty"), id="lobby"
            )
            yield RowGrid(
                events.columns(words),
                self._event_cells,
                mark=mark,
                empty=words.say("happened.empty"),
                id="events",
                header=False,
            )
            yield Static(id="why", markup=False)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self.view = View(lambda phase: rooms.phase_word(phase, words))
        self._moved_at = float("-inf")
        self._second = -1
        self._standing: Standing | None = None
        self._offered: tuple[object, ...] = ()
        self._lobby_of: str | None = None
        self._began = False
        self._tally = Tally()
        self._drawn: dict[str, list[list[Cell]]] = {}
        self._titles: dict[str, str] = {}
        self._typing: Timer | None = None
        self.grid("events").border_title = Content(words.say("happened.title"))
        self.query_one("#why").border_title = Content(words.say("why.title"))
        self.grid("rooms").focus()
        self.flush()
        self.set_interval(FLUSH_EVERY, self.flush)

    def grid(self, name: str) -> RowGrid:
        """`rooms`, `lobby` or `events`."""
        return self.query_one(f"#{name}", RowGrid)

    # drawing

    def flush(self) -> None:
        """Draw what changed since last time; ages once a second."""
        watch = self.app.watched
        touched = watch.take_touched()
        now, standing = watch.now(), watch.standing()
        ticked = int(now) != self._second or standing != self._standing
        self._second = int(now)
        self._tally.update(watch.board.rooms, touched, watch.board.unread)
        if ticked:
            self._draw_standing(standing, now)
        held = watch.clock() - self._moved_at < HOLD_FOR
        self.view.update(watch.board.rooms, touched, hold=held)
        self._draw_rooms(touched, ticked)
        self._draw_lobby()
        self._draw_events()
        self._ring()
        self._offer()

    def _draw_standing(self, standing: Standing, now: float) -> None:
        words = self.app.words
        self.query_one("#sums", Static).update(to_content([sums_line(self._tally.sums(now), now, words)]), layout=False)
        at = Cell(f"  {clock(now)}" if standing.state is State.LIVE else "", "muted")
        self._put("standing", [[standing_cell(standing, words), at]])
        if self._standing is None or standing.may_act != self._standing.may_act:
            for grid in self.query(RowGrid):
                grid.stale = not standing.may_act and grid.id != "events"
            self.set_class(not standing.may_act, "-not-current")
        if not standing.may_act:
            self.query_one("#stale", Static).update(Content(stale_line(now, words)), layout=False)
        self._standing = standing

    def _put(self, name: str, lines: list[list[Cell]]) -> None:
        """Words into a line or panel, only when they are other words: laying out anew is costly."""
        if self._drawn.get(name) != lines:
            self._drawn[name] = lines
            self.query_one(f"#{name}", Static).update(to_content(lines))

    def _title(self, grid: RowGrid, title: str) -> None:
        if self._titles.get(grid.id or "") != title:
            self._titles[grid.id or ""] = title
            grid.border_title = Content(title)

    def _draw_rooms(self, touched: set[str], ticked: bool) -> None:
        grid = self.grid("rooms")
        filtered = bool(self.view.filter_text)
        grid.empty = self.app.words.say("rooms.no_match" if filtered else "rooms.empty")
        grid.show(self.view.order, None if ticked else touched)
        if ticked:
            total = len(self.app.watched.board.rooms)
            self._title(grid, rooms_heading(self.view, total, self.app.words))
        if not self._began and grid.order:
            self._began = True
            grid.put_cursor(grid.order[0])

    def _draw_lobby(self) -> None:
        words, lobby = self.app.words, self.grid("lobby")
        room = self.chosen_room()
        key = room.key if room is not None else None
        lobby.show([person.knock for person in room.waiting] if room is not None else [])
        if key != self._lobby_of:
            self._lobby_of = key
            lobby.put_cursor(lobby.order[0] if lobby.order else None)
        title = words.say("lobby.title", staff=rooms.staff_names(room)) if room else words.say("lobby.none")
        self._title(lobby, title)
        person = self.chosen_person()
        lines = people.why(person, words) if person else [[Cell(words.say("why.empty"), "muted")]]
        self._put("why", lines)

    def _draw_events(self) -> None:
        grid, lines = self.grid("events"), self.app.watched.happenings.lines
        follows = not grid.has_focus
        order = [line.key for line in lines]
        longer = order[-1:] != grid.order[-1:]
        grid.show(order)
        if follows and longer:
            grid.scroll_end(animate=False)

    def _ring(self) -> None:
        if self.app.watched.loud:
            self.app.watched.loud = False
            self.app.bell()

    def _offer(self) -> None:
        """Grey or light up the keys, only when that changed."""
        offered = tuple(self.check_action(action, ()) for action in ("let_in", "finish", "reveal"))
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()

    def _room_cells(self, key: str) -> tuple[Cell, ...]:
        watch = self.app.watched
        row = watch.board.rooms.get(key)
        if row is None:
            return (Cell(),) * len(self.grid("rooms").columns)
        return rooms.cells(row, watch.now(), watch.board.unread.get(key, 0), self.app.words)

    def _person_cells(self, knock: str) -> tuple[Cell, ...]:
        room = self.chosen_room()
        for place, person in enumerate(room.waiting if room is not None else (), 1):
            if person.knock == knock:
                return people.cells(place, person, self.app.watched.now(), self.app.words)
        return (Cell(),) * len(self.grid("lobby").columns)

    def _event_cells(self, key: str) -> tuple[Cell, ...]:
        line = self.app.watched.happenings.get(key)
        return events.cells(line, self.app.words) if line else (Cell(),) * len(self.grid("events").columns)

    # what is chosen

    @override
    def chosen_room(self) -> wire.RoomRow | None:
        """The room under the cursor."""
        return self.app.watched.board.rooms.get(self.grid("rooms").cursor or "")

    @override
    def chosen_person(self) -> wire.WaitingRow | None:
        """The person under the lobby's cursor, only if the lobby drawn is that of the chosen room."""
        room, knock = self.chosen_room(), self.grid("lobby").cursor
        if room is None or room.key != self._lobby_of:
            return None
        return next((person for person in room.waiting if person.knock == knock), None)

    @override
    def choose_first_person(self) -> wire.WaitingRow | None:
        """Put the lobby's cursor on the first in line."""
        self._draw_lobby()
        lobby = self.grid("lobby")
        lobby.put_cursor(lobby.order[0] if lobby.order else None)
        return self.chosen_person()

    @override
    def person_is_meant(self) -> bool:
        """Whether the lobby has the focus."""
        return self.grid("lobby").has_focus

    @on(RowGrid.Highlighted, "#rooms")
    def _room_highlighted(self, event: RowGrid.Highlighted) -> None:
        self._moved_at = self.app.watched.clock()
        self.hide_name()
        if event.key is not None:
            self.app.watched.read(event.key)
        self._draw_lobby()
        self._offer()

    @on(RowGrid.Highlighted, "#lobby")
    def _person_highlighted(self) -> None:
        self._draw_lobby()

    @on(RowGrid.Chosen, "#rooms")
    def _room_chosen(self) -> None:
        self.grid("lobby").focus()

    @on(RowGrid.Chosen, "#lobby")
    def _person_chosen(self) -> None:
        room, person = self.chosen_room(), self.chosen_person()
        if room is not None and person is not None:
            where = self.app.words.say("lobby.title", staff=rooms.staff_names(room))
            _ = self.app.push_screen(Why(where, people.why(person, self.app.words)))

    @on(RowGrid.Chosen, "#events")
    def _event_chosen(self, event: RowGrid.Chosen) -> None:
        line = self.app.watched.happenings.get(event.key or "")
        row = self.app.watched.board.named(line.room) if line is not None else None
        if row is not None:
            self.go_to(row.key)

    @on(RowGrid.HeaderChosen)
    def _title_chosen(self, event: RowGrid.HeaderChosen) -> None:
        if event.column in _SORT_OF_COLUMN:
            self._look(sort=_SORT_OF_COLUMN[event.column])

    # keys of the list

    def go_to(self, key: str) -> None:
        """Put the cursor on a room, clearing a filter that hides it."""
        if key not in self.view.order:
            self._close_filter()
        grid = self.grid("rooms")
        grid.show(self.view.order)
        grid.put_cursor(key)
        grid.focus()

    def action_next_alert(self) -> None:
        """Go to the next room that needs somebody."""
        watch = self.app.watched
        cursor = self.grid("rooms").cursor
        key = next_alert(self.view.order, watch.board.rooms, watch.board.unread, watch.now(), cursor)
        if key is None:
            self.app.tell("alert.none")
        else:
            self.go_to(key)

    def action_sort(self) -> None:
        """Next order."""
        self._look(sort=self.view.sort.next())

    def action_filter(self) -> None:
        """Open the filter."""
        self.add_class("-filtering")
        self.query_one("#filter", Input).focus()

    @on(Input.Changed, "#filter")
    def _filter_typed(self) -> None:
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(FILTER_PAUSE, self._look)

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self._look()
        self.grid("rooms").focus()

    def _look(self, sort: Sort | None = None) -> None:
        text = self.query_one("#filter", Input).value
        self.view.choose(self.app.watched.board.rooms, sort=sort or self.view.sort, filter_text=text)
        self.set_class(bool(text) or self.query_one("#filter").has_focus, "-filtering")
        self._second = -1
        self.flush()

    def _close_filter(self) -> None:
        self.query_one("#filter", Input).value = ""
        self._look()
        self.remove_class("-filtering")

    def action_back(self) -> None:
        """Hide a name, else clear the filter, else go to the rooms."""
        if self.hide_name():
            return
        self.grid("rooms").focus()
        if self.has_class("-filtering"):
            self._close_filter()

    def action_help(self) -> None:
        """All keys."""
        _ = self.app.push_screen(Help(self.active_bindings))

    def on_screen_suspend(self) -> None:
        """Something lies over the screen: a revealed name goes."""
        self.hide_name()
