"""The board in sentences: for screen readers, pipes, and machines without a proper terminal."""

from tui.board.board import Board
from tui.board.freshness import Standing
from tui.board.office import CallView, InvitationView
from tui.board.query import Tally, View, longest_since
from tui.board.recordings import RecordingView
from tui.text import calls, invitations
from tui.text.ages import clock, day_clock, glance
from tui.text.people import reason, verdict, who
from tui.text.recordings import stage_word, whose, why
from tui.text.rooms import citizen_name, phase_word, staff_names
from tui.text.safe import safe
from tui.text.standing import standing_cell
from tui.text.words import Words
from xmpp_agent import wire


def status_lines(board: Board, now: float, standing: Standing, words: Words) -> list[str]:
    """Everything a supervisor would see, a line a room, a person waiting and a recording, most needing first.

    `now` is the agent's clock; `standing` says whether the picture is current, and is the first thing read.
    """
    view = View(lambda phase: phase_word(phase, words))
    view.update(board.rooms, board.rooms.keys(), hold=False, now=now)
    lines = [head_line(board, now, standing, words)]
    for key in view.order:
        lines += room_lines(board.rooms[key], now, words)
    listed = RecordingView(lambda stage: stage_word(stage, words))
    listed.update(board.recordings, board.recordings.keys(), hold=False, now=now)
    lines += [recording_line(board.recordings[key], now, words) for key in listed.order]
    return lines + _office_lines(board, now, words)


def head_line(board: Board, now: float, standing: Standing, words: Words) -> str:
    """Time, connection and sums in one sentence."""
    tally = Tally()
    tally.update(board.rooms, board.rooms.keys(), board.unread)
    total = tally.sums(now)
    since = total.longest_since
    return words.say(
        "plain.head",
        at=clock(now, seconds=True),
        state=standing_cell(standing, words).text,
        rooms=total.rooms,
        visits=total.visits,
        waiting=total.waiting,
        longest=words.say("plain.longest", age=glance(now - since)) if since is not None else "",
    )


def room_lines(row: wire.RoomRow, now: float, words: Words) -> list[str]:
    """One room, and everybody who waits there in order of arrival."""
    line = words.say("plain.room", staff=staff_names(row), unit=safe(row.unit, 60), phase=phase_word(row.phase, words))
    if row.citizen is not None and row.visit_since is not None:
        line += words.say("plain.citizen", who=citizen_name(row), age=glance(now - row.visit_since))
    if row.recording:
        line += words.say("plain.recording")
    if longest_since(row) is None:
        return [line]
    return [line] + [_person(place, person, now, words) for place, person in enumerate(row.waiting, 1)]


def recording_line(row: wire.RecordingRow, now: float, words: Words) -> str:
    """One recording: how it stands, since when, whose, and what is stuck and why."""
    return words.say(
        "plain.record",
        stage=stage_word(row.stage, words),
        age=glance(now - row.since),
        who=whose(row, words),
        staff=safe(row.staff, 60) or "–",
        unit=safe(row.unit, 60) or "–",
        why=why(row, words),
        id=safe(row.recording, 60),
    )


def call_line(row: wire.CallRow, now: float, words: Words) -> str:
    """One hotline call: how it stands, since when, at whom."""
    return words.say(
        "plain.call",
        who=calls.whose(row, words),
        stage=calls.stage_word(row.stage, words),
        age=glance(now - row.since),
        staff=safe(row.staff, 60) or "–",
        unit=safe(row.unit, 60) or "–",
        why=calls.why(row, words),
    )


def invitation_line(row: wire.InvitationRow, words: Words) -> str:
    """One invitation that did not arrive: whose, each way tried, what is next."""
    return words.say(
        "plain.invitation",
        who=invitations.whose(row, words),
        at=day_clock(row.starts_at),
        staff=safe(row.staff, 60) or words.say("invitation.anybody"),
        unit=safe(row.unit, 60) or "–",
        ways="; ".join(safe(way.words[0 if words.settings.lang == "da" else 1]) for way in row.ways) or "–",
        why=invitations.why(row, words),
    )


def _office_lines(board: Board, now: float, words: Words) -> list[str]:
    rung = CallView(lambda stage: calls.stage_word(stage, words))
    rung.update(board.calls, board.calls.keys(), hold=False, now=now)
    missed = InvitationView(lambda step: invitations.next_word(step, words))
    missed.update(board.invitations, board.invitations.keys(), hold=False, now=now)
    lines = [call_line(board.calls[key], now, words) for key in rung.order]
    return lines + [invitation_line(board.invitations[key], words) for key in missed.order]


def _person(place: int, person: wire.WaitingRow, now: float, words: Words) -> str:
    return words.say(
        "plain.person",
        n=place,
        who=who(person, words),
        proof=safe(person.proof, 60),
        age=glance(now - person.since),
        verdict=words.say(f"verdict.{verdict(person)}"),
        reason=reason(person, words),
    )
