"""Which alerts are shown, and in which order. What is an alert says the agent; nothing is judged here."""

from collections.abc import Callable, Mapping
from typing import Final

from tui.board.filtering import Facts
from tui.board.listing import Listing
from tui.board.sorting import By, Sort, aged, worded
from xmpp_agent import wire

URGENCY: Final = {kind: float(place) for place, kind in enumerate(wire.AlertKind)}
_SUNK: Final = 100.0
"""Below all that nobody has acknowledged."""


COLUMNS: Final[Mapping[str, By[wire.AlertRow]]] = {
    "alert": By(lambda row: (-_rank(row), -row.since), falling=True),
    "kind": By(lambda row: URGENCY[row.kind]),
    "age": By(lambda row: aged(row.began), falling=True),
    "staff": By(lambda row: worded(row.staff)),
    "citizen": By(lambda row: worded(row.masked)),
    "unit": By(lambda row: worded(row.unit)),
    "owner": By(lambda row: worded(row.owner)),
    "seen": By(lambda row: row.seen_at),
    "why": By(lambda row: worded(row.words[0])),
}
"""Those that can order alerts."""


class AlertView(Listing[wire.AlertRow]):
    """The alerts. `kind_word`: so that one can filter for a kind by the word on the screen."""

    def __init__(self, kind_word: Callable[[wire.AlertKind], str]) -> None:
        def hay(row: wire.AlertRow) -> str:
            about = (row.staff, row.unit, row.masked, row.owner, row.seen_by, kind_word(row.kind), *row.words)
            return " ".join(about).casefold()

        def facts(row: wire.AlertRow) -> Facts:
            texts = {
                "unit": row.unit,
                "staff": row.staff,
                "citizen": row.masked,
                "state": f"{kind_word(row.kind)} {row.kind.value}",
                "owner": row.owner,
            }
            return Facts({name: text.casefold() for name, text in texts.items()}, {"age": row.began})

        super().__init__(COLUMNS, Sort("alert", falling=True), staff=lambda row: row.staff, hay=hay, facts=facts)


def unseen(alerts: Mapping[str, wire.AlertRow]) -> set[str]:
    """Keys of alerts that nobody has acknowledged: they ring."""
    return {key for key, row in alerts.items() if row.seen_at is None}


def possible(row: wire.AlertRow, you: str) -> tuple[wire.AlertAct, ...]:
    """What the agent says that whoever looks (`Board.you`) may do about it."""
    return row.owner_may if row.owner_id and row.owner_id == you else row.may


def in_order(alerts: Mapping[str, wire.AlertRow]) -> list[wire.AlertRow]:
    """Those nobody has acknowledged first, each most urgent kind first, then the oldest."""
    return sorted(alerts.values(), key=lambda row: (_rank(row), row.since, row.staff.casefold() or "\uffff", row.key))


def _rank(row: wire.AlertRow) -> float:
    return URGENCY[row.kind] + (_SUNK if row.seen_at is not None else 0.0)
