"""How a stand-in misbehaves: what is told here happens to the next letters, one after the other."""

import asyncio
import gzip
from collections import deque
from collections.abc import AsyncIterator, Callable
from enum import Enum, auto

from fastapi import Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, StreamingResponse


class Trick(Enum):
    """One way to misbehave."""

    HANG = auto()
    """Takes nothing and never answers."""
    ERROR = auto()
    """500."""
    BUSY = auto()
    """429 with Retry-After."""
    CLOSED = auto()
    """503 with Retry-After."""
    GARBAGE = auto()
    """200 and bytes nobody can read."""
    OTHER_KIND = auto()
    """200 and somebody's login page."""
    HUGE = auto()
    """200 and a yes that is longer than anybody wants."""
    CUT = auto()
    """200 and the connection ends before the answer does."""
    PACKED = auto()
    """200 and a yes, compressed, though nobody asked for that."""
    REDIRECT = auto()
    """307 to another place, which keeps count of who comes."""
    LOST_ANSWER = auto()
    """Takes the letter and never answers."""
    DROP = auto()
    """Takes the letter, says yes, and it is never heard of again."""
    LATE = auto()
    """Takes the letter; its receipt comes when it is released."""


_AFTER_TAKING = frozenset({Trick.LOST_ANSWER, Trick.DROP, Trick.LATE})
RETRY_AFTER = 7
_MEBIBYTE = b"x" * (1 << 20)
_YES = b'{"msg_id": "1", "success": [{"to": "1"}]}'


class Script:
    """What is to happen. Without a word, everything goes well."""

    def __init__(self) -> None:
        self._next: deque[Trick | None] = deque()
        self.released = asyncio.Event()
        self.requests = 0
        self.followed = 0
        """Who came to the place REDIRECT points at."""

    def then(self, *tricks: Trick | None) -> None:
        """These happen to the next requests; None is one that goes well."""
        self._next.extend(tricks)

    def release(self) -> None:
        """Late receipts go out."""
        self.released.set()

    def take(self) -> Trick | None:
        """What happens to the request that has just come in."""
        self.requests += 1
        return self._next.popleft() if self._next else None


def keeps_the_letter(trick: Trick | None) -> bool:
    """Whether the letter is taken all the same."""
    return trick is None or trick in _AFTER_TAKING


async def perform(trick: Trick) -> Response:
    """The answer, or none for as long as the server runs."""
    if trick in (Trick.HANG, Trick.LOST_ANSWER):
        await asyncio.Event().wait()
    return _ANSWERS[trick]()


async def _little() -> AsyncIterator[bytes]:
    yield b'{"msg'


async def _much() -> AsyncIterator[bytes]:
    yield _YES[:-1] + b', "more": "'
    for _ in range(64):
        yield _MEBIBYTE
    yield b'"}'


_WAIT = {"Retry-After": str(RETRY_AFTER)}
_ANSWERS: dict[Trick, Callable[[], Response]] = {
    Trick.ERROR: lambda: PlainTextResponse("Internal Server Error", 500),
    Trick.BUSY: lambda: PlainTextResponse("Too Many Requests", 429, headers=_WAIT),
    Trick.CLOSED: lambda: PlainTextResponse("Service Unavailable", 503, headers=_WAIT),
    Trick.GARBAGE: lambda: Response(b"\x00\xff{[<" * 50, media_type="application/json"),
    Trick.OTHER_KIND: lambda: HTMLResponse("<!DOCTYPE html><title>Log ind</title>"),
    Trick.HUGE: lambda: StreamingResponse(_much(), media_type="application/json"),
    Trick.CUT: lambda: StreamingResponse(_little(), headers={"Content-Length": "1000"}, media_type="application/json"),
    Trick.PACKED: lambda: Response(gzip.compress(_YES), headers={"Content-Encoding": "gzip"}),
    Trick.REDIRECT: lambda: RedirectResponse("/elsewhere"),
}
