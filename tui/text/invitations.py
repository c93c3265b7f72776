"""One invitation that did not arrive, as a row of the grid, and explained way by way."""

from typing import Final

from tui.board.office import NEEDS_A_PERSON
from tui.text.ages import day_clock, glance
from tui.text.calls import may_line
from tui.text.cells import Cell, Column, Tone
from tui.text.safe import safe
from tui.text.words import Words
from xmpp_agent import wire

_N = wire.InvitationNext
TONES: Final[dict[wire.InvitationNext, Tone]] = {
    _N.CALL: "bad",
    _N.NOTHING: "bad",
    _N.RETRY: "warn",
    _N.WAY: "info",
    _N.SENDING: "info",
    _N.RECEIPT: "info",
}
SIGNS: Final[dict[wire.InvitationNext, str]] = {
    _N.CALL: "alert",
    _N.NOTHING: "stuck",
    _N.RETRY: "turnover",
    _N.WAY: "asked",
    _N.SENDING: "asked",
    _N.RECEIPT: "wait",
}
_WAY_SIGNS: Final = {"failed": "refuse", "delivered": "done", "opened": "done", "sent": "wait"}
_WAY_TONES: Final[dict[str, Tone]] = {"failed": "bad", "delivered": "good", "opened": "good"}


def columns(words: Words) -> tuple[Column, ...]:
    """Columns of the grid, in order."""
    say = words.say
    return (
        Column("alert", "", 1, kept=True),
        Column("at", say("col.appointment"), 11),
        Column("citizen", say("col.citizen"), 8, grows=1, kept=True),
        Column("next", say("col.next"), 16, kept=True),
        Column("next_at", say("col.next_at"), 11, gives_way=2),
        Column("staff", say("col.staff"), 12, grows=2),
        Column("unit", say("col.unit"), 10, grows=2, gives_way=3),
        Column("ways", say("col.ways"), 20, grows=4, gives_way=1),
        Column("why", say("col.why"), 16, grows=8, gives_way=4),
    )


def next_word(step: wire.InvitationNext, words: Words) -> str:
    """`Ring op`, `Prøves igen` …"""
    return words.say(f"next.{step.value}")


def whose(row: wire.InvitationRow, words: Words) -> str:
    """The masked citizen, or that it is a companion."""
    who = safe(row.masked, 40) or "–"
    return words.say("invitation.companion", who=who) if row.role == "companion" else who


def why(row: wire.InvitationRow, words: Words) -> str:
    """The agent's sentence in the language chosen."""
    return safe(row.words[0 if words.settings.lang == "da" else 1])


def ways(row: wire.InvitationRow, words: Words) -> str:
    """`✗ Digital Post  ✗ Sms`: each way in short, in the order they were tried."""
    return "  ".join(words.signed(_way_sign(way), channel(way, words)) for way in row.ways)


def channel(way: wire.TriedWay, words: Words) -> str:
    """The way's name."""
    return safe(words.code("channel", way.channel), 20)


def cells(row: wire.InvitationRow, words: Words) -> tuple[Cell, ...]:
    """One cell for each of `columns`."""
    urgent, tone = row.next in NEEDS_A_PERSON, TONES[row.next]
    return (
        Cell(words.sign("alert"), "bad") if urgent else Cell(),
        Cell(day_clock(row.starts_at, words), "strong" if urgent else "plain"),
        Cell(f"+ {safe(row.masked, 40)}" if row.role == "companion" else whose(row, words)),
        Cell(words.signed(SIGNS[row.next], next_word(row.next, words)), tone),
        Cell(day_clock(row.next_at, words) if row.next_at is not None else "–", "muted"),
        Cell(safe(row.staff, 60) or words.say("invitation.anybody")),
        Cell(safe(row.unit, 60) or "–", "muted"),
        Cell(ways(row, words), "muted"),
        Cell(why(row, words), "warn" if urgent else "muted"),
    )


def explained(row: wire.InvitationRow, now: float, words: Words, *, may_act: bool) -> list[list[Cell]]:
    """What happens next, each way with its reason, and what may be done."""
    say = words.say
    when = say("invitation.next_at", at=day_clock(row.next_at, words)) if row.next_at is not None else ""
    start = day_clock(row.starts_at, words) + (f" · {say('invitation.off')}" if row.cancelled else "")
    lines = [
        [
            Cell(words.signed(SIGNS[row.next], next_word(row.next, words)), TONES[row.next]),
            Cell(f"  {when}" if when else "", "muted"),
        ],
        [Cell(why(row, words), "warn" if row.next in NEEDS_A_PERSON else "plain")],
        [Cell(f"{say('invitation.about'):<12} ", "muted"), Cell(f"{whose(row, words)} · {start}")],
        [
            Cell(f"{say('invitation.by'):<12} ", "muted"),
            Cell(f"{safe(row.staff, 60) or say('invitation.anybody')} · {safe(row.unit, 60) or '–'}"),
        ],
    ]
    lines += [_way_line(way, words) for way in row.ways]
    lines.append([Cell(say("invitation.changed", age=glance(now - row.since, words)), "muted")])
    return [*lines, may_line(why_not(row, words) if may_act else say("may.not_current"), words)]


def why_not(row: wire.InvitationRow, words: Words) -> str:
    """What one may do; else why the link cannot be sent again."""
    if row.may:
        return words.say("may.send_link")
    if row.role == "companion":
        return words.say("may.of_companion")
    if row.cancelled:
        return words.say("may.off")
    return words.say("may.on_its_way") if row.next is _N.SENDING else ""


def _way_line(way: wire.TriedWay, words: Words) -> list[Cell]:
    said = safe(way.words[0 if words.settings.lang == "da" else 1])
    tried = f" ({words.say('invitation.tried', n=way.attempts)})" if way.attempts > 1 else ""
    return [
        Cell(f"  {day_clock(way.at, words)} ", "muted"),
        Cell(f"{words.sign(_way_sign(way))} ", _WAY_TONES.get(way.state, "muted")),
        Cell(f"{said}{tried}", _WAY_TONES.get(way.state, "plain")),
    ]


def _way_sign(way: wire.TriedWay) -> str:
    return _WAY_SIGNS.get(way.state, "asked")
