"""Everything one can go to by name: by what it is found, what it is called, and where it is. Names are masked."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui.board.board import Board
from tui.board.queue import Waiting
from tui.text import calls, invitations, people, recordings, rooms
from tui.text.ages import day_clock
from tui.text.safe import safe
from tui.text.words import Words


@dataclass(frozen=True, slots=True)
class Goal:
    """`mode`: the screen; `key`: the row there, or empty where `filter` is what to show."""

    mode: str
    key: str
    title: str
    hay: str
    """In lower case."""
    filter: str = ""


def goals(board: Board, words: Words) -> Iterator[Goal]:
    """Rooms first, then units, people, recordings, calls, invitations."""
    say = words.say
    for room in board.rooms.values():
        title = say("palette.room", staff=rooms.staff_names(room))
        yield _goal("rooms", room.key, title, room.unit, rooms.citizen_name(room))
    for unit in sorted({room.unit for room in board.rooms.values()}):
        shown = safe(unit, 60)
        wanted = " ".join(f"{say('filter.unit')}:{word}" for word in unit.casefold().split())
        yield Goal("rooms", "", say("palette.unit", unit=shown), say("palette.unit", unit=shown).casefold(), wanted)
    for room in board.rooms.values():
        for place, person in enumerate(room.waiting, 1):
            title = say("palette.waiting", who=people.who(person, words), staff=rooms.staff_names(room))
            yield _goal("lobby", Waiting(room, person, place).key, title, room.unit)
    yield from _of_office(board, words)


def _of_office(board: Board, words: Words) -> Iterator[Goal]:
    say = words.say
    for record in board.recordings.values():
        stage, who = recordings.stage_word(record.stage, words), recordings.whose(record, words)
        title = say("palette.recording", who=who, stage=stage, staff=safe(record.staff, 60) or "–")
        yield _goal("recordings", record.key, title, record.unit, record.recording)
    for call in board.calls.values():
        stage = calls.stage_word(call.stage, words)
        title = say("palette.call", who=calls.whose(call, words), stage=stage, staff=safe(call.staff, 60) or "–")
        yield _goal("hotline", call.key, title, call.unit)
    for missed in board.invitations.values():
        step, at = invitations.next_word(missed.next, words), day_clock(missed.starts_at, words)
        title = say("palette.invitation", who=invitations.whose(missed, words), at=at, step=step)
        yield _goal("invitations", missed.key, title, missed.unit, missed.staff)


def _goal(mode: str, key: str, title: str, *more: str) -> Goal:
    return Goal(mode, key, title, " ".join((title, *(safe(each, 60) for each in more))).casefold())
