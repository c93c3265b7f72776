"""Webhooks on the wire: over TLS to the name that was meant, at the address that was looked at, and no further."""

import ipaddress
import ssl
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.calendar_system import Listener, answer, listening
from tests.edges.post.odd_server import speaking
from xmpp_agent.demo.gateways.certificates import make_issuer
from xmpp_agent.edges.hooks import teller as module
from xmpp_agent.edges.hooks.teller import HttpTeller, Resolver
from xmpp_agent.ports.booking import TellFault
from xmpp_agent.rules.hook_address import Network

HERE: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"),)


@asynccontextmanager
async def telling(
    allowed: Collection[Network] = (), *, context: ssl.SSLContext | None = None, leads_to: str = "127.0.0.1"
) -> AsyncIterator[HttpTeller]:
    """A teller for whom every name leads to one address."""

    async def resolver(_host: str, _port: int) -> tuple[str, ...]:
        return tuple(leads_to.split())

    teller = HttpTeller(allowed, context=context, resolver=resolver)
    try:
        yield teller
    finally:
        await teller.close()


async def fault(teller: HttpTeller, url: str) -> TellFault:
    """What came of telling."""
    with pytest.raises(TellFault) as caught:
        await teller.tell(url, b"{}", {})
    return caught.value


@pytest.fixture
def server(tmp_path: Path) -> ssl.SSLContext:
    """A server's context with a certificate for localhost and its address; who signed it stands in the folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_issuer(tmp_path).sign("calendar"))
    return context


async def test_what_is_told_arrives_as_it_was_signed() -> None:
    """Body, headers, path and query, with the name of the host; nothing asks for a compressed answer."""
    async with listening() as calendar, telling() as teller:
        await teller.tell(calendar.url, b'{"id":"1"}', {"portner-signature": "t=1,v1=00"})
        [heard] = calendar.heard
    assert heard.line == "POST /hook?from=portner HTTP/1.1"
    assert heard.body == b'{"id":"1"}'
    assert heard.headers["portner-signature"] == "t=1,v1=00"
    assert heard.headers["host"] == f"127.0.0.1:{calendar.port}"


async def test_the_certificate_must_be_the_names(server: ssl.SSLContext, tmp_path: Path) -> None:
    """Called at its address, believed by its name: a certificate for the address alone will not do."""
    trusted = ssl.create_default_context(cafile=str(tmp_path / "issuer.pem"))
    async with listening(server) as calendar, telling(HERE, context=trusted) as teller:
        await teller.tell(f"https://localhost:{calendar.port}/hook", b"{}", {})
        assert calendar.heard[0].headers["host"] == f"localhost:{calendar.port}"
        no = await fault(teller, f"https://calendar.example:{calendar.port}/hook")
        assert (str(no), no.again, len(calendar.heard)) == ("ConnectError", True, 1)


async def test_a_certificate_nobody_vouches_for_is_refused(server: ssl.SSLContext) -> None:
    """Nothing is told to it."""
    async with listening(server) as calendar, telling(HERE) as teller:
        assert (await fault(teller, f"https://localhost:{calendar.port}/")).again
        assert calendar.heard == []


@pytest.mark.parametrize("leads_to", ["127.0.0.1", "10.0.0.1", "8.8.8.8 10.0.0.1", "::ffff:127.0.0.1", ""])
async def test_a_name_that_leads_inside_is_not_called(leads_to: str) -> None:
    """One address inside is enough to call none of them."""
    async with listening() as calendar, telling(leads_to=leads_to) as teller:
        no = await fault(teller, f"https://calendar.example:{calendar.port}/")
        assert (str(no), calendar.heard) == ("leads where nobody may be told", [])


async def test_the_name_is_looked_up_once() -> None:
    """What was looked at is what is called: a name that leads elsewhere a moment later gains nothing."""
    asked: list[str] = []

    async def changing(host: str, _port: int) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",)

    resolver: Resolver = changing
    teller = HttpTeller(HERE, resolver=resolver)
    async with speaking(b"this is no TLS\r\n") as port:
        assert (await fault(teller, f"https://calendar.example:{port}/")).again
    await teller.close()
    assert asked == ["calendar.example"]


@pytest.mark.parametrize(
    ("said", "again"),
    [
        (answer(302, "location: /elsewhere"), True),
        (answer(400), True),
        (answer(410), False),
        (answer(500), True),
        (b"nonsense\r\n\r\n", True),
        (b"", True),
    ],
)
async def test_only_a_yes_is_a_yes(said: bytes, again: bool) -> None:
    """Redirects are not followed; who is gone is not asked again; everything else may come right."""
    async with listening() as calendar, telling() as teller:
        calendar.answers.append(said)
        assert (await fault(teller, calendar.url)).again is again
        assert len(calendar.heard) == 1


async def test_a_long_answer_is_not_read() -> None:
    """The status is all that counts."""
    async with listening() as calendar, telling() as teller:
        calendar.answers.append(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\nlots")
        await teller.tell(calendar.url, b"{}", {})


async def test_who_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience ends, and it may be tried again."""
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    async with speaking(b"") as port, telling() as teller:
        no = await fault(teller, Listener(port).url)
    assert (str(no), no.again) == ("TimeoutError", True)


@pytest.mark.parametrize("url", ["http://calendar.example/", "https://user@calendar.example/", "nonsense"])
async def test_what_is_no_address_is_given_up(url: str) -> None:
    """It was checked when it was written down; whoever changed it since is not believed."""
    async with telling() as teller:
        no = await fault(teller, url)
    assert (str(no), no.again) == ("not an address to tell", False)


async def test_the_systems_own_names_are_known() -> None:
    """The resolver of the system finds this machine."""
    assert set(await module.resolve("localhost", 80)) <= {"127.0.0.1", "::1"}


async def test_a_name_that_does_not_exist_may_exist_later() -> None:
    """DNS may be down: again."""

    async def nobody(_host: str, _port: int) -> tuple[str, ...]:
        raise OSError("no such name")

    teller = HttpTeller(resolver=nobody)
    assert (await fault(teller, "https://calendar.example/")).again
    await teller.close()
