"""Small XMPP clients for tests: slixmpp over TCP, a raw websocket, BOSH. Each keeps every stanza it receives.

They do as little by themselves as possible: what a test sends is what goes out. Elements are `xml.etree` ones.
"""

import asyncio
import base64
import os
import struct
import xml.etree.ElementTree as ET
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self
from urllib.parse import urlencode

import httpx
import slixmpp

from tests.prosody import Prosody

CLIENT = "jabber:client"
MUC = "http://jabber.org/protocol/muc"
MUC_USER = "http://jabber.org/protocol/muc#user"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
SM = "urn:xmpp:sm:3"
BODY = "http://jabber.org/protocol/httpbind"
STANZA_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas"
STANZAS = {f"{{{CLIENT}}}{name}" for name in ("iq", "message", "presence")}
LIMIT = 8.0


def error_of(stanza: ET.Element) -> tuple[str, str] | None:
    """(type, condition) of an error stanza, or None."""
    error = stanza.find(f"{{{CLIENT}}}error")
    if error is None:
        return None
    for child in error:
        if child.tag.startswith(f"{{{STANZA_ERRORS}}}") and not child.tag.endswith("}text"):
            return error.get("type", ""), child.tag.rpartition("}")[2]
    return error.get("type", ""), ""


def statuses(stanza: ET.Element) -> set[str]:
    """The status codes of a MUC stanza."""
    return {status.get("code", "") for status in stanza.iter(f"{{{MUC_USER}}}status")}


class RefusedError(Exception):
    """SASL failed; args are condition and text."""


class Client(ABC):
    """What the three transports have in common."""

    def __init__(self, prosody: Prosody) -> None:
        self.prosody = prosody
        self.jid = ""
        self.received: list[ET.Element] = []
        self._changed = asyncio.Event()
        self._ids = 0

    @abstractmethod
    async def send(self, xml: str) -> None:
        """Puts this text on the wire."""

    @abstractmethod
    async def close(self) -> None:
        """Ends the stream politely."""

    @abstractmethod
    async def drop(self) -> None:
        """Cuts the connection, as a lost network does."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def bare(self) -> str:
        """JID without the resource."""
        return self.jid.partition("/")[0]

    def keep(self, element: ET.Element) -> None:
        """Called by the transport for each element that arrives."""
        self.received.append(element)
        self._changed.set()

    async def wait(
        self, wanted: Callable[[ET.Element], bool], *, begin: int = 0, seconds: float = LIMIT
    ) -> ET.Element:
        """The first received element from number `begin` on for which `wanted` holds; waits for it."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self._changed.clear()
                    for element in self.received[begin:]:
                        if wanted(element):
                            return element
                    await self._changed.wait()
        except TimeoutError:
            seen = "\n".join(ET.tostring(element, "unicode") for element in self.received[begin:])
            raise AssertionError(f"{self.jid} waited {seconds} s in vain; it got:\n{seen}") from None

    def new_id(self) -> str:
        """A stanza id not used before by this client."""
        self._ids += 1
        return f"t{self._ids}"

    async def request(self, to: str, payload: str, *, type_: str = "get", seconds: float = LIMIT) -> ET.Element:
        """Sends an IQ and answers its result or error."""
        ident, begin = self.new_id(), len(self.received)
        await self.send(f"<iq xmlns='{CLIENT}' type='{type_}' to='{to}' id='{ident}'>{payload}</iq>")
        return await self.wait(
            lambda e: e.tag == f"{{{CLIENT}}}iq" and e.get("id") == ident, begin=begin, seconds=seconds
        )

    async def barrier(self) -> None:
        """Returns when Prosody has dealt with everything this client sent before."""
        await self.request(self.prosody.services, "<query xmlns='http://jabber.org/protocol/disco#info'/>")

    async def join(self, address: str, extra: str = "", *, seconds: float = LIMIT) -> ET.Element:
        """Sends a join to `room/nick`; answers the own presence or the error."""
        ident, begin = self.new_id(), len(self.received)
        await self.send(
            f"<presence xmlns='{CLIENT}' to='{address}' id='{ident}'><x xmlns='{MUC}'/>{extra}</presence>"
        )
        return await self.wait(
            lambda e: (
                e.tag == f"{{{CLIENT}}}presence"
                and e.get("from") == address
                and (e.get("type") == "error" or "110" in statuses(e))
            ),
            begin=begin,
            seconds=seconds,
        )

    async def leave(self, address: str) -> None:
        """Sends unavailable to a room address."""
        await self.send(f"<presence xmlns='{CLIENT}' to='{address}' type='unavailable'/>")


class _Slix(slixmpp.ClientXMPP):
    def __init__(self, jid: str, password: str) -> None:
        super().__init__(
            jid,
            password,
            sasl_mech="PLAIN",
            plugin_config={"feature_mechanisms": {"unencrypted_plain": True}},
        )
        self.enable_starttls = False
        self.enable_direct_tls = False
        self.enable_plaintext = True
        self.remove_handler("IM")
        self.remove_handler("Presence")


class TcpClient(Client):
    """slixmpp over TCP with the token as password of PLAIN (or a real account of the services' domain)."""

    def __init__(self, prosody: Prosody, jid: str, password: str) -> None:
        super().__init__(prosody)
        self.xmpp = _Slix(jid, password)
        self.xmpp.add_filter("in", self._keep_stanza)

    def _keep_stanza(self, stanza: slixmpp.stanza.rootstanza.RootStanza) -> object:
        xml = stanza.xml
        if xml.tag in STANZAS:
            self.keep(xml)
        return stanza

    @classmethod
    async def connect(cls, prosody: Prosody, token: str, *, jid: str | None = None) -> Self:
        """Logs in; raises RefusedError."""
        client = cls(prosody, jid or f"anybody@{prosody.domain}", token)
        ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def settle(done: bool) -> Callable[[object], None]:
            return lambda _: None if ready.done() else ready.set_result(done)

        client.xmpp.add_event_handler("session_start", settle(True))
        client.xmpp.add_event_handler("failed_all_auth", settle(False))
        client.xmpp.add_event_handler("disconnected", settle(False))
        await _connect_slix(client.xmpp, prosody.stock.c2s_port)
        async with asyncio.timeout(LIMIT):
            if not await ready:
                await client.close()
                raise RefusedError("PLAIN")
        client.jid = str(client.xmpp.boundjid.full)
        return client

    async def send(self, xml: str) -> None:  # noqa: D102
        self.xmpp.send_raw(xml)

    async def close(self) -> None:  # noqa: D102
        await self.xmpp.disconnect(wait=0.2, ignore_send_queue=True)

    async def drop(self) -> None:  # noqa: D102
        self.xmpp.abort()


async def _connect_slix(xmpp: slixmpp.xmlstream.XMLStream, port: int) -> None:
    xmpp.connect("127.0.0.1", port)


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
        await client._upgrade(urlencode(query), header)
        await client._authenticate()
        if resume is not None and await client._resume(resume):
            return client
        bound = await client.request(prosody.domain, f"<bind xmlns='{BIND}'/>", type_="set")
        client.jid = bound.findtext(f"{{{BIND}}}bind/{{{BIND}}}jid", "")
        if smacks:
            await client.send(f"<enable xmlns='{SM}' resume='true'/>")
            enabled = await client.wait(lambda e: e.tag == f"{{{SM}}}enabled")
            client.resumption_id = enabled.get("id", "")
            client.handled = 0
        return client

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
            condition = answer[0].tag.rpartition("}")[2]
            await self.drop()
            raise RefusedError(condition, answer.findtext(f"{{{SASL}}}text", ""))
        await self._open()

    async def _resume(self, old: "FramedClient") -> bool:
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
                    await self._take(ET.fromstring(payload.decode()))
        except (asyncio.IncompleteReadError, ConnectionError):
            self.keep(ET.Element("disconnected"))

    async def _take(self, element: ET.Element) -> None:
        if element.tag in STANZAS:
            self.handled += 1
        if element.tag == f"{{{SM}}}r":
            await self.send(f"<a xmlns='{SM}' h='{self.handled}'/>")
        self.keep(element)

    async def send(self, xml: str) -> None:  # noqa: D102
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

    async def close(self) -> None:  # noqa: D102
        if self._writer is None or self._writer.is_closing():
            return
        try:
            await self.send(f"<close xmlns='{FRAMING}'/>")
            await self.wait(lambda e: e.tag in (f"{{{FRAMING}}}close", "disconnected"))
        except ConnectionError:
            self.keep(ET.Element("disconnected"))
        await self.drop()

    async def drop(self) -> None:  # noqa: D102
        if self._writer is not None:
            self._writer.transport.abort()
        if self._task is not None:
            await self._task
            self._task = None


class BoshClient(Client):
    """XEP-0206 over httpx: ANONYMOUS, token in the query; one request is always held."""

    def __init__(self, prosody: Prosody, token: str | None) -> None:
        super().__init__(prosody)
        query = {"room": "anything"} | ({"token": token} if token is not None else {})
        self._url = f"{prosody.http_url}/http-bind?{urlencode(query)}"
        self._http = httpx.AsyncClient(headers={"Host": prosody.domain}, timeout=30, trust_env=False)
        self._rid = int.from_bytes(os.urandom(4)) + 1
        self._sid = ""
        self._open_requests: set[asyncio.Task[None]] = set()
        self._closed = False

    @classmethod
    async def connect(cls, prosody: Prosody, token: str | None) -> Self:
        """Logs in and binds. Raises RefusedError."""
        client = cls(prosody, token)
        await client._post(
            f"<body xmlns='{BODY}' rid='{client._rid}' to='{prosody.domain}' wait='20' hold='1' ver='1.6'"
            " xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0'/>"
        )
        await client.send(f"<auth xmlns='{SASL}' mechanism='ANONYMOUS'/>")
        answer = await client.wait(lambda e: e.tag in (f"{{{SASL}}}success", f"{{{SASL}}}failure"))
        if answer.tag.endswith("failure"):
            await client.close()
            raise RefusedError(answer[0].tag.rpartition("}")[2], answer.findtext(f"{{{SASL}}}text", ""))
        begin = len(client.received)
        await client._send_body("", f" to='{prosody.domain}' xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh'")
        await client.wait(lambda e: e.tag.endswith("}features"), begin=begin)
        bound = await client.request(prosody.domain, f"<bind xmlns='{BIND}'/>", type_="set")
        client.jid = bound.findtext(f"{{{BIND}}}bind/{{{BIND}}}jid", "")
        return client

    async def _post(self, body: str) -> None:
        try:
            answer = await self._http.post(
                self._url, content=body, headers={"Content-Type": "text/xml; charset=utf-8"}
            )
        except httpx.HTTPError:
            self._closed = True
            self.keep(ET.Element("disconnected"))
            return
        element = ET.fromstring(answer.text)
        self._sid = self._sid or element.get("sid", "")
        for child in element:
            self.keep(child)
        if element.get("type") == "terminate":
            self._closed = True
            self.keep(ET.Element("disconnected"))

    def _request(self, content: str, attributes: str = "") -> None:
        self._rid += 1
        body = f"<body xmlns='{BODY}' rid='{self._rid}' sid='{self._sid}'{attributes}>{content}</body>"
        task = asyncio.create_task(self._post(body))
        self._open_requests.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._open_requests.discard(task)
        if not self._closed and not self._open_requests and not task.cancelled():
            self._request("")

    async def _send_body(self, content: str, attributes: str = "") -> None:
        while len(self._open_requests) > 1:
            await asyncio.wait(self._open_requests, return_when=asyncio.FIRST_COMPLETED)
        self._request(content, attributes)

    async def send(self, xml: str) -> None:  # noqa: D102
        await self._send_body(xml)

    async def close(self) -> None:  # noqa: D102
        if not self._closed:
            self._closed = True
            self._request("", " type='terminate'")
            await asyncio.wait(self._open_requests, timeout=LIMIT)
        await self.drop()

    async def drop(self) -> None:  # noqa: D102
        self._closed = True
        for task in list(self._open_requests):
            task.cancel()
        await asyncio.gather(*self._open_requests, return_exceptions=True)
        await self._http.aclose()
