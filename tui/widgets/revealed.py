"""A full name, shown for a moment and then forgotten."""

from textual import getters
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tui.console import Console
from tui.text.safe import safe

LONGEST_SECONDS = 60


class RevealedName(Static):
    """One line that hides by itself, on blur, and when asked. It is the only place that ever holds a full name."""

    ALLOW_SELECT = False
    app = getters.app(Console)

    def __init__(self, id: str) -> None:
        super().__init__(id=id, markup=False)
        self.display = False
        self._name = ""
        self._until = 0.0
        self._tick: Timer | None = None

    def reveal(self, name: str, seconds: int) -> None:
        """Show `name` for at most `seconds` (never more than a minute)."""
        self._name = safe(name)
        self._until = self.app.watched.clock() + min(seconds, LONGEST_SECONDS)
        self.display = True
        if self._tick is None:
            self._tick = self.set_interval(0.5, self._count_down)
        self._count_down()

    def hide(self) -> None:
        """Forget the name."""
        self._name = ""
        if self._tick is not None:
            self._tick.stop()
            self._tick = None
        self.update("")
        self.display = False

    def on_mount(self) -> None:
        """Nobody may be looking once the terminal lost the focus, or somebody else."""
        self.watch(self.app, "app_focus", self._focus_changed, init=False)

    def _focus_changed(self, focused: bool) -> None:
        if not focused:
            self.hide()

    def _count_down(self) -> None:
        left = self._until - self.app.watched.clock()
        if left <= 0:
            self.hide()
            return
        self.update(Content(self.app.words.say("reveal.shown", name=self._name, n=round(left))))
