"""The one screen a shift is run from: sums and connection, rooms, lobby, why, events."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static
from typing_extensions import override

from tui.board.numbers import ALL, wait_target
from tui.board.query import Tally, View
from tui.board.queue import Waiting
from tui.board.trail import Followed
from tui.keys import keys
from tui.screens.listed import ListScreen
from tui.screens.reading import Why
from tui.screens.supervising import SupervisingScreen
from tui.text import events, people, rooms
from tui.text.cells import Cell, Column
from tui.text.heading import sums_line
from tui.widgets.key_line import KeyLine
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire

OFFERED: Final = ("let_in", "turn_away", "write", "next", "finish", "reveal")
"""Keys in the line at the bottom; the others are looked at when pressed, or when these change."""


class ShiftScreen(SupervisingScreen, ListScreen[wire.RoomRow]):
    """Draws the board four times a second where it changed; remembers only order, filter and cursors."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "let_in", "turn_away", "write", "next", "finish", "reveal", "write_all", "write_unit", "put_back", "move",
        "stop_recording", "end", "help", "filter", "sort", "next_alert", "back", "next_panel", "previous_panel",
    )  # fmt: skip
    MAIN = "rooms"

    @override
    def compose(self) -> ComposeResult:
        """Top line, a warning line, a revealed name, a filter; then the panels; then the keys."""
        words = self.app.words
        yield from self.top(words.say("rooms.hint"))
        with Container(id="main"):
            yield self.listing()
            yield self.listed("lobby", people.columns(words), self._person_cells, "lobby.empty")
            yield self.listed("events", events.columns(words), self.event_cells, "happened.empty", header=False)
            yield Static(id="why", markup=False)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self._lobby_of: str | None = None
        self._tally = Tally()
        self.query_one("#why").border_title = Content(words.say("why.title"))
        self.open_list(View(lambda phase: rooms.phase_word(phase, words)))

    # drawing

    @override
    def flush(self) -> None:
        """Draw what changed since last time; ages once a second."""
        watch = self.app.watched
        touched = watch.take_touched()
        now, standing = watch.now(), watch.standing()
        ticked = self.ticked(now, standing)
        self._tally.update(watch.board, touched)
        if ticked:
            target = wait_target(watch.board.numbers, ALL)
            sums = sums_line(self._tally.sums(), len(watch.board.stuck), now, target, self.app.words)
            self.draw_standing(sums, standing, now)
        self.view.update(watch.board.rooms, touched, hold=self.is_held(), now=now)
        self.draw_list(touched, ticked)
        self._draw_lobby()
        self.draw_events()
        self.ring()
        self.offer(*OFFERED)

    def _draw_lobby(self) -> None:
        words, lobby = self.app.words, self.grid("lobby")
        room = self.chosen_room()
        key = room.key if room is not None else None
        lobby.show([person.knock for person in room.waiting] if room is not None else [])
        if key != self._lobby_of:
            self._lobby_of = key
            lobby.put_cursor(lobby.order[0] if lobby.order else None)
        title = words.say("lobby.title", staff=rooms.staff_names(room)) if room else words.say("lobby.none")
        self.head(lobby, title)
        person, nothing = self.chosen_person(), [[Cell(words.say("why.empty"), "muted")]]
        self.put("why", people.why(person, self.app.watched.now(), words) if person is not None else nothing)

    @override
    def rows(self) -> Mapping[str, wire.RoomRow]:
        return self.app.watched.board.rooms

    @override
    def columns(self) -> Sequence[Column]:
        return rooms.columns(self.app.words)

    @override
    def row_cells(self, key: str, row: wire.RoomRow) -> tuple[Cell, ...]:
        watch = self.app.watched
        target = wait_target(watch.board.numbers, row.unit)
        return rooms.cells(row, watch.now(), watch.board.need(key), target, self.app.words)

    @override
    def needy(self) -> Collection[str]:
        board = self.app.watched.board
        return board.rings.keys() | board.unread.keys()

    def _person_cells(self, knock: str) -> tuple[Cell, ...]:
        watch, room = self.app.watched, self.chosen_room()
        for place, person in enumerate(room.waiting if room is not None else (), 1):
            if room is not None and person.knock == knock:
                target = wait_target(watch.board.numbers, room.unit)
                return people.cells(place, person, watch.now(), target, self.app.words)
        return (Cell(),) * len(self.grid("lobby").columns)

    # what is chosen

    @override
    def chosen_room(self) -> wire.RoomRow | None:
        """The room under the cursor."""
        return self.chosen()

    @override
    def chosen_person(self) -> wire.WaitingRow | None:
        """The person under the lobby's cursor, only if the lobby drawn is that of the chosen room."""
        room, knock = self.chosen_room(), self.grid("lobby").cursor
        if room is None or room.key != self._lobby_of:
            return None
        return next((person for person in room.waiting if person.knock == knock), None)

    @override
    def to_follow(self) -> Followed | None:
        """The person, where the lobby has the focus; else the room."""
        room, person = self.chosen_room(), self.chosen_person()
        if room is None or person is None or not self.person_is_meant():
            return room
        return Waiting(room, person, room.waiting.index(person) + 1)

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
        self.offer(*OFFERED)

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
            _ = self.app.push_screen(Why(where, people.why(person, self.app.watched.now(), self.app.words)))

    @on(RowGrid.Chosen, "#events")
    def _event_chosen(self, event: RowGrid.Chosen) -> None:
        line = self.app.watched.happenings.get(event.key or "")
        row = self.app.watched.board.named(line.room) if line is not None else None
        if row is not None:
            self.go_to(row.key)

    @override
    def action_back(self) -> None:
        """Hide a name, else clear the filter, else go to the rooms."""
        if not self.hide_name():
            super().action_back()

    def on_screen_suspend(self) -> None:
        """Something lies over the screen: a revealed name goes."""
        self.hide_name()
