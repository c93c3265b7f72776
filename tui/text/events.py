"""What happened, as rows of the events grid: notes, and acts asked for here with what became of them."""

from typing import Final

from tui.board.happenings import Course, Line
from tui.text.ages import clock
from tui.text.cells import Cell, Column, Tone
from tui.text.safe import safe
from tui.text.words import Words

COURSE_TONES: Final[dict[Course, Tone]] = {
    Course.ASKED: "info",
    Course.DONE: "good",
    Course.REFUSED: "bad",
    Course.UNKNOWN: "warn",
}
COURSE_SIGNS: Final[dict[Course, str]] = {
    Course.ASKED: "asked",
    Course.DONE: "done",
    Course.REFUSED: "refuse",
    Course.UNKNOWN: "judge",
}
NOTE_TONES: Final[dict[str, Tone]] = {"wrote": "warn", "stuck": "bad"}


def columns(words: Words) -> tuple[Column, ...]:
    """Columns of the events grid, in order."""
    say = words.say
    return (
        Column("time", say("col.time"), 5),
        Column("sign", "", 1),
        Column("what", say("col.what"), 30, grows=3),
        Column("where", say("col.where"), 12, grows=1, gives_way=1),
    )


def what(line: Line, words: Words) -> str:
    """One sentence: what was noted, or what was asked and how far it has come."""
    text = safe(line.text)
    name = safe(line.who, 40) or words.say("note.somebody")
    if line.course is None:
        return words.say(f"note.{line.kind}", who=name, text=text).strip()
    asked = words.say(f"act.{line.kind}", who=name)
    return f"{asked} – {words.say(f'course.{line.course.value}', text=text)}"


def cells(line: Line, words: Words) -> tuple[Cell, ...]:
    """One cell for each of `columns`."""
    if line.course is None:
        tone = NOTE_TONES.get(line.kind, "plain")
        sign = {"wrote": "unread", "stuck": "stuck"}.get(line.kind, "note")
    else:
        tone = COURSE_TONES[line.course]
        sign = COURSE_SIGNS[line.course]
    return (
        Cell(clock(line.at, words), "muted"),
        Cell(words.sign(sign), tone),
        Cell(what(line, words), tone),
        Cell(safe(line.staff, 60), "muted"),
    )
