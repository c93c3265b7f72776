"""The audit as it is read again, a year later too: who and what a line is about, and what one may look for in it."""

from dataclasses import dataclass
from typing import Final

UNREADABLE: Final = "unreadable"
"""The act of a line whose text is none any more. It stands in no chain: nobody can say what it was."""


@dataclass(frozen=True, slots=True)
class About:
    """Whose a line is. Ids only; empty where nobody can say."""

    unit: str = ""
    appointment: str = ""
    person: str = ""
    """Whom it is about; empty where that is only who did it."""
    actor: str = ""
    """Person id of whoever did it, or what stands in the line: `uid:<n>`, `agent`, `focus`."""


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """Where a line stands in time, and in its chain."""

    at: float
    shard: str
    seq: int


@dataclass(frozen=True, slots=True)
class OldSaid:
    """What one rule said, in the codes of its day."""

    rule: str
    decision: str
    reason: str
    facts: str


@dataclass(frozen=True, slots=True)
class OldLine:
    """One line as it stands in the chain. Codes are plain text: one that this version has dropped still reads."""

    spot: Spot
    act: str
    room: str
    subject: str
    actor: str
    decision: str
    reason: str
    note: str
    said: tuple[OldSaid, ...]
    text: str
    """The bytes that were hashed."""
    prev: str
    hash: str
    about: About


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom lines name by id."""

    name: str
    is_staff: bool


@dataclass(frozen=True, slots=True)
class Term:
    """One word looked for: a line of one of these acts or reasons has it, or one in whose own text it stands."""

    text: str = ""
    """Empty: not looked for in the text."""
    acts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Which lines are wanted; newest first. None and empty: it does not matter."""

    units: frozenset[str]
    """Only of these; "*": all, and those of no unit."""
    room: str = ""
    appointments: tuple[str, ...] | None = None
    actors: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    """Acts."""
    since: float | None = None
    until: float | None = None
    terms: tuple[Term, ...] = ()
    before: Spot | None = None
