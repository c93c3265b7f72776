"""What the screens of hotline and invitations share: a list, the one chosen, what happened; and acts on the one chosen.

Which one is fixed when the key is pressed, by key and never by place; asked once more; sent with the version that was
seen, so that the agent refuses what changed meanwhile.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

from textual.content import Content
from typing_extensions import override

from tui.board.happenings import addressed
from tui.board.listing import Listing
from tui.board.office import needs_somebody
from tui.screens.dialogs import Confirm
from tui.screens.listed import ListScreen
from tui.screens.reading import Why
from tui.text.cells import Cell
from xmpp_agent import wire

Office = TypeVar("Office", wire.CallRow, wire.InvitationRow, wire.AlertRow)


class OfficeScreen(ListScreen[Office], Generic[Office]):
    """Draws the same board as the first screen; remembers only order, filter and cursor."""

    ACTS: Mapping[str, Collection[str]] = {}
    """By action: which of these the agent must say is possible."""

    def take_touched(self) -> set[str]:
        """Keys of rows that may look different since this was last asked."""
        raise NotImplementedError

    def explained(self, row: Office) -> list[list[Cell]]:
        """Everything that is known of one."""
        raise NotImplementedError

    def sums(self) -> list[Cell]:
        """The top line."""
        raise NotImplementedError

    def possible(self, row: Office) -> Collection[str]:
        """What the agent says may be done about one by whoever looks."""
        return row.may

    def open_with(self, view: Listing[Office]) -> None:
        """Start drawing."""
        self.query_one("#why").border_title = Content(self.app.words.say(f"{self.MAIN}.one"))
        self.open_list(view)

    def on_screen_resume(self) -> None:
        """What changed while another screen was looked at."""
        self._second = -1
        self.flush()

    @override
    def flush(self) -> None:
        """Draw what changed since last time; ages once a second."""
        watch = self.app.watched
        touched, now, standing = self.take_touched(), watch.now(), watch.standing()
        ticked = self.ticked(now, standing)
        if ticked or touched:
            self.draw_standing(self.sums(), standing, now)
        self.view.update(self.rows(), touched, hold=self.is_held(), now=now)
        self.draw_list(touched, ticked)
        row = self.chosen()
        nothing = [[Cell(self.app.words.say(f"{self.MAIN}.choose"), "muted")]]
        self.put("why", self.explained(row) if row is not None else nothing)
        self.draw_events()
        self.ring()
        self.offer(*self.ACTS)

    # moving

    def open_chosen(self) -> None:
        """The panel of the wide layout, for narrow terminals."""
        row = self.chosen()
        if row is not None:
            _ = self.app.push_screen(Why(self.app.words.say(f"{self.MAIN}.one"), self.explained(row)))

    @override
    def needy(self) -> Collection[str]:
        return {key for key, row in self.rows().items() if needs_somebody(row)}

    # acts

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Greyed (None) while the picture is not current, and when the agent says it is not possible."""
        if action not in self.ACTS:
            return True
        row = self.chosen()
        if row is None or not self.app.watched.standing().may_act:
            return None
        return True if set(self.ACTS[action]) & set(self.possible(row)) else None

    async def ask_and_carry(
        self, act: str, verb: str, row: Office, who: str, where: str, send: Callable[[], Awaitable[wire.Done]]
    ) -> None:
        """Ask once more; then `carry`."""
        say = self.app.words.say
        sure = Confirm(say(f"ask.{act}", who=who), where, say(f"ask.{act}.help"))
        if await self.app.push_screen_wait(sure):
            await self.carry(act, verb, row, who, send)

    async def carry(self, act: str, verb: str, row: Office, who: str, send: Callable[[], Awaitable[wire.Done]]) -> None:
        """Look once more, say that it was asked, send, and say what came of it."""
        app, watch = self.app, self.app.watched
        if not watch.standing().may_act:
            app.tell("act.not_now", bad=True)
            return
        now = self.rows().get(row.key)
        if now is None or now.version != row.version or verb not in self.possible(now):
            app.tell("act.changed", bad=True)
            return
        room, about = addressed(row)
        if watch.happenings.pending(act, room, about):
            app.tell("act.pending")
            return
        await self.see_through(watch.happenings.asked_for(act, row, who, watch.now()), send)
