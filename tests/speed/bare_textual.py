"""Textual with one word on the screen (`python -m tests.speed.bare_textual WORD`): no console can be faster."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import Static
from typing_extensions import override


class Bare(App[None]):
    """Says one word."""

    @override
    def compose(self) -> ComposeResult:
        """Nothing but the word."""
        yield Static(sys.argv[1], markup=False)


if __name__ == "__main__":
    Bare().run()
