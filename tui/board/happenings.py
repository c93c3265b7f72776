"""What happened, newest last: notes of the agent, and what this console asked for and what became of it."""

from collections import deque
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tui.board.board import Board
from xmpp_agent import wire


class Course(StrEnum):
    """How far an act asked for here has come. It is never shown as done before the agent says so."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No answer came: it may or may not have happened; the rooms will show it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened."""

    key: str
    at: float
    """The agent's clock."""
    room: str
    staff: str
    who: str
    """Masked name, or empty when it is about nobody or nobody known any more."""
    kind: str
    """A note's kind, or the act's name (`let_in` …)."""
    knock: str = ""
    """Whom it is about, or which recording, call or appointment; empty: the room as a whole."""
    text: str = ""
    """Remote words: what a citizen wrote, or what the agent answered."""
    course: Course | None = None
    """None: a note."""


Row = wire.CallRow | wire.InvitationRow | wire.AlertRow


@dataclass(slots=True)
class Happenings:
    """The last `keep` lines."""

    keep: int = 200
    lines: deque[Line] = field(default_factory=deque)
    _count: int = 0

    def note(self, note: wire.Note, board: Board, at: float) -> Line:
        """Take in a note; the masked name is looked up now, for the person may be gone in a moment."""
        row = board.named(note.room)
        who = ""
        if row is not None and note.knock is not None:
            who = next((person.masked for person in row.waiting if person.knock == note.knock), "")
        return self._add(Line("", at, note.room, _staff(row), who, note.kind, note.knock or "", note.text))

    def asked(self, act: str, row: wire.RoomRow, who: str, knock: str, at: float) -> Line:
        """An act was sent."""
        return self._add(Line("", at, row.room, _staff(row), who, act, knock, course=Course.ASKED))

    def asked_of(self, act: str, row: wire.RecordingRow, who: str, at: float) -> Line:
        """An act on a recording was sent."""
        return self._add(Line("", at, row.room, row.staff, who, act, row.recording, course=Course.ASKED))

    def asked_for(self, act: str, row: Row, who: str, at: float) -> Line:
        """An act on a call, an invitation or an alert was sent."""
        room, about = addressed(row)
        return self._add(Line("", at, room, row.staff, who, act, about, course=Course.ASKED))

    def asked_of_unit(self, act: str, unit: str, at: float) -> Line:
        """An act about a unit as a whole was sent."""
        return self._add(Line("", at, "", unit, unit, act, unit, course=Course.ASKED))

    def lost(self, row: wire.CallRow, at: float) -> Line:
        """Contact with a hotline caller was lost."""
        return self._add(Line("", at, row.room, row.staff, row.number, "lost", row.call))

    def settled(self, line: Line, course: Course, text: str) -> None:
        """The answer to an act came (or did not)."""
        for index, known in enumerate(self.lines):
            if known.key == line.key:
                self.lines[index] = replace(known, course=course, text=text)

    def pending(self, act: str, room: str, knock: str) -> bool:
        """Whether just this was asked and is not answered yet."""
        return any(
            line.course is Course.ASKED and (line.kind, line.room, line.knock) == (act, room, knock)
            for line in self.lines
        )

    def get(self, key: str) -> Line | None:
        """The line of that key, if it is still kept."""
        return next((line for line in self.lines if line.key == key), None)

    def _add(self, line: Line) -> Line:
        self._count += 1
        line = replace(line, key=str(self._count))
        self.lines.append(line)
        while len(self.lines) > self.keep:
            self.lines.popleft()
        return line


def addressed(row: Row) -> tuple[str, str]:
    """The room a row is of, if it is of one, and what commands about it are addressed to."""
    match row:
        case wire.CallRow():
            return row.room, row.call
        case wire.InvitationRow():
            return "", row.appointment
        case wire.AlertRow():
            return "", row.alert


def _staff(row: wire.RoomRow | None) -> str:
    return row.staff[0] if row is not None and row.staff else ""
