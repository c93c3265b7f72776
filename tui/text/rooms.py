"""One room as a row of the room grid."""

from typing import Final

from tui.board.need import Need
from tui.board.query import longest_since
from tui.text.ages import glance
from tui.text.cells import Cell, Column, Tone
from tui.text.safe import safe
from tui.text.words import Words
from xmpp_agent import wire

PHASE_TONES: Final[dict[wire.RoomPhase, Tone]] = {
    wire.RoomPhase.CLOSED: "muted",
    wire.RoomPhase.READY: "good",
    wire.RoomPhase.EXPECTING: "info",
    wire.RoomPhase.VISIT: "info",
    wire.RoomPhase.FROZEN: "warn",
    wire.RoomPhase.TURNOVER: "muted",
    wire.RoomPhase.STUCK: "bad",
}


_URGENT: Final = frozenset({wire.AlertKind.STUCK_TURNOVER, wire.AlertKind.LONG_WAIT})


def columns(words: Words) -> tuple[Column, ...]:
    """Columns of the room grid, in order."""
    say = words.say
    return (
        Column("alert", "", 1, kept=True),
        Column("state", say("col.state"), 12, kept=True),
        Column("staff", say("col.staff"), 12, grows=4, kept=True),
        Column("unit", say("col.unit"), 10, grows=4, gives_way=1),
        Column("citizen", say("col.citizen"), 8, grows=1),
        Column("visit", say("col.visit"), 10, "right"),
        Column("waiting", say("col.waiting"), 4, "right"),
        Column("longest", say("col.longest"), 7, "right"),
    )


def phase_word(phase: wire.RoomPhase, words: Words) -> str:
    """`Besøg`, `Frosset` …"""
    return words.say(f"phase.{phase.value}")


def staff_names(row: wire.RoomRow) -> str:
    """All staff of a room in one line."""
    return ", ".join(safe(name, 60) for name in row.staff) or "–"


def citizen_name(row: wire.RoomRow) -> str:
    """The masked citizen with a count of companions, or nothing."""
    if row.citizen is None:
        return ""
    return safe(row.citizen, 40) + (f" +{row.companions}" if row.companions else "")


def wait_tone(seconds: float, target: wire.Number) -> Tone:
    """How a wait is meant to the unit's own target: nothing, getting long, too long."""
    if target.red is not None and seconds >= target.red:
        return "bad"
    return "warn" if target.amber is not None and seconds >= target.amber else "plain"


def cells(row: wire.RoomRow, now: float, need: Need, target: wire.Number, words: Words) -> tuple[Cell, ...]:
    """The row at `now` (the agent's clock), one cell for each of `columns`. `target`: of waits, in its unit."""
    quiet: Tone = "muted" if row.phase is wire.RoomPhase.CLOSED and not row.waiting else "plain"
    since = longest_since(row)
    return (
        _need(need, words),
        Cell(words.signed(row.phase.value, phase_word(row.phase, words)), PHASE_TONES[row.phase]),
        Cell(staff_names(row), quiet),
        Cell(safe(row.unit, 60), "muted"),
        Cell(citizen_name(row), quiet),
        _visit(row, now, words),
        Cell(str(len(row.waiting)), "strong") if row.waiting else Cell("·", "muted"),
        Cell(glance(now - since, words), wait_tone(now - since, target)) if since is not None else Cell(),
    )


def _visit(row: wire.RoomRow, now: float, words: Words) -> Cell:
    began = row.frozen_since if row.phase is wire.RoomPhase.FROZEN else row.visit_since
    length = glance(now - began, words) if began is not None else ""
    if row.recording:
        return Cell(f"{words.sign('recording')} {length}".rstrip(), "bad")
    return Cell(length)


def _need(need: Need, words: Words) -> Cell:
    if need.kinds:
        return Cell(words.sign("alert"), "bad" if need.kinds & _URGENT else "warn")
    return Cell(words.sign("unread"), "warn") if need.unread else Cell()
