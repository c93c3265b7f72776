"""The filter line: words, words that must not be there, and fields (`unit:syd wait>10m !state:closed`).

A word is looked for everywhere in a row. `field:text` looks in one field; `field>10m` and `field<90s` compare a length
of time (without a letter: minutes; `>` from there on) or a number. A field no row has is a word like any other. Names
of fields are understood in Danish and English whatever language is shown.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

ALIASES: Final[Mapping[str, str]] = {
    "enhed": "unit", "medarbejder": "staff", "tilstand": "state", "borger": "citizen", "hvem": "who", "vent": "wait",
    "ventet": "wait", "besøg": "visit", "venter": "waiting", "bevis": "proof", "svar": "verdict", "sag": "case",
    "slags": "kind", "hvorfor": "why", "lokale": "room",
    "alder": "age", "siden": "age", "ringet": "rang",
}  # fmt: skip
_TERM: Final = re.compile(r"(?P<name>[^\W\d]+)(?P<sign>[:<>])(?P<value>.+)")
_LENGTH: Final = re.compile(r"(?P<number>\d+(?:[.,]\d+)?)(?P<unit>[smht]?)")
_SECONDS: Final = {"s": 1.0, "m": 60.0, "": 60.0, "h": 3600.0, "t": 3600.0}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row says, by field. Texts are in lower case; `since`: when something began, seconds since 1970."""

    texts: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, float | None] = field(default_factory=dict)
    """None: it has not begun, and no comparison holds."""
    numbers: Mapping[str, float] = field(default_factory=dict)


Test = Callable[[str, Facts, float], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What stands in the filter line, understood."""

    tests: tuple[Test, ...] = ()
    is_timed: bool = False
    """Whether a row may come in or fall out because time passes."""

    def lets(self, hay: str, facts: Facts, now: float) -> bool:
        """Whether a row is shown. `hay`: all its words in lower case; `now`: the agent's clock."""
        return all(test(hay, facts, now) for test in self.tests)


def understood(text: str) -> Filter:
    """The filter line as tests; never raises: whatever somebody is in the middle of typing filters by words."""
    tests, is_timed = list[Test](), False
    for word in text.casefold().split():
        wanted = not word.startswith("!")
        term = word if wanted else word[1:]
        if not term:
            continue
        found = _TERM.fullmatch(term)
        test = _contains(term)
        if found is not None:
            name = ALIASES.get(found["name"], found["name"])
            if found["sign"] == ":":
                test = _in_field(name, found["value"], term)
            elif (limit := _length(found["value"])) is not None:
                test = _compared(name, found["sign"] == ">", *limit, term)
                is_timed = True
        tests.append(test if wanted else _not(test))
    return Filter(tuple(tests), is_timed)


def _contains(word: str) -> Test:
    return lambda hay, facts, now: word in hay


def _in_field(name: str, value: str, word: str) -> Test:
    def test(hay: str, facts: Facts, now: float) -> bool:
        text = facts.texts.get(name)
        return word in hay if text is None else value in text

    return test


def _compared(name: str, more: bool, number: float, seconds: float, word: str) -> Test:
    def test(hay: str, facts: Facts, now: float) -> bool:
        if name in facts.numbers:
            return facts.numbers[name] > number if more else facts.numbers[name] < number
        if name not in facts.since:
            return word in hay
        since = facts.since[name]
        return since is not None and (now - since >= seconds if more else now - since < seconds)

    return test


def _not(test: Test) -> Test:
    return lambda hay, facts, now: not test(hay, facts, now)


def _length(text: str) -> tuple[float, float] | None:
    """A number as it stands, and as seconds."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        return None
    number = float(found["number"].replace(",", "."))
    return number, number * _SECONDS[found["unit"]]
