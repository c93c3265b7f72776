"""One recording as a row of the grid, and explained line by line."""

from typing import Final

from tui.board.recordings import CHAIN, RUNNING, steps_done
from tui.text.ages import clock, exact, glance
from tui.text.cells import Cell, Column, Tone
from tui.text.locales import decimal
from tui.text.safe import safe
from tui.text.words import Words
from xmpp_agent import wire

_S = wire.RecordingStage
TONES: Final[dict[wire.RecordingStage, Tone]] = {
    _S.ON: "bad",
    _S.STARTING: "info",
    _S.STOPPING: "info",
    _S.EXPECTED: "info",
    _S.HERE: "info",
    _S.ENCRYPTED: "info",
    _S.FILED: "info",
    _S.RECEIPTED: "good",
    _S.RECORDER_LOST: "warn",
    _S.MISSING: "bad",
    _S.UNMAPPED: "bad",
    _S.FILING_REFUSED: "bad",
    _S.RECEIPT_LATE: "bad",
}
"""Those not named are muted: nothing is there (yet), or nothing is left."""
_UNITS: Final = ("B", "kB", "MB", "GB", "TB")


def columns(words: Words) -> tuple[Column, ...]:
    """Columns of the grid, in order."""
    say = words.say
    return (
        Column("alert", "", 1, kept=True),
        Column("stage", say("col.state"), 15, kept=True),
        Column("age", say("col.age"), 7, "right"),
        Column("progress", say("col.progress"), 7, gives_way=2),
        Column("staff", say("col.staff"), 12, grows=2),
        Column("unit", say("col.unit"), 10, grows=2, gives_way=3),
        Column("citizen", say("col.citizen"), 8, grows=1, kept=True),
        Column("case", say("col.case"), 12, grows=1, gives_way=4),
        Column("length", say("col.length"), 8, "right", gives_way=1),
        Column("size", say("col.size"), 8, "right", gives_way=6),
        Column("number", say("col.number"), 10, grows=1, gives_way=5),
        Column("why", say("col.why"), 16, grows=8, gives_way=7),
    )


def stage_word(stage: wire.RecordingStage, words: Words) -> str:
    """`Optager`, `Mangler` …"""
    return words.say(f"stage.{stage.value}")


def whose(row: wire.RecordingRow, words: Words) -> str:
    """The masked citizen, or that nobody knows."""
    return safe(row.citizen, 40) if row.citizen is not None else words.say("recording.nobodys")


def why(row: wire.RecordingRow, words: Words) -> str:
    """The agent's sentence in the language chosen."""
    return safe(row.words[0 if words.settings.lang == "da" else 1])


def size_of(row: wire.RecordingRow, words: Words) -> str:
    """`1,9 GB`; empty when nothing is here."""
    if row.size is None:
        return ""
    left, unit = float(row.size), 0
    while left >= 1000 and unit < len(_UNITS) - 1:
        left, unit = left / 1000, unit + 1
    return f"{decimal(left, words.settings.lang)} {_UNITS[unit]}" if unit else f"{row.size} B"


def length_of(row: wire.RecordingRow, now: float) -> str:
    """How long it plays, or has run so far, or ran."""
    if row.seconds is not None:
        return exact(row.seconds)
    if row.began is None:
        return ""
    return exact((now if row.stage in RUNNING else row.ended or row.since) - row.began)


def progress(row: wire.RecordingRow, words: Words) -> str:
    """How far along the chain it is: `###....`; empty before it began or when there never was one."""
    done = steps_done(row.stage)
    if not done:
        return ""
    return words.sign("step") * done + words.sign("no_step") * (len(CHAIN) - done)


def cells(row: wire.RecordingRow, now: float, words: Words) -> tuple[Cell, ...]:
    """The row at `now` (the agent's clock), one cell for each of `columns`."""
    tone = TONES.get(row.stage, "muted")
    quiet: Tone = "muted" if tone == "muted" else "plain"
    return (
        _alert(row, words),
        Cell(words.signed(_sign(row), stage_word(row.stage, words)), tone),
        Cell(glance(now - row.since, words), "bad" if row.stuck else quiet),
        Cell(progress(row, words), "muted"),
        Cell(safe(row.staff, 60) or "–", quiet),
        Cell(safe(row.unit, 60) or "–", "muted"),
        Cell(whose(row, words), quiet),
        Cell(safe(row.case, 60), "muted"),
        Cell(length_of(row, now), quiet),
        Cell(size_of(row, words), quiet),
        Cell(safe(row.number, 60), "muted"),
        Cell(why(row, words), "warn" if row.fault else "muted"),
    )


def explained(row: wire.RecordingRow, now: float, words: Words) -> list[list[Cell]]:
    """Everything that is known of it."""
    say = words.say
    since = say("recording.since", at=clock(row.since, words, seconds=True), age=glance(now - row.since, words))
    facts = [
        ("recording.of", f"{whose(row, words)} · {safe(row.case, 60) or '–'}"),
        ("recording.by", f"{safe(row.staff, 60) or '–'} · {safe(row.unit, 60) or '–'}"),
        ("recording.room", safe(row.room, 60) or "–"),
        ("recording.began", clock(row.began, words, seconds=True) if row.began is not None else "–"),
        ("recording.file", " · ".join(part for part in (length_of(row, now), size_of(row, words)) if part) or "–"),
        ("recording.number", safe(row.number, 60) or "–"),
        ("recording.id", safe(row.recording, 60)),
    ]
    lines = [
        [
            Cell(words.signed(_sign(row), stage_word(row.stage, words)), TONES.get(row.stage, "muted")),
            Cell(f"  {since}", "muted"),
        ],
        [Cell(why(row, words), "warn" if row.stuck or row.fault else "plain")],
    ]
    if row.attempts and row.next_try is not None:
        lines.append(
            [Cell(say("recording.tried", n=row.attempts, at=clock(row.next_try, words, seconds=True)), "muted")]
        )
    lines += [[Cell(f"{say(name):<12} ", "muted"), Cell(text)] for name, text in facts]
    acts = ", ".join(say(f"may.{act}") for act in row.may) or say("may.nothing")
    lines.append([Cell(f"{say('recording.may'):<12} ", "muted"), Cell(acts, "info")])
    return lines


def _sign(row: wire.RecordingRow) -> str:
    if row.stage in RUNNING:
        return "recording"
    return "stuck" if row.stuck else "done" if row.stage is _S.RECEIPTED else "note"


def _alert(row: wire.RecordingRow, words: Words) -> Cell:
    if row.stuck:
        return Cell(words.sign("alert"), "bad")
    return Cell(words.sign("held"), "info") if row.held else Cell()
