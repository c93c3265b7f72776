"""Everybody who waits: a row of the one list, its heading, and the sums over it."""

from collections.abc import Collection

from tui.board.queue import Waiting
from tui.text import people
from tui.text.ages import glance
from tui.text.cells import Cell, Column
from tui.text.rooms import staff_names, wait_tone
from tui.text.safe import safe
from tui.text.words import Words
from xmpp_agent import wire


def columns(words: Words) -> tuple[Column, ...]:
    """Columns of the one list, in order."""
    say = words.say
    return (
        Column("waited", say("col.waited"), 7, "right"),
        Column("who", say("col.who"), 12, grows=2, kept=True),
        Column("staff", say("col.staff"), 12, grows=3),
        Column("place", say("col.place"), 3, "right"),
        Column("unit", say("col.unit"), 10, grows=2, gives_way=3),
        Column("appointment", say("col.appointment"), 6, gives_way=2),
        Column("proof", say("col.proof"), 15, gives_way=1),
        Column("proof_age", say("col.proof_age"), 7, "right", gives_way=2),
        Column("device", say("col.device"), 12, gives_way=2),
        Column("passed_over", say("col.passed_over"), 5, "right", gives_way=1),
        Column("verdict", say("col.verdict"), 11, kept=True),
        Column("reason", say("col.reason"), 12, grows=4, gives_way=4),
    )


def staff_of(row: Waiting) -> str:
    """For whom they wait."""
    return staff_names(row.room)


def cells(row: Waiting, now: float, target: wire.Number, words: Words) -> tuple[Cell, ...]:
    """The row at `now` (the agent's clock), one cell for each of `columns`. `target`: of waits, in its unit."""
    place, who, appointment, waited, proof, verdict, reason = people.cells(row.place, row.person, now, target, words)
    unit = Cell(safe(row.room.unit, 60), "muted")
    age, device = people.proof_age_cell(row.person, now, words), people.device_cell(row.person, words)
    passed = people.passed_over_cell(row.person, words)
    return waited, who, Cell(staff_of(row)), place, unit, appointment, proof, age, device, passed, verdict, reason


def sums_line(rows: Collection[Waiting], now: float, target: wire.Number, words: Words) -> list[Cell]:
    """The top line: how many, the longest wait, whom staff must look at. `target`: of waits, over all units."""
    say = words.say
    line = [
        Cell(say("top.name"), "strong"),
        Cell(f"  {say('top.waiting', n=len(rows))}", "strong" if rows else "muted"),
    ]
    if rows:
        waited = now - min(row.person.since for row in rows)
        line.append(Cell(f", {say('top.longest', age=glance(waited, words))}", wait_tone(waited, target)))
    judge = sum(row.person.lane == "judge" for row in rows)
    if judge:
        line.append(Cell(f"   {words.signed('judge', say('queue.to_judge', n=judge))}", "warn"))
    return line
