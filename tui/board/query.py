"""Which rooms are shown, in which order, which of them need somebody, and the sums over all of them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tui.board.filtering import Facts
from tui.board.listing import Listing, Place
from xmpp_agent import wire

LONG_WAIT = 10 * 60.0
"""From here on a wait is drawn as too long and marked. Seconds. What is an alert says the agent."""
GETTING_LONG = 0.7 * LONG_WAIT
"""From here on a wait is drawn as a warning."""
_NEVER = float("inf")
_LONG_AGO = float("-inf")


class Sort(StrEnum):
    """Orders to choose from, in the order the key goes through them."""

    NEED = "need"
    WAIT = "wait"
    STAFF = "staff"
    UNIT = "unit"
    VISIT = "visit"

    def next(self) -> "Sort":
        """The one after this, round and round."""
        every = list(Sort)
        return every[(every.index(self) + 1) % len(every)]


class Alert(StrEnum):
    """What makes a room need somebody, most urgent first."""

    STUCK = "stuck"
    FROZEN = "frozen"
    JUDGE = "judge"
    WROTE = "wrote"
    LONG_WAIT = "long_wait"


def longest_since(row: wire.RoomRow) -> float | None:
    """When the one who has waited longest came; None when nobody waits."""
    return min((person.since for person in row.waiting), default=None)


def alerts(row: wire.RoomRow, now: float, unread: int = 0) -> tuple[Alert, ...]:
    """Why this room needs somebody at `now` (the agent's clock)."""
    since = longest_since(row)
    found = {
        Alert.STUCK: row.phase is wire.RoomPhase.STUCK,
        Alert.FROZEN: row.phase is wire.RoomPhase.FROZEN,
        Alert.JUDGE: any(person.lane == "judge" for person in row.waiting),
        Alert.WROTE: unread > 0,
        Alert.LONG_WAIT: since is not None and now - since >= LONG_WAIT,
    }
    return tuple(alert for alert, there in found.items() if there)


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures of the top line."""

    rooms: int = 0
    visits: int = 0
    waiting: int = 0
    longest_since: float | None = None
    alerts: int = 0
    """Rooms with at least one alert."""


@dataclass(frozen=True, slots=True)
class _Share:
    """What one room adds to the sums, apart from the time that passes."""

    open: bool
    visit: bool
    waiting: int
    since: float
    """Infinite when nobody waits."""
    alert: bool
    """An alert that does not depend on the time."""


@dataclass(slots=True)
class Tally:
    """Sums over all rooms, shown or filtered away. Counts a room only when it changed."""

    _shares: dict[str, _Share] = field(default_factory=dict)

    def update(self, rooms: Mapping[str, wire.RoomRow], touched: Collection[str], unread: Mapping[str, int]) -> None:
        """Take in the rooms touched."""
        for key in touched:
            row = rooms.get(key)
            if row is None:
                self._shares.pop(key, None)
                continue
            since = longest_since(row)
            self._shares[key] = _Share(
                row.phase is not wire.RoomPhase.CLOSED,
                row.phase is wire.RoomPhase.VISIT,
                len(row.waiting),
                since if since is not None else _NEVER,
                bool(alerts(row, _LONG_AGO, unread.get(key, 0))),
            )

    def sums(self, now: float) -> Sums:
        """The figures at `now` (the agent's clock)."""
        shares = self._shares.values()
        longest = min((share.since for share in shares), default=_NEVER)
        long_since = now - LONG_WAIT
        return Sums(
            sum(share.open for share in shares),
            sum(share.visit for share in shares),
            sum(share.waiting for share in shares),
            longest if longest < _NEVER else None,
            sum(share.alert or share.since <= long_since for share in shares),
        )


def _rank(row: wire.RoomRow) -> float:
    if row.phase in (wire.RoomPhase.STUCK, wire.RoomPhase.FROZEN):
        return 0
    if any(person.lane == "judge" for person in row.waiting):
        return 1
    if row.waiting:
        return 2
    return 4 if row.phase is wire.RoomPhase.CLOSED else 3


def _place(row: wire.RoomRow, sort: Sort) -> Place:
    """Where a row stands. Depends on the row alone, never on the time, so that it is computed once a change."""
    since = longest_since(row)
    wait = since if since is not None else _NEVER
    staff = row.staff[0].casefold() if row.staff else "\uffff"
    match sort:
        case Sort.NEED:
            return (_rank(row), wait, staff, row.key)
        case Sort.WAIT:
            return (0, wait, staff, row.key)
        case Sort.STAFF:
            return (0, 0, staff, row.key)
        case Sort.UNIT:
            return (0, 0, f"{row.unit.casefold()}\0{staff}", row.key)
        case Sort.VISIT:
            return (0, row.visit_since if row.visit_since is not None else _NEVER, staff, row.key)


class View(Listing[wire.RoomRow, Sort]):
    """The rooms. `phase_word`: so that one can filter for a state by the word on the screen."""

    def __init__(
        self, phase_word: Callable[[wire.RoomPhase], str], sort: Sort = Sort.NEED, filter_text: str = ""
    ) -> None:
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

        super().__init__(_place, hay, sort, filter_text, facts)


def next_alert(
    order: list[str], rooms: Mapping[str, wire.RoomRow], unread: Mapping[str, int], now: float, after: str | None
) -> str | None:
    """The first room after `after` in `order` (round the end) that needs somebody; None when no other does."""
    start = order.index(after) + 1 if after in order else 0
    for key in order[start:] + order[:start]:
        if key in rooms and alerts(rooms[key], now, unread.get(key, 0)):
            return key
    return None
