"""One alert as a row of the grid, and explained line by line; and the note to the next shift."""

from collections.abc import Mapping
from typing import Final

from tui.board.alerts import possible
from tui.text.ages import clock, day_clock, glance
from tui.text.calls import may_line
from tui.text.cells import Cell, Column, Tone
from tui.text.safe import safe
from tui.text.words import Words
from xmpp_agent import wire
from xmpp_agent.wire import LONGEST_SHIFT_NOTE as LONGEST

_K = wire.AlertKind
SIGNS: Final[dict[wire.AlertKind, str]] = {
    _K.STUCK_TURNOVER: "stuck",
    _K.FROZEN: "frozen",
    _K.LOST_CALL: "lost",
    _K.STUCK_RECORDING: "recording",
    _K.JUDGE: "judge",
    _K.LONG_WAIT: "wait",
    _K.NOT_REACHED: "refuse",
}


def columns(words: Words) -> tuple[Column, ...]:
    """Columns of the grid, in order."""
    say = words.say
    return (
        Column("alert", "", 1),
        Column("kind", say("col.kind"), 18),
        Column("age", say("col.age"), 7, "right"),
        Column("staff", say("col.staff"), 12, grows=2),
        Column("citizen", say("col.about"), 8, grows=1, gives_way=2),
        Column("unit", say("col.unit"), 10, grows=2, gives_way=3),
        Column("owner", say("col.owner"), 10, grows=1),
        Column("seen", say("col.seen"), 14, grows=1, gives_way=1),
        Column("why", say("col.rule"), 16, grows=8, gives_way=4),
    )


def kind_word(kind: wire.AlertKind, words: Words) -> str:
    """`Sidder fast`, `Ventet længe` …"""
    return words.say(f"alert.{kind.value}")


def rule(row: wire.AlertRow, words: Words) -> str:
    """The agent's sentence in the language chosen."""
    return safe(row.words[0 if words.settings.lang == "da" else 1])


def whose(row: wire.AlertRow, words: Words) -> str:
    """What it is and where, as acts and happenings name it."""
    where = safe(row.staff, 60) or safe(row.unit, 60) or "–"
    return words.say("alert.whose", what=kind_word(row.kind, words), where=where)


def cells(row: wire.AlertRow, now: float, words: Words) -> tuple[Cell, ...]:
    """The row at `now` (the agent's clock), one cell for each of `columns`."""
    fresh = row.seen_at is None
    tone: Tone = "bad" if fresh else "muted"
    return (
        Cell(words.sign("alert"), "bad") if fresh else Cell(words.sign("done"), "muted"),
        Cell(words.signed(SIGNS[row.kind], kind_word(row.kind, words)), tone),
        Cell(glance(now - row.began, words), tone),
        Cell(safe(row.staff, 60) or "–", "plain" if fresh else "muted"),
        Cell(safe(row.masked, 40) or "–", "muted"),
        Cell(safe(row.unit, 60) or "–", "muted"),
        Cell(safe(row.owner, 40) or "–", "info" if row.owner else "muted"),
        Cell(_seen(row, words) or "–", "muted"),
        Cell(rule(row, words), "muted"),
    )


def explained(row: wire.AlertRow, now: float, words: Words, *, you: str, may_act: bool) -> list[list[Cell]]:
    """The rule, its numbers, whose it is, and what may be done here and where it stands."""
    say, fresh = words.say, row.seen_at is None
    since = say("office.since", at=clock(row.since, words, seconds=True), age=glance(now - row.since, words))
    word = words.signed(SIGNS[row.kind], kind_word(row.kind, words))
    lines = [
        [Cell(word, "bad" if fresh else "muted"), Cell(f"  {since}", "muted")],
        [Cell(rule(row, words), "warn" if fresh else "plain")],
    ]
    lines += [[Cell(f"{name:<12} ", "muted"), Cell(text)] for name, text in _facts(row, now, words)]
    nothing = say("may.alert_owned", who=safe(row.owner, 40)) if row.owner else say("may.nothing")
    acts = ", ".join(say(f"may.alert_{act}") for act in possible(row, you)) or nothing
    lines.append(may_line(acts if may_act else say("may.not_current"), words))
    there = say(f"alert.there.{row.kind.value}")
    return [*lines, [Cell(f"{say('alert.there'):<12} ", "muted"), Cell(there, "info")]]


def _facts(row: wire.AlertRow, now: float, words: Words) -> list[tuple[str, str]]:
    say = words.say
    where = f"{safe(row.staff, 60) or '–'} · {safe(row.unit, 60) or '–'}"
    facts = [(say("alert.at"), where + (f" · {safe(row.masked, 40)}" if row.masked else ""))]
    lasted = glance(now - row.began, words)
    if row.limit is not None:
        facts.append((say("alert.lasted"), say("alert.of", age=lasted, limit=glance(row.limit, words))))
    else:
        facts.append((say("alert.lasted"), lasted))
    counts: Mapping[str, int] = {"people": row.people, "attempts": row.attempts}
    facts += [(say(f"alert.{name}"), str(count)) for name, count in counts.items() if count]
    if row.owned_at is not None:
        facts.append((say("alert.owner"), f"{safe(row.owner, 40)}, {clock(row.owned_at, words)}"))
    return [*facts, (say("alert.seen"), _seen(row, words) or say("alert.unseen"))]


def _seen(row: wire.AlertRow, words: Words) -> str:
    return f"{safe(row.seen_by, 40)} {clock(row.seen_at, words)}" if row.seen_at is not None else ""


def note_head(note: wire.ShiftNoteRow, words: Words) -> str:
    """Whose note, by whom, from when."""
    return words.say("shift_note.head", unit=safe(note.unit, 60), by=safe(note.by, 40), at=day_clock(note.at, words))


def note_line(note: wire.ShiftNoteRow, more: int, words: Words) -> list[Cell]:
    """The note of one unit in one line, and of how many more units there is one."""
    rest = [Cell(words.say("shift_note.more", n=more), "muted")] if more else []
    return [Cell(f"{note_head(note, words)} ", "info"), Cell(safe(note.text, LONGEST), "strong"), *rest]


def note_lines(notes: Mapping[str, wire.ShiftNoteRow], words: Words) -> list[list[Cell]]:
    """Every note there is, to be read."""
    lines: list[list[Cell]] = []
    for note in sorted(notes.values(), key=lambda each: each.unit.casefold()):
        lines += [[Cell(note_head(note, words), "info")], [Cell(safe(note.text, LONGEST))], [Cell()]]
    return lines
