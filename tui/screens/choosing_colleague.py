"""To whom somebody who waits is moved: one of those the agent says may take them."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label
from typing_extensions import override

from tui.keys import keys
from tui.screens.spoken import SpokenModal
from tui.text.cells import Cell, Column
from tui.text.safe import safe
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire


class ChooseColleague(SpokenModal[wire.Colleague]):
    """Answers the colleague, or nothing when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = keys("back")

    def __init__(self, title: str, where: str, colleagues: Sequence[wire.Colleague]) -> None:
        super().__init__()
        self._title, self._where = title, where
        self._colleagues = {one.colleague: one for one in colleagues}

    @override
    def compose(self) -> ComposeResult:
        """Whom it is about and where, those to choose from, and what the keys do."""
        words = self.app.words
        say = words.say
        columns = (
            Column("staff", say("col.staff"), 16, grows=3),
            Column("room", say("col.state"), 12, grows=1),
            Column("waiting", say("col.waiting"), 5, "right"),
        )
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog-title")
            yield Label(Content(self._where), classes="dialog-where")
            yield RowGrid(columns, self._cells, mark=words.sign("cursor"), empty=say("move.none"), id="colleagues")
            yield Label(Content(say("move.keys")), classes="dialog-keys")

    def on_mount(self) -> None:
        """The first is under the cursor."""
        grid = self.query_one(RowGrid)
        grid.show(list(self._colleagues))
        if grid.order:
            grid.put_cursor(grid.order[0])
        grid.focus()

    @on(RowGrid.Chosen)
    def _chosen(self, event: RowGrid.Chosen) -> None:
        self.close(self._colleagues.get(event.key or ""))

    def action_back(self) -> None:
        """Nothing is sent."""
        self.close(None)

    def _cells(self, key: str) -> tuple[Cell, ...]:
        one, say = self._colleagues[key], self.app.words.say
        there = Cell(say("move.open"), "good") if one.open else Cell(say("move.shut"), "muted")
        return Cell(safe(one.name, 60), "strong"), there, Cell(str(one.waiting) if one.waiting else "·", "muted")
