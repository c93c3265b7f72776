"""The browser and the focus stand-in themselves, on a host without Portner: what the other tests here lean on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, replace

import pytest
import pytest_asyncio

from tests.prosody import PASSWORD, Prosody, running_prosody
from xmpp_agent.demo.focus import Focus

from .browser import Browser, Server

pytestmark = [pytest.mark.prosody, pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

PLAIN = """
VirtualHost "plain.example.dk"
	authentication = "anonymous"
	modules_enabled = { "websocket"; "bosh" }
	storage = "memory"
Component "conference.plain.example.dk" "muc"
	storage = "memory"
"""
"""Anybody may log in and open rooms here; a new room is locked until its maker has configured it."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def prosody(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prosody]:
    """Portner's Prosody with a host beside it that knows nothing of Portner."""
    async with running_prosody(tmp_path_factory.mktemp("prosody"), extra=PLAIN) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def focus(prosody: Prosody) -> AsyncIterator[Focus]:
    """A focus; it serves rooms of any host."""
    focus = Focus(f"focus@{prosody.services}/focus", PASSWORD, prosody.stock.c2s_port)
    await focus.start()
    yield focus
    await focus.stop()


@pytest.fixture
def server(prosody: Prosody) -> Server:
    """The host without Portner, as a page is told of it."""
    return Server(
        domain="plain.example.dk",
        muc="conference.plain.example.dk",
        focus=f"focus@{prosody.services}/focus",
        serviceUrl=f"ws://plain.example.dk:{prosody.stock.http_port}/xmpp-websocket",
    )


async def test_two_pages_meet(chromium: Browser, server: Server, focus: Focus) -> None:
    """Without Portner anybody gets in: two pages join one room, see each other by typed name, and talk."""
    mia, gus = await chromium.open_page("mia"), await chromium.open_page("gus")
    for page in (mia, gus):
        assert (await page.connect(server, "room")).name == "CONNECTION_ESTABLISHED"
        assert (await page.join("room", page.name)).name == "CONFERENCE_JOINED"
    await mia.wait_event("USER_JOINED", where=lambda event: "'name': 'gus'" in str(event.args))
    await gus.call("say", "goddag")
    assert (await mia.wait_event("MESSAGE_RECEIVED")).args[1] == "goddag"
    assert (await mia.state())["moderator"] is False
    await gus.close()
    await mia.wait_event("USER_LEFT")
    assert not mia.troubles.all + gus.troubles.all


async def test_focus_leaves_with_the_last_person(chromium: Browser, server: Server, focus: Focus) -> None:
    """The focus is inside before anybody, and the room is gone after the last person: who comes next makes it anew."""
    page = await chromium.open_page("ida")
    await page.connect(server, "room2")
    await page.join("room2", "Ida")
    await page.wait_received("conference.plain.example.dk/focus", "affiliation='owner'")
    await page.call("leave")
    seen = len(page.frames.all) - 1
    await page.reload()
    await page.connect(server, "room2")
    assert (await page.join("room2", "Ida")).name == "CONFERENCE_JOINED"
    await page.wait_received("room2@conference.plain.example.dk/focus", after=seen)


async def test_nothing_leaves_the_machine(chromium: Browser, server: Server) -> None:
    """A request to another machine is stopped and reported; a websocket to another machine ends at this one."""
    page = await chromium.open_page("bo")
    await page.call("connect", asdict(server) | {"serviceUrl": "http://192.0.2.1/http-bind", "room": "r"})
    async with asyncio.timeout(30):
        assert await page.troubles.first(bool, after=-1) == "asked for 192.0.2.1"
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set_result(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as here:
        port = here.sockets[0].getsockname()[1]
        refused = await page.connect(replace(server, serviceUrl=f"ws://192.0.2.1:{port}/"), "room")
        assert refused.name == "CONNECTION_FAILED"
        assert f"Host: 192.0.2.1:{port}".encode() in await heard
