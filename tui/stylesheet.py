"""The console's styles: parsed once for a theme, where Textual parses all of them whenever a screen is first opened."""

from textual.css.stylesheet import Stylesheet
from typing_extensions import override


class ParsedOnce(Stylesheet):
    """Keeps what was parsed for as long as the theme's variables are the same: until the first picture that is 15 ms of
    parsing, not 66. Held against Textual 8.2 (`textual/css/stylesheet.py`); without it all looks the same, later.
    """

    @override
    def set_variables(self, variables: dict[str, str]) -> None:
        """Forgets what was parsed, if they are others."""
        if variables != self._variables:
            super().set_variables(variables)

    @override
    def reparse(self) -> None:
        """Textual parses into a new stylesheet, so as to keep the old one when the new has a fault; so does `parse`."""
        self.parse()
