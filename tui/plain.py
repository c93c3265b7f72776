"""The console without a screen: what there is to see in lines, once or as it changes.

For screen readers, pipes and scripts. Nothing can be done from here, only read. The exit code says whether all is well.
"""

import asyncio
import os
import sys
from contextlib import aclosing
from enum import StrEnum
from pathlib import Path
from typing import Final, TextIO

from tui import kept
from tui.address import place
from tui.agent.client import AgentClient
from tui.agent.stream import Stream
from tui.board.alerts import in_order, unseen
from tui.board.heard import Asked
from tui.board.queue import one_queue
from tui.board.watch import Watch
from tui.clock import elapsed
from tui.following import Ask, Level, Write, ask_nobody, keep_reading
from tui.settings import Settings, UnknownChoice
from tui.text.objects import Objects
from tui.text.plain import Sentences
from tui.text.sign_in import explained
from tui.text.voice import Voice
from tui.text.words import Words

WELL: Final = 0
NO_PICTURE: Final = 1
"""No agent, no access, or an agent that does not see Prosody."""
NEEDS_SOMEBODY: Final = 2
"""There is an alert that nobody has acknowledged."""


class Part(StrEnum):
    """What is read."""

    STATUS = "status"
    """Sums and rooms, once."""
    LOBBY = "lobby"
    """Everybody who waits, once."""
    WATCH = "watch"
    """The picture, and then what changes, until it is ended."""
    ALERTS = "alerts"
    """What a person must look at, once."""


def print_line(line: str, to: TextIO | None = None) -> None:
    """To standard output (or elsewhere) at once: whoever reads a pipe is not to wait until it is full."""
    out = to or sys.stdout
    out.write(f"{line}\n")
    out.flush()


async def read_once(client: AgentClient, part: Part, voice: Voice, write: Write, ask: Ask = ask_nobody) -> int:
    """Write one part of the picture; the exit code. One attempt: a script tries again when it likes.

    `ask` shows somebody that they must sign in; it is waited for as long as the code is good.
    """
    watch = Watch(elapsed)
    async with client, aclosing(Stream(client).follow()) as stream:
        async for heard in stream:
            watch.take(heard)
            if not isinstance(heard, Asked):
                break
            ask(heard)
    standing = watch.standing()
    for line in _once(part, watch, voice):
        write(line)
    if not standing.may_act:
        return NO_PICTURE
    return NEEDS_SOMEBODY if unseen(watch.board.alerts) and part is not Part.LOBBY else WELL


def _once(part: Part, watch: Watch, voice: Voice) -> list[str]:
    board, now = watch.board, watch.now()
    lines = voice.head(board, now, watch.standing())
    if board.link is None:
        return lines
    match part:
        case Part.LOBBY:
            return lines + voice.queue(one_queue(board.rooms.values()), now)
        case Part.ALERTS:
            return lines + [line for alert in in_order(board.alerts) for line in voice.alert(alert, now)]
        case _:
            return lines + voice.status(board, now)


def run(where: Path | str, part: str, level: str, *, as_json: bool) -> int:
    """The command: read one part, and answer the exit code. Raises SystemExit with words."""
    try:
        settings = Settings.from_env(os.environ, kept.read(kept.file_of(os.environ)))
    except UnknownChoice as error:
        raise SystemExit(str(error)) from error
    words = Words(settings)
    voice: Voice = Objects() if as_json else Sentences(words)
    there = place(where, words)

    def ask(asked: Asked) -> None:
        """On standard error: what is read from standard output stays clean."""
        lines = ["".join(cell.text for cell in line) for line in explained(asked, words)]
        print_line("\n".join(lines), sys.stderr)

    async def read() -> int:
        client = AgentClient(there, settings.lang)
        if part != Part.WATCH:
            return await read_once(client, Part(part), voice, print_line, ask)
        await keep_reading(client, Level(level), voice, print_line, ask)
        return WELL

    try:
        return asyncio.run(read())
    except KeyboardInterrupt:
        return WELL
    except BrokenPipeError:
        # Whoever read has read enough. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WELL
