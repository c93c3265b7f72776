"""One browser and one site for all pages that are checked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.an_office import MEET
from tests.edges.web.site.on_site import OpenSite, open_site
from tests.end_to_end.browser import Browser, browser
from tests.prosody import free_ports
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.server import SiteServer


@dataclass
class ServedSite:
    """The site where a browser reaches it."""

    origin: str
    site: OpenSite


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """The browser."""
    async with browser() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedSite]:
    """The site on loopback, without https, as in the demo."""
    port = free_ports(1)[0]
    origin = f"http://127.0.0.1:{port}"
    conf = SiteConf(
        origin=origin,
        meetings=MEET,
        authority="Lilleby Kommune",
        phone="70 00 00 00",
        exit_url="about:blank",
        statement_url="https://was.test/",
    )
    async with open_site(tmp_path_factory.mktemp("site"), conf, asyncio.get_running_loop().time) as opened:
        server = SiteServer(opened.asgi, "127.0.0.1", port)
        server.start()
        try:
            yield ServedSite(origin, opened)
        finally:
            await server.stop()
