"""The line mode as a reader has it: lines as they come, or all of one part."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tui.agent.client import AgentClient
from tui.following import Level, keep_reading
from tui.plain import Part, read_once
from tui.settings import Settings
from tui.text.objects import Objects
from tui.text.plain import Sentences
from tui.text.voice import Voice
from tui.text.words import Words

ENGLISH = Settings(lang="en")


def voice_of(settings: Settings | None) -> Voice:
    """Sentences in the language of the settings; without settings, objects."""
    return Sentences(Words(settings)) if settings else Objects()


async def once(socket: Path, part: Part, settings: Settings | None = ENGLISH) -> tuple[int, list[str]]:
    """Exit code and lines of one part."""
    lines: list[str] = []
    code = await read_once(AgentClient(socket), part, voice_of(settings), lines.append)
    return code, lines


@asynccontextmanager
async def following(
    socket: Path, level: Level = Level.ALL, settings: Settings | None = ENGLISH
) -> AsyncIterator[asyncio.Queue[str]]:
    """The lines of `watch`, for at most ten seconds."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.timeout(30):
        task = asyncio.create_task(keep_reading(AgentClient(socket), level, voice_of(settings), lines.put_nowait))
        try:
            yield lines
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def first_lines(socket: Path, count: int, settings: Settings | None = ENGLISH) -> list[str]:
    """The first lines of `watch`."""
    async with following(socket, settings=settings) as lines:
        return [await lines.get() for _ in range(count)]
