"""One hotline call as a row of the grid, and explained line by line."""

from typing import Final

from tui.board.office import needs_somebody
from tui.text.ages import clock, glance
from tui.text.cells import Cell, Column, Tone
from tui.text.safe import safe
from tui.text.words import Words
from xmpp_agent import wire

_S = wire.CallStage
TONES: Final[dict[wire.CallStage, Tone]] = {
    _S.SENDING: "info",
    _S.SENT: "info",
    _S.DELIVERED: "info",
    _S.NOT_SENT: "bad",
    _S.OPENED: "info",
    _S.INSIDE: "good",
    _S.LOST: "bad",
    _S.CALLBACK: "warn",
}
SIGNS: Final[dict[wire.CallStage, str]] = {
    _S.NOT_SENT: "refuse",
    _S.INSIDE: "visit",
    _S.LOST: "lost",
    _S.CALLBACK: "asked",
}


def columns(words: Words) -> tuple[Column, ...]:
    """Columns of the grid, in order."""
    say = words.say
    return (
        Column("alert", "", 1, kept=True),
        Column("stage", say("col.state"), 17, kept=True),
        Column("age", say("col.age"), 7, "right"),
        Column("rang", say("col.rang"), 6),
        Column("staff", say("col.staff"), 12, grows=2),
        Column("unit", say("col.unit"), 10, grows=2, gives_way=2),
        Column("number", say("col.phone"), 11, gives_way=1, kept=True),
        Column("why", say("col.why"), 16, grows=8, gives_way=3),
    )


def stage_word(stage: wire.CallStage, words: Words) -> str:
    """`Ringer`, `Mistet` …"""
    return words.say(f"call.{stage.value}")


def whose(row: wire.CallRow, words: Words) -> str:
    """The caller, by the end of their number and when they rang."""
    return words.say("call.who", number=safe(row.number, 20) or "–", at=clock(row.made_at, words))


def why(row: wire.CallRow, words: Words) -> str:
    """The agent's sentence in the language chosen."""
    return safe(row.words[0 if words.settings.lang == "da" else 1])


def cells(row: wire.CallRow, now: float, words: Words) -> tuple[Cell, ...]:
    """The row at `now` (the agent's clock), one cell for each of `columns`."""
    tone, urgent = TONES[row.stage], needs_somebody(row)
    return (
        Cell(words.sign("alert"), "bad") if urgent else Cell(),
        Cell(words.signed(SIGNS.get(row.stage, "expecting"), stage_word(row.stage, words)), tone),
        Cell(glance(now - row.since, words), "bad" if urgent else "plain"),
        Cell(clock(row.made_at, words), "muted"),
        Cell(safe(row.staff, 60) or "–"),
        Cell(safe(row.unit, 60) or "–", "muted"),
        Cell(safe(row.number, 20) or "–", "muted"),
        Cell(why(row, words), "warn" if urgent else "muted"),
    )


def explained(row: wire.CallRow, now: float, words: Words, *, may_act: bool) -> list[list[Cell]]:
    """Everything that is known of it, and what may be done."""
    say = words.say
    facts = [
        ("office.by", f"{safe(row.staff, 60) or '–'} · {safe(row.unit, 60) or '–'}"),
        ("office.number", safe(row.number, 20) or say("office.erased")),
        ("office.rang", f"{clock(row.made_at, words, seconds=True)} ({glance(now - row.made_at, words)})"),
    ]
    since = say("office.since", at=clock(row.since, words, seconds=True), age=glance(now - row.since, words))
    word = words.signed(SIGNS.get(row.stage, "expecting"), stage_word(row.stage, words))
    lines = [
        [Cell(word, TONES[row.stage]), Cell(f"  {since}", "muted")],
        [Cell(why(row, words), "warn" if needs_somebody(row) else "plain")],
    ]
    lines += [[Cell(f"{say(name):<12} ", "muted"), Cell(text)] for name, text in facts]
    acts = ", ".join(say(f"may.{'call_link' if act == 'again' else act}") for act in row.may)
    return [*lines, may_line(acts if may_act else say("may.not_current"), words)]


def may_line(acts: str, words: Words) -> list[Cell]:
    """What one may do, or why nothing."""
    return [Cell(f"{words.say('office.may'):<12} ", "muted"), Cell(acts or words.say("may.nothing"), "info")]
