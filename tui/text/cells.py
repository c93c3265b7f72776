"""Cells of a grid as words with a tone, and which columns fit a width. No widget, no colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Tone = Literal["plain", "muted", "good", "info", "warn", "bad", "strong"]
TONES: Final[tuple[Tone, ...]] = ("plain", "muted", "good", "info", "warn", "bad", "strong")
GAP = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """Words already made safe, and how they are meant. The tone never says anything the words do not."""

    text: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `least` cells wide, taking a share `grows` of what is left over."""

    id: str
    title: str
    least: int
    align: Literal["left", "right"] = "left"
    grows: int = 0
    gives_way: int = 0
    """0: always shown. When room is short the column with the highest number goes first."""
    kept: bool = False
    """Says which row it is or how it stands: nobody can choose it away."""


def arranged(columns: Sequence[Column], chosen: Sequence[str]) -> list[int]:
    """Indexes of the columns chosen, in that order; those that may not be missing in their own place; none chosen: all.

    Ids there are none of are passed over: they are of another version.
    """
    by_id = {column.id: index for index, column in enumerate(columns)}
    found = list(dict.fromkeys(by_id[each] for each in chosen if each in by_id)) or list(range(len(columns)))
    for index, column in enumerate(columns):
        if column.kept and index not in found:
            found.insert(sum(each < index for each in found), index)
    return found


def lay_out(columns: Sequence[Column], width: int) -> list[tuple[int, int]]:
    """Columns that fit into `width` terminal cells: (index, its width), in order."""
    shown = list(range(len(columns)))
    while _least(columns, shown) > width:
        weakest = max(shown, key=lambda index: columns[index].gives_way)
        if columns[weakest].gives_way == 0:
            break
        shown.remove(weakest)
    spare = max(0, width - _least(columns, shown))
    shares = sum(columns[index].grows for index in shown)
    placed: list[tuple[int, int]] = []
    for index in shown:
        column = columns[index]
        extra = spare * column.grows // shares if shares else 0
        spare -= extra
        shares -= column.grows
        placed.append((index, column.least + extra))
    return placed


def _least(columns: Sequence[Column], shown: Sequence[int]) -> int:
    return sum(columns[index].least for index in shown) + GAP * max(0, len(shown) - 1)
