"""Which rooms are shown, in which order, which of them need somebody, and the sums over all of them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from xmpp_agent import wire

LONG_WAIT = 10 * 60.0
"""From here on a wait is an alert. Seconds."""
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


_Place = tuple[float, float, str, str]


def _rank(row: wire.RoomRow) -> float:
    if row.phase in (wire.RoomPhase.STUCK, wire.RoomPhase.FROZEN):
        return 0
    if any(person.lane == "judge" for person in row.waiting):
        return 1
    if row.waiting:
        return 2
    return 4 if row.phase is wire.RoomPhase.CLOSED else 3


def _place(row: wire.RoomRow, sort: Sort) -> _Place:
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


def matcher(filter_text: str) -> Callable[[str], bool]:
    """Every word must occur; a word with `!` before it must not. Case does not matter."""
    words = filter_text.casefold().split()
    wanted = [word for word in words if not word.startswith("!")]
    unwanted = [word[1:] for word in words if word.startswith("!") and len(word) > 1]
    return lambda hay: all(word in hay for word in wanted) and not any(word in hay for word in unwanted)


@dataclass(slots=True)
class View:
    """One ordered, filtered look at the rooms. Remembers each row's place, so a change costs only that row."""

    phase_word: Callable[[wire.RoomPhase], str]
    """So that one can filter for a state by the word on the screen."""
    sort: Sort = Sort.NEED
    filter_text: str = ""
    order: list[str] = field(default_factory=list)
    _places: dict[str, _Place] = field(default_factory=dict)
    held: bool = False
    """Whether rows stand where they stood although they may belong elsewhere."""

    def choose(self, rooms: Mapping[str, wire.RoomRow], *, sort: Sort, filter_text: str) -> None:
        """Another order or filter: everything is placed anew."""
        self.sort = sort
        self.filter_text = filter_text
        self._places.clear()
        self.order = []
        self.update(rooms, rooms.keys(), hold=False)

    def update(self, rooms: Mapping[str, wire.RoomRow], touched: Collection[str], *, hold: bool) -> None:
        """Take in the rooms touched. With `hold` nothing moves: gone rows go, new ones come last."""
        if not touched and (hold or not self.held):
            return
        wanted = matcher(self.filter_text)
        for key in touched:
            row = rooms.get(key)
            if row is None or not wanted(self._hay(row)):
                self._places.pop(key, None)
            else:
                self._places[key] = _place(row, self.sort)
        kept = [key for key in self.order if key in self._places]
        if len(kept) < len(self._places):
            shown = set(kept)
            fresh = [key for key in self._places if key not in shown]
            kept += sorted(fresh, key=self._places.__getitem__)
        self.held = hold
        self.order = kept if hold else sorted(kept, key=self._places.__getitem__)

    def _hay(self, row: wire.RoomRow) -> str:
        return " ".join((*row.staff, row.unit, row.citizen or "", self.phase_word(row.phase))).casefold()


def next_alert(
    order: list[str], rooms: Mapping[str, wire.RoomRow], unread: Mapping[str, int], now: float, after: str | None
) -> str | None:
    """The first room after `after` in `order` (round the end) that needs somebody; None when no other does."""
    start = order.index(after) + 1 if after in order else 0
    for key in order[start:] + order[:start]:
        if key in rooms and alerts(rooms[key], now, unread.get(key, 0)):
            return key
    return None
