"""Invitations that did not arrive: each way tried, what happens next and when, and who is to be called first."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType
from typing_extensions import override

from tui.agent.client import new_command
from tui.board.office import InvitationView
from tui.keys import keys
from tui.screens.office import OfficeScreen
from tui.text import invitations
from tui.text.ages import day_clock
from tui.text.cells import Cell, Column
from tui.text.heading import invitations_line
from tui.text.safe import safe
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire

ACTS: Final = {"send_link": ("again",)}


class InvitationsScreen(OfficeScreen[wire.InvitationRow]):
    """Everybody of the supervisor's units who has not got what was sent to them."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "send_link", "filter", "sort", "next_alert", "help", "back", "next_panel",
        "previous_panel",
    )  # fmt: skip
    MAIN = "invitations"
    ACTS = ACTS

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self.open_with(InvitationView(lambda step: invitations.next_word(step, words)))

    @override
    def rows(self) -> Mapping[str, wire.InvitationRow]:
        return self.app.watched.board.invitations

    @override
    def take_touched(self) -> set[str]:
        return self.app.watched.take_touched_invitations()

    @override
    def columns(self) -> Sequence[Column]:
        return invitations.columns(self.app.words)

    @override
    def row_cells(self, key: str, row: wire.InvitationRow) -> tuple[Cell, ...]:
        return invitations.cells(row, self.app.words)

    @override
    def explained(self, row: wire.InvitationRow) -> list[list[Cell]]:
        watch = self.app.watched
        return invitations.explained(row, watch.now(), self.app.words, may_act=watch.standing().may_act)

    @override
    def sums(self) -> list[Cell]:
        rows = self.rows().values()
        to_call = sum(row.next is wire.InvitationNext.CALL for row in rows)
        return invitations_line(to_call, len(rows), self.app.words)

    @on(RowGrid.Highlighted, "#invitations")
    def _highlighted(self) -> None:
        self.moved()

    @on(RowGrid.Chosen, "#invitations")
    def _opened(self) -> None:
        self.open_chosen()

    @on(RowGrid.Chosen, "#events")
    def _event_chosen(self, event: RowGrid.Chosen) -> None:
        line = self.app.watched.happenings.get(event.key or "")
        rows = self.rows().items()
        key = next((key for key, row in rows if line is not None and row.appointment == line.knock), None)
        if key is not None:
            self.go_to(key)

    def action_send_link(self) -> None:
        """A fresh link to the citizen."""
        row = self.chosen()
        if row is None:
            return
        words, client = self.app.words, self.app.client
        command = wire.Retry(command=new_command(), version=row.version)
        where = words.say(
            "ask.invitation",
            at=day_clock(row.starts_at, words),
            staff=safe(row.staff, 60) or words.say("invitation.anybody"),
            unit=safe(row.unit, 60) or "–",
        )
        who = invitations.whose(row, words)
        self.run_act(
            self.ask_and_carry(
                "send_link", "again", row, who, where, lambda: client.send_link(row.appointment, command)
            )
        )
