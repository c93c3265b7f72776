"""The alerts: what a person must look at, by which rule, whose it is and who saw it; and the note to the next shift.

Nothing is judged here. What is done to the room, recording, call or invitation is done on its own screen; from here one
goes there.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Protocol, runtime_checkable

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static
from typing_extensions import override

from tui.agent.client import new_command
from tui.board import shift_notes
from tui.board.alerts import AlertView, possible, unseen
from tui.keys import keys
from tui.screens.choosing import ChooseUnit
from tui.screens.dialogs import AskWords
from tui.screens.office import OfficeScreen
from tui.screens.reading import Why
from tui.text import alerts
from tui.text.cells import Cell, Column
from tui.text.heading import alerts_line
from tui.text.safe import safe
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire

ACTS: Final[Mapping[str, tuple[wire.AlertAct, ...]]] = {
    "acknowledge": ("acknowledge",), "mine": ("take", "give_back"), "go_there": (), "shift_note": (),
}  # fmt: skip
"""By action: which of these the agent must say is possible."""
_K = wire.AlertKind
SCREEN_OF: Final[Mapping[wire.AlertKind, str]] = {
    _K.STUCK_TURNOVER: "rooms", _K.FROZEN: "rooms", _K.LOST_CALL: "hotline", _K.STUCK_RECORDING: "recordings",
    _K.JUDGE: "lobby", _K.LONG_WAIT: "lobby", _K.NOT_REACHED: "invitations",
}  # fmt: skip


@runtime_checkable
class Reachable(Protocol):
    """A screen on which the cursor can be put on a row."""

    def go_to(self, key: str) -> None:
        """Put the cursor on a row, clearing a filter that hides it."""
        ...


class AlertsScreen(OfficeScreen[wire.AlertRow]):
    """Every alert of the supervisor's units."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "acknowledge", "mine", "go_there", "shift_note", "filter", "sort", "next_alert", "help", "back", "next_panel",
        "previous_panel",
    )  # fmt: skip
    MAIN = "alerts"
    ACTS = ACTS

    @override
    def top(self, hint: str) -> ComposeResult:
        """The note to this shift stands below the top line."""
        yield from super().top(hint)
        yield Static(id="note", markup=False)

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self.open_with(AlertView(lambda kind: alerts.kind_word(kind, words)))

    @override
    def flush(self) -> None:
        """Beside the list: the note of the unit the chosen alert is of, or the newest."""
        super().flush()
        notes, row = self.app.watched.board.shift_notes, self.chosen()
        note = shift_notes.first(notes, row.unit if row is not None else "")
        self.set_class(note is not None, "-noted")
        if note is not None:
            self.put("note", [alerts.note_line(note, len(notes) - 1, self.app.words)])

    @override
    def rows(self) -> Mapping[str, wire.AlertRow]:
        return self.app.watched.board.alerts

    @override
    def take_touched(self) -> set[str]:
        return self.app.watched.take_touched_alerts()

    @override
    def columns(self) -> Sequence[Column]:
        return alerts.columns(self.app.words)

    @override
    def row_cells(self, key: str, row: wire.AlertRow) -> tuple[Cell, ...]:
        return alerts.cells(row, self.app.watched.now(), self.app.words)

    @override
    def explained(self, row: wire.AlertRow) -> list[list[Cell]]:
        watch = self.app.watched
        may_act = watch.standing().may_act
        return alerts.explained(row, watch.now(), self.app.words, you=watch.board.you, may_act=may_act)

    @override
    def sums(self) -> list[Cell]:
        you, rows = self.app.watched.board.you, self.rows()
        mine = sum(row.owner_id == you for row in rows.values()) if you else 0
        return alerts_line(len(unseen(rows)), mine, len(rows), self.app.words)

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Beside what the agent says: no note on a late picture or of no unit, no way to a row that is not there."""
        watch, row = self.app.watched, self.chosen()
        if action == "shift_note":
            return True if watch.standing().may_act and self._units() else None
        if action == "go_there":
            return True if row is not None and watch.board.row(row.about) is not None else None
        return super().check_action(action, parameters)

    @override
    def possible(self, row: wire.AlertRow) -> Sequence[wire.AlertAct]:
        return possible(row, self.app.watched.board.you)

    @on(RowGrid.Highlighted, "#alerts")
    def _highlighted(self) -> None:
        self.moved()

    @on(RowGrid.Chosen, "#alerts")
    def _opened(self) -> None:
        self.open_chosen()

    @on(RowGrid.Chosen, "#events")
    def _event_chosen(self, event: RowGrid.Chosen) -> None:
        line = self.app.watched.happenings.get(event.key or "")
        key = next((key for key, row in self.rows().items() if line is not None and row.alert == line.knock), None)
        if key is not None:
            self.go_to(key)

    # acts

    def action_acknowledge(self) -> None:
        """Say that it was seen."""
        self._do("acknowledge")

    def action_mine(self) -> None:
        """Take it, or give it back."""
        self._do("mine")

    def _do(self, action: str) -> None:
        row = self.chosen()
        verb = next((act for act in ACTS[action] if row is not None and act in self.possible(row)), None)
        if row is None or verb is None:
            return
        client, act = self.app.client, wire.Retry(command=new_command(), version=row.version)
        who = alerts.whose(row, self.app.words)
        self.run_act(self.carry(f"alert_{verb}", verb, row, who, lambda: client.handle_alert(row.alert, verb, act)))

    def action_go_there(self) -> None:
        """To the row it is about, on its own screen."""
        row = self.chosen()
        if row is not None:
            self.run_act(self._go_there(row))

    async def _go_there(self, row: wire.AlertRow) -> None:
        await self.app.switch_mode(SCREEN_OF[row.kind])
        screen = self.app.screen
        key = f"{row.about}\0{row.knock}" if row.knock else row.about
        if isinstance(screen, Reachable):
            screen.call_later(screen.go_to, key)

    # the note to the next shift

    def _units(self) -> list[str]:
        board, row = self.app.watched.board, self.chosen()
        return shift_notes.units(board.numbers, board.shift_notes, row.unit if row is not None else "")

    def action_shift_note(self) -> None:
        """Write it; what stands there is there to be read and changed."""
        self.run_act(self._write_note())

    async def _write_note(self) -> None:
        app, say, units = self.app, self.app.words.say, self._units()
        unit: str | None = units[0]
        if len(units) > 1:
            unit = await app.push_screen_wait(ChooseUnit(units))
        if unit is None:
            return
        before = app.watched.board.shift_notes.get(unit)
        where = alerts.note_head(before, app.words) if before is not None else say("shift_note.none")
        ask = AskWords(
            say("ask.shift_note", unit=safe(unit, 60)), where, say("ask.shift_note.help"),
            least=0, most=wire.LONGEST_SHIFT_NOTE, text=safe(before.text, wire.LONGEST_SHIFT_NOTE) if before else "",
        )  # fmt: skip
        text = await app.push_screen_wait(ask)
        if text is None:
            return
        if not app.watched.standing().may_act:
            app.tell("act.not_now", bad=True)
            return
        act = wire.WriteShiftNote(command=new_command(), text=text)
        line = app.watched.happenings.asked_of_unit("shift_note", unit, app.watched.now())
        await self.see_through(line, lambda: app.client.write_shift_note(unit, act))


class ShiftNotes(Why):
    """What the shift before left, to be read once when the console is opened."""

    TITLE_TEXT = "shift_note.title"
