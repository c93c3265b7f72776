"""The site on a port: heads that are too long, too slow or no HTTP; whose word is taken for an address."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.types import Receive, Scope, Send

from xmpp_agent.edges.web.site import server
from xmpp_agent.edges.web.site.server import SiteFault, SiteServer


async def _tells_who(scope: Scope, receive: Receive, send: Send) -> None:
    body = f"{scope['client'][0]} {scope['scheme']}".encode()
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(*proxies: str) -> AsyncIterator[SiteServer]:
    """A server that says whom it believes to talk to."""
    running = SiteServer(_tells_who, "127.0.0.1", 0, proxies)
    running.start()
    try:
        yield running
    finally:
        await running.stop()


async def said(running: SiteServer, sent: bytes) -> bytes:
    """Everything the server answers until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    try:
        writer.write(sent)
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


ASK = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
FORWARDED = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n"


async def test_nobody_is_believed_about_their_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without configured proxies the header is nothing, whatever the environment says."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    async with served() as running:
        assert (await said(running, ASK + FORWARDED)).endswith(b"127.0.0.1 http")


async def test_an_answer_is_not_held_back() -> None:
    """Connections send at once (TCP_NODELAY): a page in two packets else waits for an acknowledgement in between."""
    async with served() as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.wait_for(reader.readuntil(b" http"), 10)
        [connection] = running._server.server_state.connections
        held = connection.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert held != 0
        writer.close()


async def test_a_configured_proxy_is_believed_and_no_other() -> None:
    """Only an address on the list may speak for others."""
    async with served("127.0.0.1") as running:
        assert (await said(running, ASK + FORWARDED)).endswith(b"203.0.113.9 https")
    async with served("192.0.2.1") as running:
        assert (await said(running, ASK + FORWARDED)).endswith(b"127.0.0.1 http")


@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20_000, b"\x16\x03\x01\x02\x00 secret\r\n\r\n"],
    ids=["too long", "no HTTP"],
)
async def test_what_cannot_be_read_is_refused_in_two_words(sent: bytes) -> None:
    """400, nothing of what was sent, and the connection ends."""
    async with served() as running:
        answer = await said(running, sent)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"400 Bad Request\n")
    assert b"secret" not in answer


@pytest.mark.parametrize("sent", [b"", b"GET / HTT", ASK.replace(b"Connection: close\r\n", b"")])
async def test_a_head_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """Silent, half-said and endless heads lose their connection."""
    monkeypatch.setattr(server, "HEAD_WITHIN", 0.1)
    async with served() as running:
        assert await said(running, sent) == b""


async def test_a_second_request_has_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection kept alive is not cut while it is used, and is when its next head is only begun."""
    monkeypatch.setattr(server, "HEAD_WITHIN", 0.2)
    async with served() as running:
        answer = await said(running, b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHo")
    assert answer.count(b"HTTP/1.1 200 OK") == 1


async def test_an_address_that_is_taken_is_said_at_start() -> None:
    """A sentence for whoever starts the agent."""
    async with served() as running:
        with pytest.raises(SiteFault, match=rf"127.0.0.1 port {running.port}: "):
            SiteServer(_tells_who, "127.0.0.1", running.port).start()
