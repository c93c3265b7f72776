"""Everything drawn, on a terminal that has ASCII only: also what Textual draws by itself (borders, scrollbars)."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from typing_extensions import override

from tui.text.signs import in_ascii


class InAscii(LineFilter):
    """The last thing done to a line before it is drawn; it is as long afterwards."""

    @override
    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line in ASCII."""
        return [Segment(in_ascii(text), style, control) for text, style, control in segments]
