"""Which rooms are shown, in which order, and the sums over all of them."""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tui.board.board import Board
from tui.board.filtering import Facts
from tui.board.listing import Listing
from tui.board.sorting import By, Sort, aged, worded
from xmpp_agent import wire

_NEVER = float("inf")
_CLOSED, _VISIT = wire.RoomPhase.CLOSED, wire.RoomPhase.VISIT
_HALTED: Final = (wire.RoomPhase.STUCK, wire.RoomPhase.FROZEN)


def longest_since(row: wire.RoomRow) -> float | None:
    """When the one who has waited longest came; None when nobody waits."""
    return min([person.since for person in row.waiting]) if row.waiting else None


def _is_to_judge(row: wire.RoomRow) -> bool:
    return "judge" in [person.lane for person in row.waiting]


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures of the top line."""

    rooms: int = 0
    visits: int = 0
    waiting: int = 0
    longest_since: float | None = None
    needy: int = 0
    """Rooms that need somebody."""


class _Share(NamedTuple):
    """What one room adds to the sums. Thousands are made for a first picture: a dataclass takes three times as long."""

    open: bool
    visit: bool
    waiting: int
    since: float | None
    """None when nobody waits."""
    needy: bool


@dataclass(slots=True)
class Tally:
    """Sums over all rooms, shown or filtered away. Counts a room only when it changed."""

    _shares: dict[str, _Share] = field(default_factory=dict)
    _rooms: int = 0
    _visits: int = 0
    _waiting: int = 0
    _needy: int = 0
    _since: list[float] = field(default_factory=list)
    """In order: since when somebody waits, in each room where they do."""

    def update(self, board: Board, touched: Collection[str]) -> None:
        """Take in the rooms touched."""
        for key in touched:
            row, before = board.rooms.get(key), self._shares.pop(key, None)
            if before is not None:
                self._count(before, -1)
            if row is not None:
                share = self._shares[key] = _share(row, needy=board.needs(key))
                self._count(share, 1)

    def sums(self) -> Sums:
        """The figures."""
        longest = self._since[0] if self._since else None
        return Sums(self._rooms, self._visits, self._waiting, longest, self._needy)

    def _count(self, share: _Share, sign: int) -> None:
        """Add what a room gives to the sums, or take it away."""
        self._rooms += sign * share.open
        self._visits += sign * share.visit
        self._waiting += sign * share.waiting
        self._needy += sign * share.needy
        if share.since is None:
            return
        if sign > 0:
            insort(self._since, share.since)
        else:
            del self._since[bisect_left(self._since, share.since)]


def _share(row: wire.RoomRow, *, needy: bool) -> _Share:
    return _Share(row.phase is not _CLOSED, row.phase is _VISIT, len(row.waiting), longest_since(row), needy)


def _rank(row: wire.RoomRow) -> float:
    if row.phase in _HALTED:
        return 0
    if row.waiting:
        return 1 if _is_to_judge(row) else 2
    return 4 if row.phase is _CLOSED else 3


def _need(row: wire.RoomRow) -> tuple[float, float]:
    """Which room stands first, not what is an alert: the greater the sooner; of those alike, by the longest wait."""
    since = longest_since(row)
    return -_rank(row), -(since if since is not None else _NEVER)


def _running_since(row: wire.RoomRow) -> float | None:
    return row.frozen_since if row.phase is wire.RoomPhase.FROZEN else row.visit_since


def _first_staff(row: wire.RoomRow) -> str:
    return row.staff[0] if row.staff else ""


BY_NEED: Final = Sort("alert", falling=True)
_PHASES: Final = {phase: float(number) for number, phase in enumerate(wire.RoomPhase)}
COLUMNS: Final[Mapping[str, By[wire.RoomRow]]] = {
    "alert": By(_need, falling=True),
    "state": By(lambda row: _PHASES[row.phase]),
    "staff": By(lambda row: worded(", ".join(row.staff))),
    "unit": By(lambda row: worded(row.unit)),
    "citizen": By(lambda row: worded(row.citizen)),
    "visit": By(lambda row: aged(_running_since(row)), falling=True),
    "waiting": By(lambda row: len(row.waiting), falling=True),
    "longest": By(lambda row: aged(longest_since(row)), falling=True),
}
"""Those that can order rooms."""


class View(Listing[wire.RoomRow]):
    """The rooms. `phase_word`: so that one can filter for a state by the word on the screen."""

    def __init__(self, phase_word: Callable[[wire.RoomPhase], str]) -> None:
        def hay(row: wire.RoomRow) -> str:
            return " ".join((*row.staff, row.unit, row.citizen or "", phase_word(row.phase))).casefold()

        def facts(row: wire.RoomRow) -> Facts:
            texts = {
                "unit": row.unit,
                "staff": " ".join(row.staff),
                "state": f"{phase_word(row.phase)} {row.phase.value}",
                "citizen": row.citizen or "",
            }
            since = {"wait": longest_since(row), "visit": row.visit_since, "frozen": row.frozen_since}
            return Facts({name: text.casefold() for name, text in texts.items()}, since, {"waiting": len(row.waiting)})

        super().__init__(COLUMNS, BY_NEED, staff=_first_staff, hay=hay, facts=facts)
