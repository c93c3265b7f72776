"""slixmpp over TCP."""

import asyncio
from collections.abc import Callable
from typing import Self

import slixmpp
from typing_extensions import override

from tests.clients.base import LIMIT, STANZAS, Client, RefusedError
from tests.prosody import Prosody


def _stream(jid: str, password: str) -> slixmpp.ClientXMPP:
    xmpp = slixmpp.ClientXMPP(
        jid,
        password,
        sasl_mech="PLAIN",
        plugin_config={"feature_mechanisms": {"unencrypted_plain": True}},
    )
    xmpp.enable_starttls = xmpp.enable_direct_tls = False
    xmpp.enable_plaintext = True
    xmpp.remove_handler("IM")
    xmpp.remove_handler("Presence")
    return xmpp


class TcpClient(Client):
    """slixmpp over TCP with the token as password of PLAIN (or a real account of the services' domain)."""

    def __init__(self, prosody: Prosody, jid: str, password: str) -> None:
        super().__init__(prosody)
        self.xmpp = _stream(jid, password)
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
        client.xmpp.connect("127.0.0.1", prosody.stock.c2s_port)
        async with asyncio.timeout(LIMIT):
            if not await ready:
                await client.close()
                raise RefusedError("PLAIN")
        client.jid = str(client.xmpp.boundjid.full)
        return client

    @override
    async def send(self, xml: str) -> None:
        self.xmpp.send_raw(xml)

    @override
    async def close(self) -> None:
        await self.xmpp.disconnect(wait=0.2, ignore_send_queue=True)

    @override
    async def drop(self) -> None:
        self.xmpp.abort()
