"""Which appointment a recording is of (one of those that fit, or one named by its id), and which unit is meant."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label
from typing_extensions import override

from tui.keys import keys
from tui.screens.spoken import SpokenModal
from tui.text.ages import day_clock
from tui.text.cells import Cell, Column
from tui.text.safe import safe
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire


class ChooseAppointment(SpokenModal[str]):
    """Answers an appointment's id, or nothing when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = keys("back", "next_panel", "previous_panel")

    def __init__(self, where: str, choices: Sequence[wire.Choice]) -> None:
        super().__init__()
        self._where = where
        self._choices = {choice.appointment: choice for choice in choices}

    @override
    def compose(self) -> ComposeResult:
        """The appointments that fit, a line for an id, and what the keys do."""
        words = self.app.words
        say = words.say
        columns = (
            Column("at", say("col.time"), 11),
            Column("citizen", say("col.citizen"), 8, grows=1),
            Column("staff", say("col.staff"), 12, grows=2),
            Column("unit", say("col.unit"), 10, grows=2, gives_way=1),
        )
        with Vertical(classes="dialog"):
            yield Label(Content(say("assign.title")), classes="dialog-title")
            yield Label(Content(self._where), classes="dialog-where")
            yield RowGrid(columns, self._cells, mark=words.sign("cursor"), empty=say("assign.none"), id="choices")
            yield Input(placeholder=say("assign.id"), max_length=64, id="appointment")
            yield Label(Content(say("assign.keys")), classes="dialog-keys")

    def on_mount(self) -> None:
        """The nearest in time is under the cursor; without any the id is asked for."""
        grid = self.query_one(RowGrid)
        grid.show(list(self._choices))
        if grid.order:
            grid.put_cursor(grid.order[0])
            grid.focus()
        else:
            self.query_one(Input).focus()

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        self.close(event.key)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """An id."""
        if event.value.strip():
            self.close(event.value.strip())

    def action_back(self) -> None:
        """Nothing is sent."""
        self.close(None)

    def _cells(self, key: str) -> tuple[Cell, ...]:
        choice = self._choices[key]
        return (
            Cell(day_clock(choice.starts_at, self.app.words), "strong"),
            Cell(safe(choice.citizen, 40)),
            Cell(safe(choice.staff, 60)),
            Cell(safe(choice.unit, 60), "muted"),
        )


class ChooseUnit(SpokenModal[str]):
    """Which unit is meant; the first one is under the cursor. Answers it, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = keys("back")

    def __init__(self, units: Sequence[str]) -> None:
        super().__init__()
        self._units = list(units)

    @override
    def compose(self) -> ComposeResult:
        """The units, and what the keys do."""
        words = self.app.words
        columns = (Column("unit", words.say("col.unit"), 20, grows=1),)
        with Vertical(classes="dialog"):
            yield Label(Content(words.say("unit.choose")), classes="dialog-title")
            yield RowGrid(
                columns, lambda unit: (Cell(safe(unit, 60)),), mark=words.sign("cursor"), empty="", id="units"
            )
            yield Label(Content(words.say("unit.keys")), classes="dialog-keys")

    def on_mount(self) -> None:
        """Ready to choose."""
        grid = self.query_one(RowGrid)
        grid.show(self._units)
        grid.put_cursor(self._units[0])
        grid.focus()

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        self.close(event.key)

    def action_back(self) -> None:
        """None is meant."""
        self.close(None)
