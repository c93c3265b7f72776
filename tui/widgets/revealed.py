"""A full name, shown for a moment and then forgotten."""

from textual import getters
from textual.content import Content
from textual.widgets import Static

from tui.console import Console
from tui.text.safe import safe

LONGEST_SECONDS = 60


class RevealedName(Static):
    """One line that is mounted with a name and removes itself: when its time is up, on blur, and when asked.

    It is the only object of the console that ever holds a full name; a widget merely hidden would keep what it drew.
    """

    ALLOW_SELECT = False
    app = getters.app(Console)

    def __init__(self, name: str, seconds: int) -> None:
        super().__init__(markup=False)
        self._full_name = safe(name)
        self._seconds = min(seconds, LONGEST_SECONDS)

    def on_mount(self) -> None:
        """Start counting; nobody may be looking once the terminal lost the focus."""
        self._until = self.app.watched.clock() + self._seconds
        self.watch(self.app, "app_focus", self._focus_changed, init=False)
        self.set_interval(0.5, self._count_down)
        self._count_down()

    def _focus_changed(self, focused: bool) -> None:
        if not focused:
            _ = self.remove()

    def _count_down(self) -> None:
        left = self._until - self.app.watched.clock()
        if left <= 0:
            _ = self.remove()
            return
        self.update(Content(self.app.words.say("reveal.shown", name=self._full_name, n=round(left))))
