"""What the three kinds of client have in common, and the words they read answers with."""

import asyncio
import xml.etree.ElementTree as ET
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self

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
LIMIT = 30.0


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

    async def wait(self, wanted: Callable[[ET.Element], bool], *, begin: int = 0, seconds: float = LIMIT) -> ET.Element:
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
            seen = "\n".join(ET.tostring(element, "unicode") for element in self.received[begin:][-20:])
            raise AssertionError(f"{self.jid} waited {seconds} s in vain; at last it got:\n{seen}") from None

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
        await self.send(f"<presence xmlns='{CLIENT}' to='{address}' id='{ident}'><x xmlns='{MUC}'/>{extra}</presence>")
        return await self.wait(
            lambda e: (
                e.tag == f"{{{CLIENT}}}presence"
                and e.get("from") == address
                and (e.get("type") == "error" or (e.get("type") is None and "110" in statuses(e)))
            ),
            begin=begin,
            seconds=seconds,
        )

    async def leave(self, address: str) -> None:
        """Sends unavailable to a room address."""
        await self.send(f"<presence xmlns='{CLIENT}' to='{address}' type='unavailable'/>")
