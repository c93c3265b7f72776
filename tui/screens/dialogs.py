"""The two questions asked before an act: some words, or yes. Each names whom it is about and where."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label
from typing_extensions import override

from tui.keys import keys
from tui.screens.spoken import SpokenModal


class AskWords(SpokenModal[str]):
    """Asks for a line of text; answers it, or nothing when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = keys("back")

    def __init__(self, title: str, where: str, help: str, *, least: int, most: int, text: str = "") -> None:
        """`text` stands there already, to be changed."""
        super().__init__()
        self._title = title
        self._text = text
        self._where = where
        self._help = help
        self._least = least
        self._most = most

    @override
    def compose(self) -> ComposeResult:
        """Title, where, the line, and what Enter and Esc do."""
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog-title")
            yield Label(Content(self._where), classes="dialog-where")
            yield Input(self._text, max_length=self._most, id="words", select_on_focus=False)
            yield Label(Content(self._help), id="dialog-help")
            yield Label(Content(self.app.words.say("ask.keys")), classes="dialog-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: enough words are answered, too few are said so."""
        text = event.value.strip()
        if len(text) < self._least:
            short = self.app.words.say("ask.short", n=self._least)
            self.query_one("#dialog-help", Label).update(Content(short))
            return
        self.close(text)

    def action_back(self) -> None:
        """Nothing is sent."""
        self.close(None)


class Confirm(SpokenModal[bool]):
    """Asks yes or no."""

    BINDINGS: ClassVar[list[BindingType]] = keys("yes", "back")

    def __init__(self, title: str, where: str, help: str) -> None:
        super().__init__()
        self._title = title
        self._where = where
        self._help = help

    @override
    def compose(self) -> ComposeResult:
        """Title, where, what will happen, and two buttons; the harmless one has the focus."""
        say = self.app.words.say
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog-title")
            yield Label(Content(self._where), classes="dialog-where")
            yield Label(Content(self._help), id="dialog-help")
            with Horizontal(classes="dialog-buttons"):
                yield Button(Content(say("ask.no")), id="no")
                yield Button(Content(say("ask.yes")), id="yes")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button was pressed by mouse or Enter."""
        self.close(event.button.id == "yes")

    def action_yes(self) -> None:
        """Do it."""
        self.close(True)

    def action_back(self) -> None:
        """Leave it."""
        self.close(False)
