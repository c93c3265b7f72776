"""The board in sentences: for screen readers, pipes, and machines without a proper terminal."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.board.alerts import unseen
from tui.board.board import Board
from tui.board.freshness import Standing
from tui.board.happenings import Line
from tui.board.office import CallView, InvitationView
from tui.board.query import Tally, View, longest_since
from tui.board.queue import Waiting
from tui.board.recordings import RecordingView
from tui.text import calls, invitations
from tui.text.ages import clock, day_clock, glance
from tui.text.events import what
from tui.text.people import reason, verdict, who
from tui.text.recordings import stage_word, whose, why
from tui.text.rooms import citizen_name, phase_word, staff_names
from tui.text.safe import safe
from tui.text.standing import standing_cell
from tui.text.voice import Other
from tui.text.words import Words
from xmpp_agent import wire


@dataclass(frozen=True, slots=True)
class Sentences:
    """Says what there is to say in one language. `now` is the agent's clock everywhere."""

    words: Words

    def head(self, board: Board, now: float, standing: Standing) -> list[str]:
        """Time, connection and sums."""
        return [head_line(board, now, standing, self.words)]

    def status(self, board: Board, now: float) -> list[str]:
        """A line a room, most needing first."""
        return [_room(board.rooms[key], now, self.words, waiting=True) for key in _by_need(board, now, self.words)]

    def everything(self, board: Board, now: float) -> list[str]:
        """A line a room, a person waiting, a recording, a call and a missed invitation, each most needing first."""
        lines = [line for key in _by_need(board, now, self.words) for line in self.room(board.rooms[key], now)]
        listed = RecordingView(lambda stage: stage_word(stage, self.words))
        listed.update(board.recordings, board.recordings.keys(), hold=False, now=now)
        others: list[Other] = [board.recordings[key] for key in listed.order]
        rung = CallView(lambda stage: calls.stage_word(stage, self.words))
        rung.update(board.calls, board.calls.keys(), hold=False, now=now)
        others += [board.calls[key] for key in rung.order]
        missed = InvitationView(lambda step: invitations.next_word(step, self.words))
        missed.update(board.invitations, board.invitations.keys(), hold=False, now=now)
        others += [board.invitations[key] for key in missed.order]
        return lines + [line for row in others for line in self.other(row, now)]

    def queue(self, waiters: Sequence[Waiting], now: float) -> list[str]:
        """Everybody who waits."""
        return [_in_line(each, now, self.words) for each in waiters] or [self.words.say("plain.nobody")]

    def room(self, row: wire.RoomRow, now: float) -> list[str]:
        """One room, and everybody who waits there in order of arrival."""
        line = _room(row, now, self.words, waiting=False)
        return [line] + [_person(place, person, now, self.words) for place, person in enumerate(row.waiting, 1)]

    def other(self, row: Other, now: float) -> list[str]:
        """One recording, call or missed invitation: how it stands, since when, whose, and why."""
        match row:
            case wire.RecordingRow():
                return [_recording(row, now, self.words)]
            case wire.CallRow():
                return [_call(row, now, self.words)]
            case wire.InvitationRow():
                return [_invitation(row, self.words)]

    def gone(self, key: str) -> list[str]:
        """Nothing more to show of it: no words, the sums say it."""
        del key
        return []

    def note(self, line: Line, note: wire.Note) -> list[str]:
        """What happened. Not what a citizen wrote: that would lie in logs and pipes for good."""
        if note.kind != "wrote":
            return [what(line, self.words)]
        name = safe(line.who, 40) or self.words.say("note.somebody")
        return [self.words.say("plain.wrote", who=name, staff=safe(line.staff, 60) or "–")]

    def alert(self, alert: wire.AlertRow, now: float) -> list[str]:
        """What somebody must look at, or that somebody has seen it or has it now."""
        age, who = glance(now - alert.began, self.words), safe(alert.masked, 40) or self.words.say("note.somebody")
        said = self.words.say(f"alarm.{alert.kind.value}", age=age, people=alert.people, who=who)
        if alert.owner:
            said += self.words.say("plain.owned", who=safe(alert.owner, 40))
        if alert.seen_at is None:
            return [self.words.say("plain.raised", where=_where(alert), what=said)]
        by = safe(alert.seen_by, 40) or "–"
        return [
            self.words.say("plain.seen", where=_where(alert), what=said, who=by, at=clock(alert.seen_at, self.words))
        ]

    def over(self, alert: wire.AlertRow, now: float) -> list[str]:
        """Nobody needs to look at it any more."""
        del now
        said = self.words.say(f"over.{alert.kind.value}")
        return [self.words.say("plain.over", where=_where(alert), what=said)]


def head_line(board: Board, now: float, standing: Standing, words: Words) -> str:
    """Time, connection, sums and how much needs somebody; without a picture only the connection."""
    state = standing_cell(standing, words).text
    if board.link is None:
        return words.say("plain.none", state=state)
    tally = Tally()
    tally.update(board, board.rooms.keys())
    total = tally.sums()
    since, needs = total.longest_since, len(unseen(board.alerts))
    return words.say(
        "plain.head",
        at=clock(now, words, seconds=True),
        state=state,
        rooms=total.rooms,
        visits=total.visits,
        waiting=total.waiting,
        longest=words.say("plain.longest", age=glance(now - since, words)) if since is not None else "",
        needs=words.say("plain.needs", n=needs) if needs else words.say("plain.calm"),
    )


def _by_need(board: Board, now: float, words: Words) -> list[str]:
    view = View(lambda phase: phase_word(phase, words))
    view.update(board.rooms, board.rooms.keys(), hold=False, now=now)
    return view.order


def _room(row: wire.RoomRow, now: float, words: Words, *, waiting: bool) -> str:
    line = words.say("plain.room", staff=staff_names(row), unit=safe(row.unit, 60), phase=phase_word(row.phase, words))
    if row.citizen is not None and row.visit_since is not None:
        line += words.say("plain.citizen", who=citizen_name(row), age=glance(now - row.visit_since, words))
    if row.recording:
        line += words.say("plain.recording")
    since = longest_since(row)
    if waiting and since is not None:
        line += words.say("plain.waiting", n=len(row.waiting))
        line += words.say("plain.longest", age=glance(now - since, words))
    return line


def _recording(row: wire.RecordingRow, now: float, words: Words) -> str:
    return words.say(
        "plain.record",
        stage=stage_word(row.stage, words),
        age=glance(now - row.since, words),
        who=whose(row, words),
        staff=safe(row.staff, 60) or "–",
        unit=safe(row.unit, 60) or "–",
        why=why(row, words),
        id=safe(row.recording, 60),
    )


def _call(row: wire.CallRow, now: float, words: Words) -> str:
    """One hotline call: how it stands, since when, at whom."""
    return words.say(
        "plain.call",
        who=calls.whose(row, words),
        stage=calls.stage_word(row.stage, words),
        age=glance(now - row.since, words),
        staff=safe(row.staff, 60) or "–",
        unit=safe(row.unit, 60) or "–",
        why=calls.why(row, words),
    )


def _invitation(row: wire.InvitationRow, words: Words) -> str:
    """One invitation that did not arrive: whose, each way tried, what is next."""
    return words.say(
        "plain.invitation",
        who=invitations.whose(row, words),
        at=day_clock(row.starts_at, words),
        staff=safe(row.staff, 60) or words.say("invitation.anybody"),
        unit=safe(row.unit, 60) or "–",
        ways="; ".join(safe(way.words[0 if words.settings.lang == "da" else 1]) for way in row.ways) or "–",
        why=invitations.why(row, words),
    )


def _person(place: int, person: wire.WaitingRow, now: float, words: Words) -> str:
    return words.say("plain.person", n=place, **_about(person, now, words))


def _in_line(waiter: Waiting, now: float, words: Words) -> str:
    at = waiter.person.appointment_at
    return words.say(
        "plain.in_line",
        n=waiter.place,
        staff=staff_names(waiter.room),
        unit=safe(waiter.room.unit, 60),
        appointment=words.say("plain.appointment", at=clock(at, words)) if at is not None else "",
        **_about(waiter.person, now, words),
    )


def _about(person: wire.WaitingRow, now: float, words: Words) -> dict[str, str]:
    return {
        "who": who(person, words),
        "proof": safe(person.proof, 60),
        "age": glance(now - person.since, words),
        "verdict": words.say(f"verdict.{verdict(person)}"),
        "reason": reason(person, words),
    }


def _where(alert: wire.AlertRow) -> str:
    return f"{safe(alert.staff, 60) or '–'} ({safe(alert.unit, 60) or '–'})"
