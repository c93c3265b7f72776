"""The audit: its newest lines as they are written, and what was looked up in it. Lines are read here, never changed."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from typing_extensions import override

from tui.board.audit import AuditView
from tui.keys import keys
from tui.screens.audit_looks import AuditLooks
from tui.text import audit
from tui.text.ages import clock
from tui.text.cells import Cell, Column
from tui.text.safe import safe
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire


class AuditScreen(AuditLooks):
    """Shows either the newest lines, or those that were looked up; which of the two is said in both headings."""

    BINDINGS: ClassVar[list[BindingType]] = keys(
        "audit_search", "audit_person", "audit_room", "audit_more", "audit_take", "audit_take_room", "filter", "sort",
        "next_alert", "help", "back", "next_panel", "previous_panel",
    )  # fmt: skip
    MAIN = "audit"
    _began = True
    """The newest lines come on top, and the cursor is on none of them until a person puts it there."""

    def on_mount(self) -> None:
        """Start drawing."""
        words = self.app.words
        self.query_one("#why").border_title = Content(words.say("audit.one"))
        self.open_list(AuditView(lambda row: audit.spoken(row, words)))

    def on_screen_resume(self) -> None:
        """What changed while another screen was looked at."""
        self._second = -1
        self.flush()

    # drawing

    @override
    def flush(self) -> None:
        """Draw what changed since last time."""
        watch = self.app.watched
        touched, now, standing = watch.take_touched_audit(), watch.now(), watch.standing()
        touched = touched if self.looked_up is None else set()
        ticked = self.ticked(now, standing)
        if ticked or touched:
            self.draw_standing(self._sums(), standing, now)
        self.view.update(self.rows(), touched, hold=self.is_held(), now=now)
        self.draw_list(touched, ticked)
        row, words = self.chosen(), self.app.words
        nothing = [[Cell(words.say("audit.choose"), "muted")]]
        self.put("why", audit.summed_up(row, words) if row is not None else nothing)
        self.draw_events()
        self.ring()
        self.offer("audit_person", "audit_room", "audit_more", "audit_take")

    @override
    def empty(self) -> str:
        return "audit.none_found" if self.looked_up is not None else super().empty()

    @override
    def heading(self) -> str:
        say, found, skipped = self.app.words.say, self.looked_up, self.app.watched.board.audit.skipped
        if found is not None:
            parts = [say("audit.looked_up", at=clock(found.page.now, self.app.words, seconds=True), what=found.what)]
            parts += [say("audit.more")] if found.more is not None else []
            parts += [] if found.page.complete else [say("audit.not_all")]
            parts.append(say("audit.live_again"))
        else:
            parts = [say("audit.title"), self.sorted_by()]
            parts += [say("audit.skipped", n=skipped)] if skipped else []
        if self.view.filter_text:
            text, shown = safe(self.view.filter_text, 30), len(self.view.order)
            parts.append(say("rooms.filtered", text=text, shown=shown, all=len(self.rows())))
        return " · ".join([*parts, *([say("rooms.held")] if self.view.held else [])])

    def _sums(self) -> list[Cell]:
        words, rows = self.app.words, self.rows().values()
        no = sum(row.decision == "refuse" for row in rows)
        refused = words.signed("refuse", words.say("top.audit_no", n=no))
        line = [Cell(words.say("top.name"), "strong")]
        if self.looked_up is not None:
            line.append(
                Cell(f"  {words.say('top.looked_up', at=clock(self.looked_up.page.now, words, seconds=True))}", "warn")
            )
        line.append(Cell(f"  {refused}", "warn") if no else Cell(f"  {words.say('top.audit_calm')}", "muted"))
        return [*line, Cell(f"   {words.say('top.audit', n=len(rows))}")]

    @override
    def columns(self) -> Sequence[Column]:
        return audit.columns(self.app.words)

    @override
    def row_cells(self, key: str, row: wire.AuditRow) -> tuple[Cell, ...]:
        return audit.cells(row, self.app.words)

    @override
    def needy(self) -> Collection[str]:
        """Refusals."""
        return {key for key, row in self.rows().items() if row.decision == "refuse"}

    # moving and finding

    @on(RowGrid.Highlighted, "#audit")
    def _highlighted(self) -> None:
        self.moved()

    @override
    def shown(self) -> None:
        """Other lines than before: no row is the one that was under the cursor."""
        grid = self.grid("audit")
        grid.put_cursor(None)
        self.look()
        if self.looked_up is not None and self.view.order:
            grid.put_cursor(self.view.order[0])

    @override
    def action_back(self) -> None:
        """Clear the filter; then the newest lines again."""
        if self.looked_up is not None and not self.has_class("-filtering") and self.app.watched.then is None:
            self.show(None)
        else:
            super().action_back()

    @on(RowGrid.Chosen, "#audit")
    def _opened(self) -> None:
        row = self.chosen()
        if row is not None:
            self.run_act(self.open_line(row))
