"""Digits so big that they are read across a room, out of blocks (or `#`), as large as the place allows."""

from typing import Final

_GLYPHS: Final[dict[str, tuple[str, ...]]] = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", " ##", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", " # ", " # "),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    "-": ("   ", "   ", "###", "   ", "   "),
}
HEIGHT: Final = 5
WIDTH: Final = 3
_LEAST: Final = 3
"""Room is kept for so many digits, so that they do not jump when a number grows."""


def scale(digits: str, width: int, height: int) -> int:
    """How many lines high one dot may be; a dot is twice as wide as high, as letters are. At least 1."""
    across = max(len(digits), _LEAST) * (WIDTH + 1) - 1
    return max(1, min(width // (2 * across), height // HEIGHT))


def big(digits: str, width: int, height: int, dot: str) -> list[str]:
    """The digits in lines of at most `width`; too little room for that: the plain digits."""
    across = max(len(digits), _LEAST) * (WIDTH + 1) - 1
    if width < across or height < HEIGHT:
        return [digits]
    by = scale(digits, width, height)
    wide = min(2 * by, width // across)
    lines: list[str] = []
    for row in range(HEIGHT):
        dots = " ".join(_GLYPHS[digit][row] for digit in digits)
        lines += ["".join((dot if each == "#" else " ") * wide for each in dots)] * by
    return lines
