"""The keys that matter here and now, in one line.

Textual's footer builds a widget a key anew whenever one of them changes, which costs more than drawing the whole board;
this one draws a line.
"""

from rich.cells import cell_len
from textual import events, getters
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from typing_extensions import override

from tui.console import Console
from tui.keys import KeyNames
from tui.text.cells import Cell
from tui.widgets.lines import to_content

_GAP = {True: "  ", False: " "}


class KeyLine(Widget):
    """Shows each binding with `show`; one that does nothing now is muted and not bold. A click presses the key."""

    ALLOW_SELECT = False
    app = getters.app(Console)

    def on_mount(self) -> None:
        """Draw anew when focus or abilities change."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        self.refresh()

    @override
    def render(self) -> Content:
        """The line: as many keys as there is room for, and always help, which has the others."""
        cells: list[Cell] = []
        for binding, enabled in self._shown():
            key = self.app.get_key_display(binding)
            cells.append(Cell(key, "strong" if enabled else "muted"))
            cells.append(Cell(f" {binding.description}{self._gap()}", "plain" if enabled else "muted"))
        cells.append(Cell(self._screens(), "strong"))
        cells.append(Cell(f" {self.app.words.say('key.screens')}"))
        return to_content([cells])

    def _screens(self) -> str:
        return KeyNames(self.app.settings.keys).of_screens()

    def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer; one that does nothing now says why."""
        x = event.x - self.content_region.x + self.region.x
        for binding, _ in self._shown():
            width = self._width(binding)
            if 0 <= x < width:
                self.app.simulate_key(binding.key)
            x -= width

    def _gap(self) -> str:
        return _GAP[self.size.width >= 100]

    def _shown(self) -> list[tuple[Binding, bool]]:
        found: dict[str, tuple[Binding, bool]] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.show and active.binding.id is not None:
                found.setdefault(active.binding.id, (active.binding, active.enabled))
        shown = list(found.values())
        room = self.content_size.width - cell_len(self._screens())
        while sum(self._width(binding) for binding, _ in shown) > room:
            last = next((each for each in reversed(shown) if each[0].id != "help"), None)
            if last is None:
                break
            shown.remove(last)
        return shown

    def _width(self, binding: Binding) -> int:
        return cell_len(f"{self.app.get_key_display(binding)} {binding.description}{self._gap()}")
