"""Which alerts are shown, and in which order. What is an alert says the agent; nothing is judged here."""

from collections.abc import Callable, Mapping
from typing import Final

from tui.board.filtering import Facts
from tui.board.listing import Place
from tui.board.office import OfficeSort, OfficeView
from xmpp_agent import wire

URGENCY: Final = {kind: float(place) for place, kind in enumerate(wire.AlertKind)}
_SUNK: Final = 100.0
"""Below all that nobody has acknowledged."""


class AlertView(OfficeView[wire.AlertRow]):
    """The alerts. `kind_word`: so that one can filter for a kind by the word on the screen."""

    SORTS = (OfficeSort.NEED, OfficeSort.OLDEST, OfficeSort.OWNER, OfficeSort.STAFF, OfficeSort.UNIT)

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

        super().__init__(_place, hay, OfficeSort.NEED, facts=facts)


def unseen(alerts: Mapping[str, wire.AlertRow]) -> set[str]:
    """Keys of alerts that nobody has acknowledged: they ring."""
    return {key for key, row in alerts.items() if row.seen_at is None}


def in_order(alerts: Mapping[str, wire.AlertRow]) -> list[wire.AlertRow]:
    """Those nobody has acknowledged first, each most urgent kind first, then the oldest."""
    return sorted(alerts.values(), key=lambda row: _place(row, OfficeSort.NEED))


def _place(row: wire.AlertRow, sort: OfficeSort) -> Place:
    staff = row.staff.casefold() or "\uffff"
    match sort:
        case OfficeSort.STAFF:
            return (0, 0, staff, row.key)
        case OfficeSort.UNIT:
            return (0, 0, f"{row.unit.casefold()}\0{staff}", row.key)
        case OfficeSort.OWNER:
            return (0, 0 if row.owner else 1, f"{row.owner.casefold()}\0{staff}", row.key)
        case OfficeSort.OLDEST | OfficeSort.SOON:
            return (0, row.since, staff, row.key)
        case OfficeSort.NEED:
            return (URGENCY[row.kind] + (_SUNK if row.seen_at is not None else 0), row.since, staff, row.key)
