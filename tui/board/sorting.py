"""By which column rows are ordered, and which way: what a row says there, and the same turned round."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Row = TypeVar("Row")
Row_contra = TypeVar("Row_contra", contravariant=True)
Value = float | str | tuple[float, ...] | None
"""What a row says in a column, so that it can be compared within that column; None: it says nothing there."""
Place = tuple[bool, float | str | tuple[float, ...], str, str]

_LAST: Final = chr(0x10FFFF)
_DANISH: Final = "å", "ù"
"""After z Danish has æ, ø, å, in this order; Unicode has å first."""


@dataclass(frozen=True)
class By(Generic[Row_contra]):
    """How one column orders rows. `value` must depend on the row alone, never on the time."""

    value: Callable[[Row_contra], Value]
    falling: bool = False
    """Whether the most comes first when the column is first asked for."""


@dataclass(frozen=True, slots=True)
class Sort:
    """The column that orders, by its id, and whether the most comes first."""

    column: str
    falling: bool = False

    @property
    def text(self) -> str:
        """As it is kept in a file: `staff`, `-longest`."""
        return f"-{self.column}" if self.falling else self.column

    @classmethod
    def from_text(cls, text: str) -> "Sort":
        """The other way round; whatever it says, it is some column's name, known or not."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    def turned(self) -> "Sort":
        """The same column, the other way."""
        return Sort(self.column, not self.falling)


def pressed(columns: Mapping[str, By[Row]], now: Sort, column: str) -> Sort:
    """The order after a column was asked for: turned when it orders already; the same when it cannot order."""
    if column not in columns:
        return now
    return now.turned() if column == now.column else Sort(column, columns[column].falling)


def following(columns: Mapping[str, By[Row]], now: Sort, shown: Sequence[str]) -> Sort:
    """By the next of the columns shown that can order, round and round."""
    able = [each for each in shown if each in columns and each != now.column]
    if not able:
        return now
    before = shown.index(now.column) if now.column in shown else -1
    later = [each for each in able if shown.index(each) > before]
    return pressed(columns, now, (later or able)[0])


def place(value: Value, falling: bool, tie: str, key: str) -> Place:
    """Where a row stands. What is unknown stands last either way, and what is alike is never turned round."""
    if value is None:
        return True, 0.0, tie, key
    return False, _turned(value) if falling else value, tie, key


def _turned(value: float | str | tuple[float, ...]) -> float | str | tuple[float, ...]:
    """Something that is greater where `value` is less."""
    if isinstance(value, str):
        return "".join(chr(0x10FFFF - ord(char)) for char in value) + _LAST
    return tuple([-each for each in value]) if isinstance(value, tuple) else -value


def worded(text: str | None) -> str | None:
    """A text to order by: without regard to case, as Danish has it; None when there is none."""
    return text.casefold().replace(*_DANISH) if text else None


def aged(since: float | None) -> float | None:
    """Something that is greater the longer ago `since` was, and does not change with the time."""
    return None if since is None else -since
