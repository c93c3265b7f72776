"""A series as columns of blocks, as high and as wide as the place allows; in ASCII whole and half columns of signs."""

from collections.abc import Sequence
from typing import Final

from tui.text.ages import clock
from tui.text.words import Words

Values = Sequence[float | None]
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_ASCII: Final = " ..::==##"
"""The same nine heights for plain terminals."""
_WIDEST: Final = 6


def columns(values: Values, width: int, height: int, most: float, words: Words) -> list[str]:
    """Lines from the top. Nought is a line at the foot, and where nobody knows stands a mark of its own."""
    wide, space = _widths(len(values), width)
    steps = _ASCII if words.settings.signs == "ascii" else _EIGHTHS
    lines = []
    for line in range(height - 1, -1, -1):
        cells = (_cell(each, line, height, most, steps, words) * wide for each in values)
        lines.append((" " * space).join(cells))
    return lines


def _widths(count: int, width: int) -> tuple[int, int]:
    """Of a column and of the space after it."""
    each = max(1, width // max(1, count))
    space = 1 if each > 1 else 0
    return min(_WIDEST, each - space), space


def _cell(value: float | None, line: int, height: int, most: float, steps: str, words: Words) -> str:
    if value is None:
        return words.sign("gap") if line == 0 else " "
    filled = round(8 * height * min(value, most) / most) if most > 0 else 0
    if line == 0 and filled == 0:
        return words.sign("nought") if value == 0 else steps[1]
    return steps[max(0, min(8, filled - 8 * line))]


def axis(start: float, count: int, width: int, said: str, words: Words) -> str:
    """When the first column begins, something to say of them, and that the last is now."""
    wide, space = _widths(count, width)
    long = count * (wide + space) - space
    first, last = clock(start, words), words.say("charts.now")
    return first + said.center(max(len(said) + 2, long - len(first) - len(last))) + last


def peak(values: Values) -> float | None:
    """The highest that is known."""
    return max((each for each in values if each is not None), default=None)
