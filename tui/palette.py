"""Rooms in the command palette. What is found is handed over as `Content`: Textual's own highlighter parses markup."""

from textual.command import Hit, Hits, Provider
from textual.content import Content
from typing_extensions import override

from tui.console import Console
from tui.screens.shift import ShiftScreen
from tui.text.rooms import citizen_name, staff_names
from tui.text.safe import safe
from xmpp_agent import wire

MOST = 20


class RoomCommands(Provider):
    """Go to a room by staff or unit."""

    @override
    async def search(self, query: str) -> Hits:
        """Rooms whose staff, unit or masked citizen match, at most twenty."""
        app, screen = self.app, self.screen
        if not isinstance(app, Console) or not isinstance(screen, ShiftScreen):
            return
        matcher = self.matcher(query)
        found = [(score, row) for row in app.watched.board.rooms.values() if (score := matcher.match(_hay(row))) > 0]
        found.sort(key=lambda pair: (-pair[0], pair[1].key))
        for score, row in found[:MOST]:
            title = app.words.say("palette.room", staff=staff_names(row))
            yield Hit(score, Content(title), _Go(screen, row.key), text=title)


class _Go:
    """Goes to the room of that key when called."""

    def __init__(self, screen: ShiftScreen, key: str) -> None:
        self._screen = screen
        self._key = key

    def __call__(self) -> None:
        self._screen.go_to(self._key)


def _hay(row: wire.RoomRow) -> str:
    return f"{staff_names(row)} {safe(row.unit, 60)} {citizen_name(row)}"
