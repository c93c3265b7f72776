"""What every screen may ask of the running console: words, what is known, the agent. Screens know no more."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from textual.app import App
from textual.filter import LineFilter
from typing_extensions import override

from tui.agent.client import AgentClient
from tui.board.watch import Watch
from tui.kept import Look, NotKept, keep
from tui.settings import Settings
from tui.text.words import Words
from tui.widgets.in_ascii import InAscii


class Console(App[None]):
    """The app as screens see it."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (130, "-wide")]  # noqa: RUF012  # declared so by Textual
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012  # declared so by Textual

    def __init__(self, client: AgentClient, watch: Watch, settings: Settings) -> None:
        super().__init__()
        self.client = client
        self.watched = watch
        self.settings = settings
        self.words = Words(settings)
        self._in_ascii = [InAscii()] if settings.signs == "ascii" else []
        self.looks = dict(settings.looks)
        """What was chosen for each list, by its name."""
        self._keeping = asyncio.Lock()

    def keep_look(self, screen: str, look: Look) -> None:
        """What a person chose for a list, from now on and the next time."""
        self.looks[screen] = look
        if self.settings.file is not None:
            keeping = self._keep(self.settings.file, screen)
            self.run_worker(keeping, group="keeping", description="keeps the look of a list")

    async def _keep(self, file: Path, screen: str) -> None:
        async with self._keeping:  # one after the other, so that the newest is what stays
            try:
                await asyncio.to_thread(keep, file, screen, self.looks[screen])
            except (OSError, NotKept):
                self.tell("file.not_kept", bad=True, path=file)

    @override
    def get_line_filters(self) -> Sequence[LineFilter]:
        """What is done to each line before it is drawn."""
        return [*super().get_line_filters(), *self._in_ascii]

    def tell(self, what: str, *, bad: bool = False, **values: object) -> None:
        """A short notice in the corner; never parsed as markup."""
        self.say_aloud(self.words.say(what, **values), bad=bad)

    def say_aloud(self, text: str, *, bad: bool = False) -> None:
        """The same for words already made safe."""
        self.notify(text, severity="error" if bad else "information", timeout=8 if bad else 4, markup=False)
