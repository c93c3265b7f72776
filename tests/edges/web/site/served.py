"""The site where a browser reaches it, with stand-ins for the login provider's page and for Jitsi Meet beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.edges.web.site.on_site import OpenSite, open_site
from tests.prosody import free_ports
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.server import SiteServer


@dataclass
class ServedSite:
    """The site on loopback, without https, as in the demo."""

    origin: str
    meetings: str
    """Where Jitsi would be: a page that only says it is there."""
    broker: str
    site: OpenSite
    server: SiteServer

    async def restart(self, while_away: Callable[[], object]) -> None:
        """Stop listening, do that, listen again at the same place."""
        port = self.server.port
        await self.server.stop()
        await _maybe(while_away())
        self.server = SiteServer(self.site.asgi, "127.0.0.1", port)
        self.server.start()


async def _maybe(done: object) -> None:
    if asyncio.iscoroutine(done):
        await done


def _page(words: str) -> ASGIApp:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        head = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": f"<title>.</title><h1>{words}</h1>".encode()})

    return app


def _provider(back: str) -> ASGIApp:
    """A provider that lets everybody in at once and sends them back."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        state = parse_qs(scope["query_string"].decode()).get("state", [""])[0]
        head = [(b"location", f"{back}?code=c&state={state}".encode())]
        await send({"type": "http.response.start", "status": 302, "headers": head})
        await send({"type": "http.response.body", "body": b""})

    return app


@asynccontextmanager
async def _listening(app: ASGIApp, port: int) -> AsyncIterator[SiteServer]:
    server = SiteServer(app, "127.0.0.1", port)
    server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def serve_site(folder: Path) -> AsyncIterator[ServedSite]:
    """The site on a new office in that folder."""
    ours, theirs, broker = (f"http://127.0.0.1:{port}" for port in free_ports(3))
    conf = SiteConf(
        origin=ours,
        meetings=theirs,
        authority="Lilleby Kommune",
        phone="70 00 00 00",
        statement_url="https://was.test/",
    )
    async with AsyncExitStack() as stack:
        seconds = asyncio.get_running_loop().time
        opened = await stack.enter_async_context(open_site(folder, conf, seconds))
        opened.here.office.meet_origin = theirs
        opened.broker.address = f"{broker}/authorize"
        port = int(ours.rpartition(":")[2])
        for app, origin in ((_page("Her er mødet"), theirs), (_provider(f"{ours}/login/back"), broker)):
            await stack.enter_async_context(_listening(app, int(origin.rpartition(":")[2])))
        server = SiteServer(opened.asgi, "127.0.0.1", port)
        server.start()
        running = ServedSite(ours, theirs, broker, opened, server)
        try:
            yield running
        finally:
            await running.server.stop()
