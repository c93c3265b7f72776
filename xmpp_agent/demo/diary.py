"""What is expected of the day, what happened, and the difference. One line per event, Danish and English."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from typing_extensions import override

from xmpp_agent.demo.sightings import Sighting, What

_WITHIN = 12.0
"""Seconds everything that follows from one act may take; it takes well under one on two idle cores."""
_WIDTH = 20


class DayFault(Exception):
    """Something expected did not happen; the text says what."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Something that must happen once: to whom, what, and words that must be in what it is about."""

    who: str
    what: What
    about: str = ""

    def is_met_by(self, who: str, seen: Sighting) -> bool:
        """Whether this is it. Without words, anything will do."""
        return who == self.who and seen.what is self.what and self.about in seen.about

    @override
    def __str__(self) -> str:
        return f"{self.who} {self.what.value[1]} {self.about}".rstrip()


class Diary:
    """Keeps the lines and the accounts. `say` prints one line; what follows from one act takes at most `within` s."""

    def __init__(self, say: Callable[[str], None], within: float = _WITHIN) -> None:
        self._say, self._within = say, within
        self._open: list[Expected] = []
        self._allowed: frozenset[tuple[str, What]] = frozenset()
        self._changed = asyncio.Event()
        self._began = time.monotonic()
        self.unexpected: list[str] = []
        self.events = 0

    def saw(self, who: str, seen: Sighting) -> None:
        """Note one thing that happened; the first expectation it meets is met."""
        met = next((expected for expected in self._open if expected.is_met_by(who, seen)), None)
        self.events += 1
        if met is None and (who, seen.what) in self._allowed:
            self.line(who, str(seen))
        elif met is None:
            self.unexpected.append(f"{who}: {seen}")
            self.line(who, f"UVENTET · UNEXPECTED: {seen}")
        else:
            self._open.remove(met)
            self.line(who, str(seen))
        self._changed.set()

    def line(self, who: str, text: str) -> None:
        """Print one line with the time of the day's clock."""
        self._say(f"{time.monotonic() - self._began:5.1f} s  {who:<{_WIDTH}} {text}")

    async def step(
        self,
        who: str,
        words: tuple[str, str],
        act: Awaitable[object],
        *expected: Expected,
        allowed: frozenset[tuple[str, What]] = frozenset(),
    ) -> None:
        """Somebody does something; returns when all that is expected has happened, in any order. Raises DayFault.

        `allowed`: (who, what) that may happen any number of times until the next step.
        """
        self.line(f"» {who}", f"{words[0]} · {words[1]}")
        self._allowed = allowed
        self._open.extend(expected)
        await act
        await self.until(lambda: not self._open, lambda: "; ".join(map(str, self._open)))

    async def until(self, happened: Callable[[], bool], missing: Callable[[], str]) -> None:
        """Wait for something that `saw` brings about. Raises DayFault with what is missing."""
        try:
            async with asyncio.timeout(self._within):
                while not happened():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise DayFault(f"did not happen within {self._within:g} s: {missing()}") from None
