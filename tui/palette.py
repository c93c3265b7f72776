"""What the palette goes to beside screens and acts. What is found is handed over as `Content`: Textual's own
highlighter parses markup.
"""

from collections.abc import Callable
from itertools import islice

from textual.command import Hit, Hits, Provider
from textual.content import Content
from typing_extensions import override

from tui.console import Console
from tui.screens.listed import ListScreen
from tui.text.goals import Goal, goals

MOST = 20
"""Of all kinds together: whoever sees as many types another letter."""


class GoTo(Provider):
    """Rooms by their staff, units, people waiting, recordings, calls and invitations."""

    @override
    async def search(self, query: str) -> Hits:
        """Those in which every word occurs."""
        app, words = self.app, query.casefold().split()
        if not isinstance(app, Console) or not words:
            return
        found = (goal for goal in goals(app.watched.board, app.words) if all(word in goal.hay for word in words))
        for number, goal in enumerate(islice(found, MOST)):
            yield Hit(1.0 - number / 100, Content(goal.title), _go(app, goal), text=goal.title)


def _go(app: Console, goal: Goal) -> Callable[[], None]:
    def go() -> None:
        """To the screen it is on, and there to its row, if that still is there."""
        if goal.filter and isinstance(app.screen, ListScreen):
            app.screen.filter_by(goal.filter)
            return
        _ = app.switch_mode(goal.mode)
        screen = app.screen
        if isinstance(screen, ListScreen):
            # After it was mounted, where it is looked at for the first time.
            _ = screen.call_later(screen.filter_by if goal.filter else screen.find, goal.filter or goal.key)

    return go
