"""An agent whose answers are cut: its stream comes in pieces of any size and breaks off anywhere, as a script says.

It speaks HTTP by hand on a real Unix socket, so that a piece is what one read of the console gets, most of the time.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tests.tui.every_kind import board_after
from tui.board.heard import Event

SHARD = "s1"
_LAST = re.compile(rb"last-event-id: s1:(\d+)\r\n")
_ALIVE = b": alive\n\n"


@dataclass
class CutWire:
    """`pictures`: after how many events each board read is taken; `lives`: for each stream in turn, after how many
    bytes it breaks off and where its bytes are cut. Once the script is at its end pictures and streams are whole."""

    events: Sequence[tuple[str, Event]]
    pictures: list[int]
    lives: list[tuple[int, list[int]]]
    kept_from: int = 0
    """Events up to this number are no longer kept."""
    boards: int = field(default=0, init=False)
    _open: set[asyncio.StreamWriter] = field(default_factory=set, init=False)

    def answers(self, after: int) -> bytes:
        """The whole stream after that event."""
        if after < self.kept_from:
            return f"id: {SHARD}:{len(self.events)}\nevent: resync\ndata: {{}}\n\n".encode()
        told = (
            f"id: {SHARD}:{number}\nevent: {name}\ndata: {event.json()}\n\n".encode()
            for number, (name, event) in enumerate(self.events[after:], after + 1)
        )
        return b"".join(told) + _ALIVE

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests of one connection."""
        self._open.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET /v1/board"):
                    await self._board(writer)
                else:
                    found = _LAST.search(head.lower())
                    assert found is not None, head
                    await self._stream(writer, int(found[1]))
        writer.close()

    async def _board(self, writer: asyncio.StreamWriter) -> None:
        self.boards += 1
        taken_at = self.pictures.pop(0) if self.pictures else len(self.events)
        picture = board_after([event for _, event in self.events[:taken_at]], SHARD)
        body = picture.json().encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    async def _stream(self, writer: asyncio.StreamWriter, after: int) -> None:
        data = self.answers(after)
        ends, cuts = self.lives.pop(0) if self.lives else (len(data) + 1, [])
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        edges = sorted({0, min(ends, len(data)), *(cut for cut in cuts if cut < min(ends, len(data)))})
        for start, end in pairwise(edges):
            writer.write(b"%x\r\n" % (end - start) + data[start:end] + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)
        if ends <= len(data):
            writer.close()

    def hang_up(self) -> None:
        """End every connection."""
        for writer in self._open:
            writer.close()


@asynccontextmanager
async def cut_wire(wire: CutWire, path: Path) -> AsyncIterator[None]:
    """Serve on the Unix socket at `path`."""
    server = await asyncio.start_unix_server(wire.serve, path)
    try:
        yield
    finally:
        wire.hang_up()
        server.close()
        await server.wait_closed()
