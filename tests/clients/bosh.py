"""BOSH (XEP-0124, XEP-0206) over httpx."""

import asyncio
import os
import xml.etree.ElementTree as ET
from typing import Self
from urllib.parse import urlencode

import httpx
from typing_extensions import override

from tests.clients.base import BIND, BODY, LIMIT, SASL, Client, RefusedError
from tests.prosody import Prosody


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
            answer = await self._http.post(self._url, content=body, headers={"Content-Type": "text/xml; charset=utf-8"})
        except httpx.HTTPError:
            self._closed = True
            self.keep(ET.Element("disconnected"))
            return
        element = ET.fromstring(answer.text)  # noqa: S314 -- our own Prosody
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

    @override
    async def send(self, xml: str) -> None:
        await self._send_body(xml)

    @override
    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._request("", " type='terminate'")
            await asyncio.wait(self._open_requests, timeout=LIMIT)
        await self.drop()

    @override
    async def drop(self) -> None:
        self._closed = True
        for task in list(self._open_requests):
            task.cancel()
        await asyncio.gather(*self._open_requests, return_exceptions=True)
        await self._http.aclose()
