"""A foreign external component (XEP-0114), to try what such a neighbour could do."""

import asyncio
import xml.etree.ElementTree as ET
from typing import Self

import slixmpp
from typing_extensions import override

from tests.clients.base import CLIENT, LIMIT, Client
from tests.prosody import Prosody

ACCEPT = "jabber:component:accept"


class ComponentClient(Client):
    """Another component of the same Prosody; `jid` is the sender it uses, anything of its own domain."""

    def __init__(self, prosody: Prosody, domain: str, secret: str) -> None:
        super().__init__(prosody)
        self.jid = domain
        self.xmpp = slixmpp.ComponentXMPP(domain, secret, "127.0.0.1", prosody.stock.component_port, fix_error_ns=True)
        for name in ("Presence", "IM"):
            self.xmpp.remove_handler(name)
        self.xmpp.add_filter("in", self._keep_stanza)

    def _keep_stanza(self, stanza: slixmpp.stanza.rootstanza.RootStanza) -> object:
        text = ET.tostring(stanza.xml, "unicode").replace(ACCEPT, CLIENT)
        self.keep(ET.fromstring(text))  # noqa: S314 -- our own Prosody
        return stanza

    @classmethod
    async def connect(cls, prosody: Prosody, domain: str, secret: str) -> Self:
        """Connects and waits for the handshake."""
        client = cls(prosody, domain, secret)
        ready = asyncio.Event()
        client.xmpp.add_event_handler("session_start", lambda _: ready.set())
        client.xmpp.connect()
        async with asyncio.timeout(LIMIT):
            await ready.wait()
        return client

    @override
    async def send(self, xml: str) -> None:
        self.xmpp.send_raw(xml.replace(f"xmlns='{CLIENT}'", f"from='{self.jid}'", 1))

    @override
    async def close(self) -> None:
        await self.xmpp.disconnect(wait=0.2, ignore_send_queue=True)

    @override
    async def drop(self) -> None:
        self.xmpp.abort()
