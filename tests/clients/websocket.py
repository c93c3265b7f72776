"""A raw XMPP websocket (RFC 7395)."""

import asyncio
import base64
import os
import struct
import xml.etree.ElementTree as ET
from typing import Self
from urllib.parse import urlencode

from typing_extensions import override

from tests.clients.base import BIND, FRAMING, SASL, SM, STANZAS, Client, RefusedError
from tests.prosody import Prosody


class FramedClient(Client):
    """A raw XMPP websocket (RFC 7395), as Jitsi clients use it: ANONYMOUS, token in the query."""

    def __init__(self, prosody: Prosody) -> None:
        super().__init__(prosody)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self.handled = 0
        """Stanzas received since stream management was enabled (XEP-0198 `h`)."""
        self.resumption_id = ""

    @classmethod
    async def connect(
        cls,
        prosody: Prosody,
        token: str | None,
        *,
        header: str | None = None,
        smacks: bool = False,
        resume: "FramedClient | None" = None,
    ) -> Self:
        """Logs in and binds, or resumes the stream of `resume`. Raises RefusedError."""
        client = cls(prosody)
        query = {"room": "anything"}
        if token is not None:
            query["token"] = token
        if resume is not None:
            query["previd"] = resume.resumption_id
        try:
            await client._upgrade(urlencode(query), header)
            await client._authenticate()
            if resume is None or not await client._resume(resume):
                await client._bind(smacks)
        except BaseException:
            await client.drop()
            raise
        return client

    async def _bind(self, smacks: bool) -> None:
        bound = await self.request(self.prosody.domain, f"<bind xmlns='{BIND}'/>", type_="set")
        self.jid = bound.findtext(f"{{{BIND}}}bind/{{{BIND}}}jid", "")
        if smacks:
            await self.send(f"<enable xmlns='{SM}' resume='true'/>")
            enabled = await self.wait(lambda e: e.tag == f"{{{SM}}}enabled")
            self.resumption_id = enabled.get("id", "")
            self.handled = 0

    async def _upgrade(self, query: str, header: str | None) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.prosody.stock.http_port)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET /xmpp-websocket?{query} HTTP/1.1",
            f"Host: {self.prosody.domain}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Protocol: xmpp",
            "Sec-WebSocket-Version: 13",
        ]
        if header is not None:
            lines.append(f"Authorization: {header}")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101"), answer
        self._task = asyncio.create_task(self._read())

    async def _open(self) -> None:
        begin = len(self.received)
        await self.send(f"<open xmlns='{FRAMING}' to='{self.prosody.domain}' version='1.0'/>")
        await self.wait(lambda e: e.tag.endswith("}features"), begin=begin)

    async def _authenticate(self) -> None:
        await self._open()
        await self.send(f"<auth xmlns='{SASL}' mechanism='ANONYMOUS'/>")
        answer = await self.wait(lambda e: e.tag in (f"{{{SASL}}}success", f"{{{SASL}}}failure"))
        if answer.tag.endswith("failure"):
            raise RefusedError(answer[0].tag.rpartition("}")[2], answer.findtext(f"{{{SASL}}}text", ""))
        await self._open()

    async def _resume(self, old: "FramedClient") -> bool:
        self.handled = old.handled
        await self.send(f"<resume xmlns='{SM}' previd='{old.resumption_id}' h='{old.handled}'/>")
        answer = await self.wait(lambda e: e.tag in (f"{{{SM}}}resumed", f"{{{SM}}}failed"))
        if answer.tag != f"{{{SM}}}resumed":
            return False
        self.jid, self.resumption_id = old.jid, old.resumption_id
        return True

    async def _read(self) -> None:
        assert self._reader is not None
        try:
            while True:
                opcode, length = await self._reader.readexactly(2)
                size = length & 0x7F
                if size == 126:
                    (size,) = struct.unpack("!H", await self._reader.readexactly(2))
                elif size == 127:
                    (size,) = struct.unpack("!Q", await self._reader.readexactly(8))
                payload = await self._reader.readexactly(size)
                if opcode & 0x0F == 1:
                    await self._take(ET.fromstring(payload.decode()))  # noqa: S314 -- our own Prosody
        except (asyncio.IncompleteReadError, ConnectionError):
            self.keep(ET.Element("disconnected"))

    async def _take(self, element: ET.Element) -> None:
        if element.tag in STANZAS:
            self.handled += 1
        if element.tag == f"{{{SM}}}r":
            await self.send(f"<a xmlns='{SM}' h='{self.handled}'/>")
        self.keep(element)

    @override
    async def send(self, xml: str) -> None:
        assert self._writer is not None
        payload, mask = xml.encode(), os.urandom(4)
        if len(payload) < 126:
            head = struct.pack("!BB", 0x81, 0x80 | len(payload))
        elif len(payload) < 1 << 16:
            head = struct.pack("!BBH", 0x81, 0x80 | 126, len(payload))
        else:
            head = struct.pack("!BBQ", 0x81, 0x80 | 127, len(payload))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self._writer.write(head + mask + masked)
        await self._writer.drain()

    @override
    async def close(self) -> None:
        if self._writer is None or self._writer.is_closing():
            return
        try:
            await self.send(f"<close xmlns='{FRAMING}'/>")
            await self.wait(lambda e: e.tag in (f"{{{FRAMING}}}close", "disconnected"))
        except ConnectionError:
            self.keep(ET.Element("disconnected"))
        await self.drop()

    @override
    async def drop(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
            self._writer.close()
        if self._task is not None:
            await self._task
            self._task = None
