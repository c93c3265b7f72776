"""Numbers, their targets and how they stand, in words. The state is always a sign and a word, never colour alone."""

import math
from typing import Final

from tui.board.numbers import value
from tui.text.ages import exact
from tui.text.cells import Cell, Tone
from tui.text.words import Words
from xmpp_agent import wire

TONE_OF_LIGHT: Final[dict[str, Tone]] = {"green": "good", "amber": "warn", "red": "bad", "none": "plain"}
_PERCENT: Final = frozenset({"service_level", "abandon_rate", "occupancy"})
_SECONDS: Final = frozenset({"longest_wait", "answer_mean", "answer_p50", "answer_p90"})
_HIGHER_IS_BETTER: Final = frozenset({"service_level"})
_MOST_DIGITS: Final = 999


def is_span(name: str) -> bool:
    """Whether the number is a length of time."""
    return name in _SECONDS or name.endswith("_for")


def split(name: str, amount: float | None, words: Words) -> tuple[str, str]:
    """At most three digits, and what they count: ("17", "min"). ("–", "") when there is nothing."""
    if amount is None:
        return "-", ""
    if name in _PERCENT:
        return str(round(amount)), words.say("unit.percent")
    if not is_span(name):
        return str(min(round(amount), _MOST_DIGITS)), ""
    if amount < 60:
        return str(int(amount)), words.say("unit.seconds")
    minutes = int(amount // 60)
    if minutes <= _MOST_DIGITS:
        return str(minutes), words.say("unit.minutes")
    return str(min(minutes // 60, _MOST_DIGITS)), words.say("unit.hours")


def short(name: str, amount: float | None, words: Words) -> str:
    """The same in one piece: `17 min`."""
    digits, unit = split(name, amount, words)
    return f"{digits} {unit}".rstrip()


def title(row: wire.UnitNumbers, name: str, words: Words) -> str:
    """What the number is called; the service level with its Y."""
    if name == "service_level":
        return words.say("number.within", time=short("answer_p90", row.answer_within, words))
    return words.say(f"number.{name}")


def target(told: wire.Number, words: Words) -> str:
    """From where it is amber and red."""
    if told.amber is None or told.red is None:
        return words.say("target.none")
    amber, red, unit = _edges(told.name, told.amber, told.red, words)
    over = told.name in _HIGHER_IS_BETTER
    return words.say("target.over" if over else "target.under", amber=amber, red=red, unit=unit).rstrip()


def _edges(name: str, amber: float, red: float, words: Words) -> tuple[str, str, str]:
    """Both edges in one unit. A count is amber from the next whole one on."""
    if not is_span(name):
        unit = words.say("unit.percent") if name in _PERCENT else ""
        return str(math.ceil(amber)), str(math.ceil(red)), unit
    if amber % 60 or red % 60:
        return exact(amber), exact(red), ""
    return str(int(amber // 60)), str(int(red // 60)), words.say("unit.minutes")


def tone(told: wire.Number, *, stale: bool) -> Tone:
    """The ink it is drawn in."""
    return "muted" if stale else TONE_OF_LIGHT[told.light]


def state(told: wire.Number, now: float, words: Words, *, stale: bool) -> Cell:
    """How it stands to its target, in a sign and a word; an old number says only that it is old."""
    if stale:
        return Cell(words.signed("late", words.say("light.old")), "muted")
    if value(told, now) is None:
        return Cell(words.signed("none", words.say("light.unknown")), "muted")
    return Cell(words.signed(told.light, words.say(f"light.{told.light}")), tone(told, stale=False))
