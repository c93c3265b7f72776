"""Two screens to read and close: why a person waits, and all keys."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Label
from typing_extensions import override

from tui.keys import GROUPS, keys
from tui.screens.spoken import SpokenModal
from tui.text.cells import Cell
from tui.widgets.lines import to_content


class Why(SpokenModal[None]):
    """The decision about one person, rule by rule."""

    BINDINGS: ClassVar[list[BindingType]] = keys("back")
    TITLE_TEXT = "why.title"

    def __init__(self, where: str, lines: list[list[Cell]]) -> None:
        super().__init__()
        self._where = where
        self._lines = lines

    @override
    def compose(self) -> ComposeResult:
        """What the panel of the wide layout shows, for narrow terminals."""
        say = self.app.words.say
        with Vertical(classes="dialog"):
            yield Label(Content(say(self.TITLE_TEXT)), classes="dialog-title")
            yield Label(Content(self._where), classes="dialog-where")
            with VerticalScroll(classes="dialog-body"):
                yield Label(to_content(self._lines))
            yield Label(Content(say("help.close")), classes="dialog-keys")

    def action_back(self) -> None:
        """Close."""
        self.close()


class Help(SpokenModal[None]):
    """All keys that mean something where one was, read from the bindings themselves."""

    BINDINGS: ClassVar[list[BindingType]] = keys("back")

    def __init__(self, bindings: dict[str, ActiveBinding]) -> None:
        super().__init__()
        self._active = bindings

    @override
    def compose(self) -> ComposeResult:
        """Door first, then the list, then the console."""
        say = self.app.words.say
        with Vertical(classes="dialog"):
            yield Label(Content(say("help.title")), classes="dialog-title")
            with VerticalScroll(classes="dialog-body"):
                yield Label(to_content(self._lines()))
            yield Label(Content(f"{say('help.off')}\n{say('help.alerts')}"), id="dialog-help")
            yield Label(Content(say("help.close")), classes="dialog-keys")

    def action_back(self) -> None:
        """Close."""
        self.close()

    def _lines(self) -> list[list[Cell]]:
        say = self.app.words.say
        lines: list[list[Cell]] = []
        here = {active.binding.id for active in self._active.values()}
        for group, ids in GROUPS.items():
            mine = [each for each in ids if each in here]
            if mine:
                lines.append([Cell(say(f"help.group.{group}"), "info")])
                lines += map(self._line, mine)
        return lines

    def _line(self, name: str) -> list[Cell]:
        say = self.app.words.say
        mine = [active for active in self._active.values() if active.binding.id == name]
        shown = " ".join(self.app.get_key_display(active.binding) for active in mine)
        off = bool(mine) and not any(active.enabled for active in mine)
        shown = f"({shown})" if off else shown
        return [
            Cell(f"  {shown:<10} ", "muted" if off else "strong"),
            Cell(f"{say(f'key.{name}'):<17} ", "muted" if off else "plain"),
            Cell(say(f"tip.{name}"), "muted"),
        ]
