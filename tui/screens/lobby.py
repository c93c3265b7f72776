"""Everybody who waits, whoever they wait for, longest first; what may be done at a door may be done from here."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from typing_extensions import override

from tui.board.numbers import ALL, wait_target
from tui.board.queue import Queue, QueueView, Waiting
from tui.keys import keys
from tui.screens.listed import ListScreen
from tui.screens.reading import Why
from tui.screens.supervising import SupervisingScreen
from tui.text import people, queue
from tui.text.cells import Cell, Column
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire


class LobbyScreen(SupervisingScreen, ListScreen[Waiting]):
    """Draws the same board as the first screen, a row a person."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "let_in", "turn_away", "write", "move", "write_all", "write_unit", "reveal", "filter", "sort", "next_alert",
        "help", "back", "next_panel", "previous_panel",
    )  # fmt: skip
    MAIN = "queue"

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self.queue = Queue()
        self.query_one("#why").border_title = Content(words.say("why.title"))
        self.open_list(QueueView(lambda person: words.say(f"verdict.{people.verdict(person)}")))

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
            target = wait_target(watch.board.numbers, ALL)
            self.draw_standing(queue.sums_line(self.queue.rows.values(), now, target, words), standing, now)
        self.view.update(self.queue.rows, touched, hold=self.is_held(), now=now)
        self.draw_list(touched, ticked)
        row = self.chosen()
        nothing = [[Cell(words.say("why.empty"), "muted")]]
        self.put("why", people.why(row.person, now, words) if row is not None else nothing)
        self.draw_events()
        self.ring()
        self.offer("let_in", "turn_away", "write", "reveal")

    @override
    def rows(self) -> Mapping[str, Waiting]:
        return self.queue.rows

    @override
    def columns(self) -> Sequence[Column]:
        return queue.columns(self.app.words)

    @override
    def row_cells(self, key: str, row: Waiting) -> tuple[Cell, ...]:
        watch = self.app.watched
        target = wait_target(watch.board.numbers, row.room.unit)
        return queue.cells(row, watch.now(), target, self.app.words)

    @override
    def needy(self) -> Collection[str]:
        """Those whom staff must look at."""
        return {key for key, row in self.queue.rows.items() if row.person.lane == "judge"}

    # what is chosen

    @override
    def chosen_room(self) -> wire.RoomRow | None:
        """The room of the person under the cursor, as the board knows it now."""
        row = self.chosen()
        return self.app.watched.board.rooms.get(row.room.key) if row is not None else None

    @override
    def chosen_person(self) -> wire.WaitingRow | None:
        """The person under the cursor, if still waiting."""
        row, room = self.chosen(), self.chosen_room()
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
        self.hide_name()
        self.moved()

    @on(RowGrid.Chosen, "#queue")
    def _opened(self) -> None:
        row = self.chosen()
        if row is not None:
            where = self.app.words.say("lobby.title", staff=queue.staff_of(row))
            _ = self.app.push_screen(Why(where, people.why(row.person, self.app.watched.now(), self.app.words)))

    @override
    def action_back(self) -> None:
        """Hide a name, else what Esc does on every live screen."""
        if not self.hide_name():
            super().action_back()
