"""The events of a feed one by one, however many came in one piece."""

from collections.abc import AsyncGenerator
from contextlib import aclosing


async def apart(pieces: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """Each event and each sign of life by itself; ends the feed with itself."""
    async with aclosing(pieces):
        async for piece in pieces:
            for event in piece.split("\n\n")[:-1]:
                yield f"{event}\n\n"
