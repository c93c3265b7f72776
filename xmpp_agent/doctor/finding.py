"""What the doctor found: one line each."""

from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override


class State(StrEnum):
    """How a thing stands."""

    FINE = "fine"
    UNKNOWN = "unknown"
    """It could not be asked; nothing is said about it."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, how it stands, and in words what that means or what to do."""

    state: State
    thing: str
    words: str

    @override
    def __str__(self) -> str:
        return f"{self.state:<8} {self.thing}: {self.words}"


def judged(good: bool, thing: str, fine: str, wrong: str) -> Finding:
    """A finding that is either fine or wrong."""
    return Finding(State.FINE, thing, fine) if good else Finding(State.WRONG, thing, wrong)
