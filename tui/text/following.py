"""How it is with the one followed, in one line, and what last happened to them."""

from tui.board.board import Board
from tui.board.happenings import Happenings
from tui.board.trail import Trail, Where, last_line, person
from tui.text import calls, events, invitations, people, recordings, rooms
from tui.text.ages import clock, exact, glance
from tui.text.cells import Cell
from tui.text.words import Words
from xmpp_agent import wire


def followed(trail: Trail, board: Board, happenings: Happenings, now: float, words: Words) -> list[Cell]:
    """`◆ A. H. venter hos Mette Holm, nr. 2, 4:10 · 10:02 L. B. skrev: …`."""
    line = [Cell(f"{words.sign('followed')} ", "info"), Cell(_now(trail, board, now, words), "strong")]
    last = last_line(trail, board, happenings)
    if last is not None:
        line.append(Cell(f"  · {clock(last.at, words)} {events.what(last, words)}", "muted"))
    return line


def _now(trail: Trail, board: Board, now: float, words: Words) -> str:
    row = board.row(trail.key)
    match row:
        case wire.RoomRow():
            return _at(trail, row, board, now, words)
        case wire.RecordingRow():
            stage = recordings.stage_word(row.stage, words)
            return words.say("follow.recording", stage=stage, at=clock(row.since, words))
        case wire.CallRow():
            stage, who = calls.stage_word(row.stage, words), calls.whose(row, words)
            return words.say("follow.call", who=who, stage=stage, at=clock(row.since, words))
        case wire.InvitationRow():
            step, who = invitations.next_word(row.next, words), invitations.whose(row, words)
            return words.say("follow.invitation", who=who, step=step)
        case None:
            return words.say("find.gone")


def _at(trail: Trail, room: wire.RoomRow, board: Board, now: float, words: Words) -> str:
    say, staff = words.say, rooms.staff_names(room)
    if trail.where is Where.ROOM:
        return say("follow.room", staff=staff, phase=rooms.phase_word(room.phase, words), n=len(room.waiting))
    waits = person(trail, board)
    if waits is not None:
        age = exact(now - waits.person.since)
        return say("follow.waiting", who=people.who(waits.person, words), staff=staff, n=waits.place, age=age)
    if trail.knock not in room.inside:
        return say("follow.between", staff=staff)
    who = rooms.citizen_name(room) or say("ask.nobody")
    inside = say("follow.inside", who=who, staff=staff, age=glance(now - trail.since, words))
    return f"{inside} · {say('follow.recorded')}" if room.recording else inside
