"""One line of the audit as a row of the grid, and explained: who did what to whom, and what every rule said."""

import json
from typing import Final

from tui.text.ages import clock, day_clock
from tui.text.catalogue import TEXTS
from tui.text.cells import Cell, Column
from tui.text.people import VERDICT_TONES
from tui.text.safe import safe
from tui.text.words import Words
from xmpp_agent import wire

KIND: Final = "audit-export"
_KNOWN: Final = ("open", "wait", "refuse")


def columns(words: Words) -> tuple[Column, ...]:
    """Columns of the grid, in order."""
    say = words.say
    return (
        Column("at", say("col.time"), 14, kept=True),
        Column("decision", "", 1, kept=True),
        Column("what", say("col.what"), 16, grows=3, kept=True),
        Column("who", say("col.whom"), 9, grows=2),
        Column("by", say("col.by"), 12, grows=2),
        Column("unit", say("col.unit"), 10, grows=2, gives_way=2),
        Column("why", say("col.reason"), 12, grows=6, gives_way=1),
    )


def spoken(row: wire.AuditRow, words: Words) -> tuple[str, str]:
    """What was done, and why it came out so, in the language chosen."""
    language = 0 if words.settings.lang == "da" else 1
    return safe(row.words[language], 80), safe(row.reason_words[language], 200)


def short_reason(row: wire.AuditRow, words: Words) -> str:
    """`i orden`, `for tidligt`…"""
    return words.code("reason", safe(row.reason, 60))


def cells(row: wire.AuditRow, words: Words) -> tuple[Cell, ...]:
    """The row, one cell for each of `columns`."""
    tone = VERDICT_TONES.get(row.decision, "bad")
    say, (what, _) = words.say, spoken(row, words)
    return (
        Cell(_full(row, words), "muted"),
        Cell(_sign(row.decision, words), tone),
        Cell(what, "strong" if row.decision != "open" else "plain"),
        Cell(safe(row.who, 60)),
        Cell(safe(row.by, 60)) if row.by or not row.who else Cell(say("audit.self"), "muted"),
        Cell(safe(row.unit, 60), "muted"),
        Cell(short_reason(row, words), "muted" if row.decision == "open" else tone),
    )


def summed_up(row: wire.AuditRow, words: Words) -> list[list[Cell]]:
    """What the line itself says, for the panel."""
    say = words.say
    what, why = spoken(row, words)
    tone = VERDICT_TONES.get(row.decision, "bad")
    facts = [
        ("col.whom", safe(row.who, 60) or say("audit.nobody")),
        ("col.by", safe(row.by, 60) or say("audit.themselves" if row.who else "audit.nobody")),
        ("col.unit", safe(row.unit, 60) or say("audit.no_unit")),
        ("audit.line", f"{safe(row.at.shard, 40)} {row.at.seq}"),
    ]
    lines = [
        [Cell(f"{_sign(row.decision, words)} {what}", tone), Cell(f"  {_full(row, words)}", "muted")],
        [Cell(why if row.decision != "open" else short_reason(row, words))],
    ]
    lines += [[Cell(f"{say(name):<12} ", "muted"), Cell(text)] for name, text in facts]
    asked = say("audit.rules", n=row.rules) if row.rules else say("audit.no_rules")
    return [*lines, [Cell(asked, "info" if row.rules else "muted")]]


def explained(whole: wire.AuditWhy, words: Words) -> list[list[Cell]]:
    """Everything the line holds: each rule asked, its decision, its reason in words, the facts it used."""
    say, language = words.say, 0 if words.settings.lang == "da" else 1
    lines = summed_up(whole.row, words)[:-1]
    for name, text in (("audit.subject", whole.subject), ("audit.actor", whole.actor), ("audit.note", whole.note)):
        if text:
            lines.append([Cell(f"{say(name):<12} ", "muted"), Cell(safe(text, 200))])
    lines += [[], [Cell(say("audit.rules_said") if whole.said else say("audit.no_rules"), "muted")]]
    for one in whole.said:
        tone = VERDICT_TONES.get(one.decision, "bad")
        name = words.code("rule", safe(one.rule, 40))
        lines.append([Cell(f"{_sign(one.decision, words)} ", tone), Cell(name, "strong")])
        sentence = safe(one.words[language], 200) if one.decision != "open" else ""
        why = f"{words.code('reason', safe(one.reason, 60))}{': ' if sentence else ''}{sentence}"
        facts = f"  ({safe(one.facts, 120)})" if one.facts else ""
        lines.append([Cell(f"    {why}"), Cell(facts, "muted")])
    if whole.said:
        lines.append([Cell(say("audit.rules_silent"), "muted")])
    return [*lines, [], [Cell(f"{say('audit.hash'):<12} ", "muted"), Cell(safe(whole.hash, 64), "muted")]]


def as_file(export: wire.AuditExport, about: str, made_at: str) -> str:
    """The export, a JSON object a line: what it is first, then each line as it stands in the chain.

    `about` names the citizen's appointment or the room by id. Nothing in it is a name or a number of anybody.
    """
    head = {
        "portner": KIND,
        "about": about,
        "made_at": made_at,
        "lines": len(export.lines),
        "complete": export.complete,
        "what": TEXTS["audit.file.what"],
        "hash": TEXTS["audit.file.hash"],
    }
    every = (head, *(line.plain() for line in export.lines))
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in every)


def _full(row: wire.AuditRow, words: Words) -> str:
    return f"{day_clock(row.at.at, words)[:6]}{clock(row.at.at, words, seconds=True)}"


def _sign(decision: str, words: Words) -> str:
    return words.sign(decision) if decision in _KNOWN else safe(decision, 10)
