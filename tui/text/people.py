"""One waiting person: as a row of the lobby grid, and explained rule by rule."""

from typing import Final

from tui.text.ages import clock, exact, glance
from tui.text.cells import Cell, Column, Tone
from tui.text.rooms import wait_tone
from tui.text.safe import safe
from tui.text.words import Words
from xmpp_agent import wire

VERDICT_TONES: Final[dict[str, Tone]] = {"open": "good", "wait": "muted", "refuse": "bad", "judge": "warn"}

DEVICE_TONES: Final[dict[str, Tone]] = {"": "muted", "skipped": "muted", "good": "good"}


def columns(words: Words) -> tuple[Column, ...]:
    """Columns of the lobby grid, in order."""
    say = words.say
    return (
        Column("place", "", 2, "right"),
        Column("who", say("col.who"), 16, grows=3),
        Column("appointment", say("col.appointment"), 6, gives_way=2),
        Column("waited", say("col.waited"), 7, "right"),
        Column("proof", say("col.proof"), 15, grows=2, gives_way=1),
        Column("verdict", say("col.verdict"), 11),
        Column("reason", say("col.reason"), 12, grows=5, gives_way=3),
    )


def who(person: wire.WaitingRow, words: Words) -> str:
    """Masked name; companions are marked in words."""
    name = safe(person.masked, 40)
    return f"{name} · {words.say('role.companion')}" if person.role == "companion" else name


def verdict(person: wire.WaitingRow) -> str:
    """`judge` where staff must look at the identity; else what the rules say now."""
    return "judge" if person.lane == "judge" else person.decision


def verdict_cell(person: wire.WaitingRow, words: Words) -> Cell:
    """Sign, word and tone of the verdict."""
    kind = verdict(person)
    return Cell(words.signed(kind, words.say(f"verdict.{kind}")), VERDICT_TONES[kind])


def reason(person: wire.WaitingRow, words: Words) -> str:
    """The agent's sentence; the code's own words where it sent none."""
    text = safe(person.reason_text) or words.code("reason", safe(person.reason, 60))
    return f"{words.say('person.away')}. {text}" if person.away else text


def cells(place: int, person: wire.WaitingRow, now: float, target: wire.Number, words: Words) -> tuple[Cell, ...]:
    """The row at `now` (the agent's clock), one cell for each of `columns`. `place` counts from 1; `target`: of waits,
    in the room's unit."""
    waited = now - person.since
    at = person.appointment_at
    return (
        Cell(str(place), "muted"),
        Cell(who(person, words), "muted" if person.away else "strong"),
        Cell(clock(at, words) if at is not None else "", "plain"),
        Cell(exact(waited), wait_tone(waited, target)),
        Cell(safe(person.proof, 60)),
        verdict_cell(person, words),
        Cell(reason(person, words), "muted"),
    )


def proof_age_cell(person: wire.WaitingRow, now: float, words: Words) -> Cell:
    """How long ago the name was proved."""
    return Cell(glance(now - person.proved_at, words) if person.proved_at is not None else "", "muted")


def device_cell(person: wire.WaitingRow, words: Words) -> Cell:
    """What their own test of camera and microphone found."""
    tone = DEVICE_TONES.get(person.device, "warn")
    return Cell(words.say(f"device.{person.device}") if person.device else "", tone)


def passed_over_cell(person: wire.WaitingRow, words: Words) -> Cell:
    """How many were let in before who came later."""
    return Cell(f"{words.sign('alert')}{person.passed_over}", "warn") if person.passed_over else Cell()


def _came(person: wire.WaitingRow, now: float, words: Words) -> list[list[Cell]]:
    """What is known of how they came, a line each."""
    say, lines = words.say, list[list[Cell]]()
    if person.proved_at is not None:
        lines.append(
            [
                Cell(
                    say("why.proved", at=clock(person.proved_at, words), age=glance(now - person.proved_at, words)),
                    "muted",
                )
            ]
        )
    if person.device:
        lines.append([Cell(say("why.device", found=say(f"device.{person.device}")), device_cell(person, words).tone)])
    if person.passed_over:
        lines.append([Cell(say("why.passed_over", n=person.passed_over), "warn")])
    return lines


def why(person: wire.WaitingRow, now: float, words: Words) -> list[list[Cell]]:
    """The decision explained, line by line: the person, the answer, how they came, and each rule with its own."""
    say = words.say
    at = person.appointment_at
    appointment = f" · {say('why.appointment')} {clock(at, words)}" if at is not None else ""
    lines = [
        [
            Cell(who(person, words), "strong"),
            Cell(f"  {safe(person.proof, 60)}"),
            Cell(f"  {say('why.since')} {clock(person.since, words, seconds=True)}{appointment}", "muted"),
        ],
        [verdict_cell(person, words), Cell(f"  {reason(person, words)}")],
    ]
    if person.lane == "judge":
        lines.append([Cell(say("verdict.judge_long"), "warn")])
    lines += _came(person, now, words)
    if person.rules:
        lines += [[], [Cell(say("why.rules"), "muted")]]
        lines += [_rule(said, words) for said in person.rules.split()]
    return lines


def _rule(said: str, words: Words) -> list[Cell]:
    """One rule asked, as the wire says it: `right_person=wait:wrong_person`."""
    rule, _, answer = said.partition("=")
    decision, _, code = answer.partition(":")
    tone = VERDICT_TONES.get(decision, "bad")
    known = decision in ("open", "wait", "refuse")
    mark = words.sign(decision) if known else safe(decision, 10)
    name = words.code("rule", safe(rule, 40))
    return [Cell(f"{mark} ", tone), Cell(f"{name:<26} "), Cell(words.code("reason", safe(code, 60)), "muted")]
