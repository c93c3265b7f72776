"""Lines of the audit as they are known here: the newest ones, and those that were looked up. No clock, no network."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tui.board.filtering import Facts
from tui.board.listing import Listing, Place
from xmpp_agent import wire

KEPT: Final = 400
"""Newest lines that are kept."""


@dataclass(slots=True)
class AuditLines:
    """The newest lines, however many come. Lines never change, so copies share them."""

    rows: dict[str, wire.AuditRow] = field(default_factory=dict)
    """By key, in the order in which they were told."""
    skipped: int = 0
    """Lines that came too fast to be told."""

    @classmethod
    def of(cls, rows: Iterable[wire.AuditRow]) -> "AuditLines":
        """Those of a whole picture."""
        return cls({row.key: row for row in rows})

    def take(self, news: wire.AuditNews) -> set[str]:
        """Take in what was told; answers the keys of lines that came or went."""
        self.skipped += news.skipped
        fresh = {row.key: row for row in news.rows if row.key not in self.rows}
        self.rows |= fresh
        gone = list(self.rows)[: max(0, len(self.rows) - KEPT)]
        for key in gone:
            del self.rows[key]
        return {*fresh, *gone}

    def copy(self) -> "AuditLines":
        """Another one that goes its own way."""
        return AuditLines(dict(self.rows), self.skipped)


class AuditSort(StrEnum):
    """The orders there are."""

    NEWEST = "newest"
    OLDEST = "oldest"

    def other(self) -> "AuditSort":
        """The other one."""
        return AuditSort.OLDEST if self is AuditSort.NEWEST else AuditSort.NEWEST


class AuditView(Listing[wire.AuditRow, AuditSort]):
    """The lines. `words`: those of a line in the language shown, so that one can filter for what is read."""

    def __init__(self, words: Callable[[wire.AuditRow], tuple[str, str]]) -> None:
        def hay(row: wire.AuditRow) -> str:
            return " ".join((row.who, row.by, row.unit, row.act, row.reason, *words(row))).casefold()

        def facts(row: wire.AuditRow) -> Facts:
            what, why = words(row)
            texts = {
                "unit": row.unit,
                "staff": row.by or row.who,
                "citizen": row.who,
                "kind": f"{what} {row.act}",
                "verdict": row.decision,
                "why": f"{why} {row.reason}",
                "room": row.room,
            }
            return Facts({name: text.casefold() for name, text in texts.items()}, {"age": row.at.at})

        super().__init__(_place, hay, AuditSort.NEWEST, facts=facts)


def _place(row: wire.AuditRow, sort: AuditSort) -> Place:
    sign = -1.0 if sort is AuditSort.NEWEST else 1.0
    return (sign * row.at.at, sign * row.at.seq, row.at.shard, row.key)
