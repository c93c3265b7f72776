"""An XMPP client that costs next to nothing, so that it is not what is measured: bytes in, bytes out, no parser.

It knows where an answer ends by a mark (`<subject` ends a join), which holds for what this benchmark sends and for
nothing else. Times are `time.perf_counter()` of the moment the bytes arrived.
"""

import asyncio
import base64
import re
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Self, cast

from typing_extensions import override

MUC = "http://jabber.org/protocol/muc"
_SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
_BIND = "urn:ietf:params:xml:ns:xmpp-bind"
_ERROR = re.compile(rb"type=['\"]error['\"]")
_JID = re.compile(rb"<jid>([^<]+)</jid>")
LIMIT = 15.0
"""Seconds after which an answer counts as lost."""


class Refused(Exception):  # reads as the fact it states
    """The answer was an error; the argument is what arrived."""


class Lost(Exception):  # reads as the fact it states
    """No answer came, or the connection went away."""


@dataclass
class Recording:
    """Everything that arrived, and when: looked through afterwards, so that looking does not disturb."""

    data: bytearray = field(default_factory=bytearray)
    ends: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def add(self, chunk: bytes) -> None:
        """Keep a piece that arrived just now."""
        self.data += chunk
        self.ends.append(len(self.data))
        self.times.append(time.perf_counter())

    def when(self, position: int) -> float:
        """When everything up to this position (exclusive) was there."""
        return self.times[bisect_left(self.ends, position)]


class LightClient(asyncio.Protocol):
    """One TCP connection with one resource. One question at a time."""

    def __init__(self, domain: str) -> None:
        self._domain = domain
        self.jid = ""
        self.recording: Recording | None = None
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._mark = b""
        self._answer: asyncio.Future[None] | None = None
        self._sent = self._took = 0.0

    @classmethod
    async def connect(cls, domain: str, port: int, token: str | None) -> Self:
        """Log in with a pass (PLAIN), or anonymously without one, and bind. Raises Refused, Lost."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: cls(domain), "127.0.0.1", port)
        await client._log_in(token)
        return client

    async def _log_in(self, token: str | None) -> None:
        await self.ask(self._header(), b"</stream:features>")
        if token is None:
            auth = f"<auth xmlns='{_SASL}' mechanism='ANONYMOUS'/>"
        else:
            plain = base64.b64encode(f"\0anybody\0{token}".encode()).decode()
            auth = f"<auth xmlns='{_SASL}' mechanism='PLAIN'>{plain}</auth>"
        await self.ask(auth.encode(), b"<success")
        await self.ask(self._header(), b"</stream:features>")
        bind = f"<iq type='set' id='bind'><bind xmlns='{_BIND}'/></iq>"
        await self.ask(bind.encode(), b"</iq>")
        found = _JID.search(self._buffer)
        if found is None:
            raise Refused(self._buffer)
        self.jid = found[1].decode()

    def _header(self) -> bytes:
        return (
            f"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'"
            f" to='{self._domain}' version='1.0'>"
        ).encode()

    async def ask(self, xml: bytes, mark: bytes) -> float:
        """Send, wait until `mark` arrived; answers the seconds between. Raises Refused, Lost."""
        if self._transport is None:
            raise Lost
        self._buffer, self._mark = b"", mark
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[None] = loop.create_future()
        self._answer = answer
        limit = loop.call_later(LIMIT, self._give_up)
        self._sent = time.perf_counter()
        self._transport.write(xml)
        try:
            await answer
        finally:
            limit.cancel()
            self._answer = None
        return self._took

    def tell(self, xml: bytes) -> None:
        """Send, and wait for nothing."""
        if self._transport is None:
            raise Lost
        self._transport.write(xml)

    async def join(self, seat: str) -> float:
        """Enter a room; seconds from presence sent to subject received. Raises Refused, Lost."""
        return await self.ask(f"<presence to='{seat}' id='j'><x xmlns='{MUC}'/></presence>".encode(), b"<subject")

    async def leave(self, seat: str) -> float:
        """Leave; returns when Prosody has said so."""
        return await self.ask(f"<presence to='{seat}' type='unavailable'/>".encode(), b"unavailable")

    async def knock(self, seat: str) -> float:
        """Stand in the lobby; seconds until the own presence came back."""
        return await self.ask(f"<presence to='{seat}' id='k'><x xmlns='{MUC}'/></presence>".encode(), b"'110'")

    def close(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop has its own class

    @override
    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if self.recording is not None:
            self.recording.add(data)
        answer = self._answer
        if answer is None or answer.done():
            return
        self._buffer += data
        if self._mark in self._buffer:
            self._took = now - self._sent
            answer.set_result(None)
        elif _ERROR.search(self._buffer) or b"<failure" in self._buffer:
            answer.set_exception(Refused(self._buffer))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._give_up()

    def _give_up(self) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Lost())
