"""`portner tui`: the app around its screens, the worker that follows the agent, how it starts and breaks."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.command import CommandPalette, Provider
from textual.screen import Screen
from textual.worker import WorkerFailed
from typing_extensions import override

from tui import crash
from tui.agent.client import AgentClient
from tui.agent.early import Early
from tui.agent.stream import Stream
from tui.board.heard import Asked, Heard, Picture
from tui.board.watch import Watch
from tui.clock import elapsed
from tui.console import Console
from tui.kept import Fault
from tui.keys import MODES, keys
from tui.modes import OPENED
from tui.screens.listed import ListScreen
from tui.screens.live import LiveScreen
from tui.settings import Settings
from tui.stylesheet import ParsedOnce
from tui.themes import THEMES

if TYPE_CHECKING:
    from tui.agent.sign_in import SignIn
    from tui.screens.sign_in import SignInDialog

_PICTURED_WITHIN = 0.5
"""Seconds an empty screen is not drawn for, where the picture was asked for early: it mostly is there already."""
_PAINTED_WITHIN = 1.0
"""Seconds. A tenth of it is much; an event is never held up for longer."""
_FEW = 5
"""Faults of a settings file told on the screen; `portner tui --keys` tells all."""


def _go_to() -> type[Provider]:
    from tui.palette import GoTo

    return GoTo


class PortnerApp(Console):
    """Holds what is known and who to ask; everything seen is on its screens."""

    TITLE = "Portner"
    CSS_PATH = Path(__file__).parent / "styles" / "console.tcss"
    COMMANDS: ClassVar = Console.COMMANDS | {_go_to}
    BINDINGS: ClassVar[list[BindingType]] = keys("quit", "palette", "light", *MODES)
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {**OPENED}
    DEFAULT_MODE = "rooms"

    def __init__(
        self,
        where: "Path | SignIn",
        settings: Settings | None = None,
        clock: Callable[[], float] = elapsed,
        early: Early | None = None,
        faults: Sequence[Fault] = (),
        once_heard: Callable[[], None] = lambda: None,
    ) -> None:
        """`early`: the first picture, asked for already. `once_heard`: called when it is known whether there is one."""
        chosen = settings or Settings()
        self._once_heard = once_heard
        self._faults = faults
        super().__init__(AgentClient(where, chosen.lang, early), Watch(clock), chosen)
        self._asked: Asked | None = None
        self._code: SignInDialog | None = None
        self._began = False
        self._pictured, self._stands = asyncio.Event(), asyncio.Event()
        self._is_early = early is not None
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = THEMES[chosen.light].name
        self.stylesheet = ParsedOnce(variables=self.get_css_variables())

    async def on_load(self) -> None:
        """Begin to listen. The worker belongs to the app, so that no screen's end ends it.

        A picture asked for early is waited for: to draw the screens empty first took a tenth of the time to it.
        """
        self.run_worker(self._listen(), group="stream", exclusive=True, description="listens to the agent")
        if self._is_early:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PICTURED_WITHIN):
                    _ = await self._pictured.wait()

    def on_mount(self) -> None:
        """The screen stands: what is heard is shown from now on."""
        self.set_keymap(dict(self.settings.keys))
        for fault in self._faults[:_FEW]:
            self.say_aloud(self.words.of(fault), bad=True)
        self._stands.set()

    async def _listen(self) -> None:
        async with self.client:
            async for heard in Stream(self.client, self.watched.clock).follow():
                self.watched.take(heard)
                self._pictured.set()
                _ = await self._stands.wait()
                if isinstance(heard, Picture) and isinstance(self.screen, LiveScreen):
                    self.screen.draw_at_once()
                    await self._on_the_terminal()
                self._show_sign_in(heard)
                self._show_notes(heard)
                self._once_heard()
                self._once_heard = lambda: None

    async def _on_the_terminal(self) -> None:
        """Wait until the first picture can be read: whoever listens on for events first loads HTTP, and meanwhile
        nothing is drawn. Not for ever: an app that ends, say, draws no more."""
        if self._began:
            return
        painted = asyncio.Event()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PAINTED_WITHIN):
                if self.call_after_refresh(painted.set):
                    await painted.wait()

    def _show_notes(self, heard: Heard) -> None:
        """What the shift before left, once, with the first picture."""
        if self._began or not isinstance(heard, Picture):
            return
        self._began = True
        if notes := self.watched.live.shift_notes:
            from tui.screens.alerts import ShiftNotes
            from tui.text.alerts import note_lines

            _ = self.push_screen(ShiftNotes("", note_lines(notes, self.words)))

    def _show_sign_in(self, heard: Heard) -> None:
        """The code on top of whatever is looked at, for as long as it is needed; the picture stays below, greyed."""
        self._asked = heard if isinstance(heard, Asked) else None
        if isinstance(heard, Asked):
            self.action_sign_in()
            self.bell()
        elif self._code is not None and (self._code.is_current or not self._code.is_attached):
            # One with something else on top of it goes with what is heard next.
            code, self._code = self._code, None
            if code.is_current:
                code.close()

    @override
    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The console's own commands. Not Textual's: its screenshot would keep personal data on disk."""
        say = self.words.say
        if isinstance(screen, ListScreen):
            yield SystemCommand(say("key.next_alert"), say("tip.next_alert"), screen.action_next_alert)
            yield SystemCommand(say("key.sort"), say("tip.sort"), screen.action_sort)
            yield SystemCommand(say("key.turn"), say("tip.turn"), screen.action_turn)
            yield SystemCommand(say("key.filter"), say("tip.filter"), screen.action_filter)
            yield SystemCommand(say("key.help"), say("tip.help"), screen.action_help)
        if self._asked is not None:
            yield SystemCommand(say("sign_in.title"), say("sign_in.open"), self.action_sign_in)
        for mode in MODES:
            yield SystemCommand(say(f"key.{mode}"), say(f"tip.{mode}"), partial(self.action_switch_mode, mode))
        yield SystemCommand(say("key.light"), say("tip.light"), self.action_light)
        yield SystemCommand(say("key.quit"), say("tip.quit"), self.action_quit)

    @override
    def action_command_palette(self) -> None:
        """The palette, asking in the language chosen."""
        if not isinstance(self.screen, CommandPalette):
            asking = self.words.say("palette.placeholder")
            _ = self.push_screen(CommandPalette(placeholder=asking, id="--command-palette"))

    def action_sign_in(self) -> None:
        """Show again what to type where."""
        if self._asked is not None:
            from tui.screens.sign_in import SignInDialog

            self._code = SignInDialog(self._asked)
            _ = self.push_screen(self._code)

    def action_light(self) -> None:
        """Switch between the dark and the light theme."""
        dark, light = THEMES["dark"].name, THEMES["light"].name
        self.theme = light if self.theme == dark else dark

    @override
    def _fatal_error(self) -> None:
        """Replaces Textual's report, which prints local variables."""
        error: BaseException | None = self._exception
        if isinstance(error, WorkerFailed):
            error = error.error
        lines = crash.report(error, self.words) if error is not None else []
        self.bell()
        self._exit_renderables.append("\n".join(lines))
        self._close_messages_no_wait()
