"""Asks the person to sign in elsewhere. The picture stays below, greyed, with its age."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, Static
from typing_extensions import override

from tui.board.heard import Asked
from tui.keys import keys
from tui.screens.spoken import SpokenModal
from tui.text.sign_in import explained
from tui.widgets.lines import to_content


class SignInDialog(SpokenModal[None]):
    """Address and code; goes by itself when somebody has signed in, or the code is no good any more."""

    BINDINGS: ClassVar[list[BindingType]] = keys("back")

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked

    @override
    def compose(self) -> ComposeResult:
        """Title, address, code, and what the provider says."""
        words = self.app.words
        with Vertical(classes="dialog"):
            yield Label(Content(words.say("sign_in.title")), classes="dialog-title")
            yield Static(to_content(explained(self._asked, words)), id="sign-in", classes="dialog-body")
            yield Label(Content(words.say("sign_in.help")), classes="dialog-keys")

    def action_back(self) -> None:
        """Look at what was last seen; the state line goes on saying that somebody must sign in."""
        self.close(None)
