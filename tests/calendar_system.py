"""A calendar system that listens: an HTTP server on loopback that keeps what it is told and answers as it is set to."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Heard:
    """One request."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """What it heard; `answers` are used up in order, after them 204 for everything."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it wants to be told."""
        return f"http://127.0.0.1:{self.port}/hook?from=portner"


@asynccontextmanager
async def listening(context: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    """A listener, over TLS when there is a context."""
    listener, served = Listener(), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        me = asyncio.current_task()
        assert me is not None
        served.add(me)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await reader.readexactly(int(fields.get("content-length", "0")))
            listener.heard.append(Heard(head[0], fields, body))
            listener.came.set()
            said = listener.answers.pop(0) if listener.answers else answer(204)
            writer.write(said)
            await writer.drain()
            if said:  # whoever was answered hangs up; over TLS it takes long to be the first
                await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
        served.discard(me)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        listener.port = server.sockets[0].getsockname()[1]
        yield listener
        if served:
            await asyncio.wait(served, timeout=5)


def answer(status: int, *fields: str) -> bytes:
    """An answer without a body."""
    head = [f"HTTP/1.1 {status} said", "content-length: 0", "connection: close", *fields]
    return ("\r\n".join(head) + "\r\n\r\n").encode()
