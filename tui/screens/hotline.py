"""The hotline: who rings, who is inside, with whom contact is lost, and whether somebody rings them back."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType
from typing_extensions import override

from tui.agent.client import new_command
from tui.board.office import CallView, needs_somebody
from tui.keys import keys
from tui.screens.office import OfficeScreen
from tui.text import calls
from tui.text.cells import Cell, Column
from tui.text.heading import calls_line
from tui.text.safe import safe
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire

ACTS: Final = {"send_link": ("again",), "promise": ("promise",), "taken": ("taken",)}


class HotlineScreen(OfficeScreen[wire.CallRow]):
    """Every call of the supervisor's units that is not over."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "send_link", "promise", "taken", "filter", "sort", "next_alert", "help",
        "back", "next_panel", "previous_panel",
    )  # fmt: skip
    MAIN = "hotline"
    ACTS = ACTS

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self.open_with(CallView(lambda stage: calls.stage_word(stage, words)))

    @override
    def rows(self) -> Mapping[str, wire.CallRow]:
        return self.app.watched.board.calls

    @override
    def take_touched(self) -> set[str]:
        return self.app.watched.take_touched_calls()

    @override
    def columns(self) -> Sequence[Column]:
        return calls.columns(self.app.words)

    @override
    def row_cells(self, key: str, row: wire.CallRow) -> tuple[Cell, ...]:
        return calls.cells(row, self.app.watched.now(), self.app.words)

    @override
    def explained(self, row: wire.CallRow) -> list[list[Cell]]:
        watch = self.app.watched
        return calls.explained(row, watch.now(), self.app.words, may_act=watch.standing().may_act)

    @override
    def sums(self) -> list[Cell]:
        rows = self.rows().values()
        inside = sum(row.stage is wire.CallStage.INSIDE for row in rows)
        return calls_line(sum(needs_somebody(row) for row in rows), inside, len(rows), self.app.words)

    @on(RowGrid.Highlighted, "#hotline")
    def _highlighted(self) -> None:
        self.moved()

    @on(RowGrid.Chosen, "#hotline")
    def _opened(self) -> None:
        self.open_chosen()

    @on(RowGrid.Chosen, "#events")
    def _event_chosen(self, event: RowGrid.Chosen) -> None:
        line = self.app.watched.happenings.get(event.key or "")
        key = next((key for key, row in self.rows().items() if line is not None and row.call == line.knock), None)
        if key is not None:
            self.go_to(key)

    def action_send_link(self) -> None:
        """The link once more."""
        self._ask("call_link", "again")

    def action_promise(self) -> None:
        """Somebody rings back."""
        self._ask("promise", "promise")

    def action_taken(self) -> None:
        """They were rung back."""
        self._ask("taken", "taken")

    def _ask(self, act: str, verb: wire.CallAct) -> None:
        row = self.chosen()
        if row is None:
            return
        words, client = self.app.words, self.app.client
        command = wire.Retry(command=new_command(), version=row.version)
        where = words.say(
            "ask.call",
            stage=calls.stage_word(row.stage, words),
            staff=safe(row.staff, 60) or "–",
            unit=safe(row.unit, 60) or "–",
        )
        who = calls.whose(row, words)
        self.run_act(
            self.ask_and_carry(act, verb, row, who, where, lambda: client.handle_call(row.call, verb, command))
        )
