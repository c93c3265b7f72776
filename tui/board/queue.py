"""Everybody who waits, wherever they wait, in one order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tui.board.filtering import Facts
from tui.board.listing import Listing
from tui.board.sorting import By, Sort, aged, worded
from xmpp_agent import wire


@dataclass(frozen=True, slots=True)
class Waiting:
    """One person, the room they wait at, and their place in its queue (from 1)."""

    room: wire.RoomRow
    person: wire.WaitingRow
    place: int

    @property
    def key(self) -> str:
        """Of the person in that queue."""
        return f"{self.room.key}\0{self.person.knock}"


@dataclass(slots=True)
class Queue:
    """All queues as one table of rows by key."""

    rows: dict[str, Waiting] = field(default_factory=dict)

    def update(self, rooms: Mapping[str, wire.RoomRow]) -> set[str]:
        """Take in the rooms as they are; answers the keys of rows that came, went or say something new."""
        found = {
            row.key: row
            for room in rooms.values()
            for place, person in enumerate(room.waiting, 1)
            for row in (Waiting(room, person, place),)
        }
        touched = {key for key, row in found.items() if not _same(row, self.rows.get(key))}
        touched |= self.rows.keys() - found.keys()
        self.rows = found
        return touched


def _urgency(row: Waiting) -> float:
    """Whom staff must look at first, then who may enter."""
    person = row.person
    return 0 if person.lane == "judge" else {"open": 1, "wait": 2}.get(person.decision, 3)


LONGEST_FIRST: Final = Sort("waited", falling=True)
COLUMNS: Final[Mapping[str, By[Waiting]]] = {
    "waited": By(lambda row: aged(row.person.since), falling=True),
    "who": By(lambda row: worded(row.person.masked)),
    "staff": By(lambda row: worded(", ".join(row.room.staff))),
    "place": By(lambda row: row.place),
    "unit": By(lambda row: worded(row.room.unit)),
    "appointment": By(lambda row: row.person.appointment_at),
    "proof": By(lambda row: worded(row.person.proof)),
    "proof_age": By(lambda row: aged(row.person.proved_at), falling=True),
    "device": By(lambda row: worded(row.person.device)),
    "passed_over": By(lambda row: row.person.passed_over, falling=True),
    "verdict": By(lambda row: (_urgency(row), row.person.since)),
    "reason": By(lambda row: worded(row.person.reason_text)),
}
"""Those that can order people."""


class QueueView(Listing[Waiting]):
    """The one list. `verdict_word`: so that one can filter for an answer by the word on the screen."""

    def __init__(self, verdict_word: Callable[[wire.WaitingRow], str]) -> None:
        def hay(row: Waiting) -> str:
            person = row.person
            about = (person.masked, *row.room.staff, row.room.unit, person.proof, person.reason_text)
            return " ".join((*about, verdict_word(person))).casefold()

        def facts(row: Waiting) -> Facts:
            texts = {
                "who": row.person.masked,
                "staff": " ".join(row.room.staff),
                "unit": row.room.unit,
                "proof": row.person.proof,
                "verdict": f"{verdict_word(row.person)} {row.person.decision}",
            }
            return Facts({name: text.casefold() for name, text in texts.items()}, {"wait": row.person.since})

        super().__init__(
            COLUMNS,
            LONGEST_FIRST,
            staff=lambda row: row.room.staff[0] if row.room.staff else "",
            hay=hay,
            facts=facts,
        )


def one_queue(rooms: Iterable[wire.RoomRow]) -> list[Waiting]:
    """Who came first stands first; within a room its own order holds, whatever the times say."""
    found = [Waiting(row, person, place) for row in rooms for place, person in enumerate(row.waiting, 1)]
    came: dict[tuple[str, int], float] = {}
    for each in found:
        before = came.get((each.room.key, each.place - 1), each.person.since)
        came[each.room.key, each.place] = max(before, each.person.since)
    return sorted(found, key=lambda each: (came[each.room.key, each.place], each.room.key, each.place))


def _same(row: Waiting, before: Waiting | None) -> bool:
    if before is None:
        return False
    if row.room is before.room:
        return True
    where = (row.room.staff, row.room.unit) == (before.room.staff, before.room.unit)
    return where and row.place == before.place and row.person == before.person
