"""Lines of the audit as they are known here: the newest ones, and those that were looked up. No clock, no network."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tui.board.filtering import Facts
from tui.board.listing import Listing
from tui.board.sorting import By, Sort, worded
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


NEWEST_FIRST: Final = Sort("at", falling=True)
_DECISIONS: Final = {"refuse": 0.0, "wait": 1.0, "open": 2.0}
COLUMNS: Final[Mapping[str, By[wire.AuditRow]]] = {
    "at": By(lambda row: (row.at.at, row.at.seq), falling=True),
    "decision": By(lambda row: _DECISIONS.get(row.decision)),
    "what": By(lambda row: worded(row.words[0])),
    "who": By(lambda row: worded(row.who)),
    "by": By(lambda row: worded(row.by)),
    "unit": By(lambda row: worded(row.unit)),
    "why": By(lambda row: worded(row.reason)),
}
"""Those that can order lines."""


class AuditView(Listing[wire.AuditRow]):
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

        super().__init__(COLUMNS, NEWEST_FIRST, staff=lambda row: row.at.shard, hay=hay, facts=facts)
