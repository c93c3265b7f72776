"""Every way a journal's server can misbehave is one of a few faults, and nothing goes where nobody sent it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from tests.edges.journal.papers_here import FILM, Memory, client, entry, media_of, refused
from tests.edges.post.odd_server import speaking
from xmpp_agent.demo.gateways.certificates import make_issuer
from xmpp_agent.demo.gateways.running import Tls, running
from xmpp_agent.demo.gateways.script import Script, Trick
from xmpp_agent.demo.journals.tricks import Tricky
from xmpp_agent.edges.journal.asking import Answer as Answered
from xmpp_agent.edges.journal.asking import Asked, Line, checked_address, make_client, refusal
from xmpp_agent.edges.journal.f2 import F2, F2Settings
from xmpp_agent.edges.journal.nova import NovaSettings
from xmpp_agent.edges.journal.sbsys import SbsysSettings
from xmpp_agent.edges.journal.webhook import Webhook, WebhookSettings
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import EntryKind

CASE = "2026 - 60"
SOON = 0.3
AWAY, REFUSED = (Fault.JOURNAL_AWAY, True), (Fault.NOT_ALLOWED, False)


@dataclass
class Server:
    """Answers the same to everybody, and remembers who came."""

    answer: Response
    script: Script = field(default_factory=Script)
    asked: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.add_middleware(Tricky, script=self.script)
        app.add_api_route("/{path:path}", self._answer, methods=["GET", "POST", "PUT"])
        return app

    async def _answer(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        return self.answer


@asynccontextmanager
async def serving(answer: Response) -> AsyncIterator[tuple[Server, str]]:
    """A server and its address."""
    server = Server(answer)
    async with running(server.app()) as host:
        yield server, host


def webhook(host: str, http: httpx.AsyncClient, seconds: float = 5.0) -> Webhook:
    """The simplest journal there."""
    return Webhook(WebhookSettings(f"{host}/in", "secret", seconds=seconds), http, Memory())


@pytest.mark.parametrize("trick", [Trick.HANG, Trick.HUGE, Trick.CUT, Trick.PACKED, Trick.OTHER_KIND, Trick.REDIRECT])
async def test_misbehaviour_is_a_fault_that_is_tried_again(trick: Trick) -> None:
    """Within the deadline, and nobody is followed anywhere."""
    async with serving(Response(b'{"number": "1"}')) as (server, host), client() as http:
        journal = webhook(host, http, SOON if trick is Trick.HANG else 5.0)
        server.script.then(trick)
        async with asyncio.timeout(30):
            assert await refused(journal.file(entry(EntryKind.NOTE, CASE))) == AWAY
        assert server.script.followed == 0
        assert (await journal.file(entry(EntryKind.NOTE, CASE))).number == "1"


@pytest.mark.parametrize(
    "said",
    [b"220 mail.example ESMTP\r\n", b"\x00" * 100, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, b""],
    ids=range(4),
)
async def test_a_server_that_speaks_something_else_is_tried_again(said: bytes) -> None:
    """Another protocol, endless headers, nothing at all."""
    async with asyncio.timeout(30), speaking(said, after=b"\r\n\r\n") as port, client() as http:
        note = entry(EntryKind.NOTE, CASE)
        assert await refused(webhook(f"http://127.0.0.1:{port}", http, SOON).file(note)) == AWAY


async def test_nobody_there_is_tried_again() -> None:
    """Nobody listens, nobody of that name."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with client() as http:
        for host in (f"http://127.0.0.1:{port}", "https://name.invalid"):
            assert await refused(webhook(host, http).file(entry(EntryKind.NOTE, CASE))) == AWAY


async def test_a_receiver_that_takes_a_file_and_says_nothing_does_not_hold_us_up() -> None:
    """The deadline grows with the file and ends all the same."""
    one = entry(EntryKind.RECORDING, CASE, media=media_of(FILM * 4))
    async with speaking(b"", after=b"\r\n\r\n") as port, client() as http:
        async with asyncio.timeout(30):
            assert await refused(webhook(f"http://127.0.0.1:{port}", http, SOON).file(one)) == AWAY


async def test_a_yes_to_a_file_without_its_hash_is_none() -> None:
    """Somebody says yes to everything: the manifest does not follow."""
    async with serving(Response(b'{"number": "1"}')) as (server, host), client() as http:
        assert await refused(webhook(host, http).file(entry(EntryKind.RECORDING, CASE))) == AWAY
        assert [path.rpartition("/")[2] for path in server.asked] == ["media"]


async def test_no_more_is_read_than_an_answer_may_have() -> None:
    """64 MiB of a yes are away, not a yes."""
    async with serving(Response(b"{}")) as (server, host), client() as http:
        server.script.then(Trick.HUGE)
        assert await refused(Line(http, [host], 5.0).ask(Asked("GET", host))) == AWAY


@pytest.mark.parametrize("where", ["index", "token", "redirect"])
async def test_a_link_to_another_host_is_not_followed(where: str) -> None:
    """Neither by the service index nor by a redirect; the other host never hears of us."""
    async with serving(Response(b"{}")) as (other, elsewhere), client() as http:
        app = FastAPI(openapi_url=None)
        async with running(app) as host:

            @app.get("/index")
            async def index() -> dict[str, dict[str, str]]:
                there = {
                    "token": elsewhere if where == "token" else host,
                    "case": elsewhere if where == "index" else host,
                }
                return {
                    "http://cbrain.com/casefile/rel/oauth2-token": {"href": f"{there['token']}/token"},
                    "http://cbrain.com/casefile/rel/case-by-case-number": {
                        "href": f"{there['case']}/case/{{caseNumber}}"
                    },
                }

            @app.post("/token")
            async def token() -> dict[str, object]:
                return {"access_token": "t", "expires_in": 300}

            @app.get("/case/{number}")
            async def case() -> Response:
                return Response(status_code=302, headers={"Location": f"{elsewhere}/case"})

            journal = F2(F2Settings(f"{host}/index", "portner", "video", "secret", seconds=5), http, Memory())
            assert await refused(journal.file(entry(EntryKind.NOTE, CASE))) == REFUSED
        assert other.asked == []


@pytest.mark.parametrize(
    ("statuses", "fault", "again"),
    [
        ((400, 406, 409, 413, 415, 422, 451), Fault.JOURNAL_REFUSED, False),
        ((401, 402, 403, 404, 405, 407, 410), Fault.NOT_ALLOWED, False),
        ((300, 301, 308, 408, 425, 500, 501, 502, 504, 599), Fault.JOURNAL_AWAY, True),
        ((423, 429, 503), Fault.JOURNAL_BUSY, True),
    ],
    ids=["entry", "us", "passing", "busy"],
)
def test_each_status_has_a_fault(statuses: tuple[int, ...], fault: Fault, again: bool) -> None:
    """What is our fault or the entry's is not tried again; what may pass is."""
    faults = [refusal(Answered(status)) for status in statuses]
    assert {(one.fault, one.again) for one in faults} == {(fault, again)}


async def test_a_certificate_nobody_trusts_is_not_talked_to(tmp_path: Path) -> None:
    """Unless its issuer is named in the settings."""
    issuer = make_issuer(tmp_path)
    server = Server(Response(b'{"number": "1"}'))
    async with running(server.app(), Tls(issuer.sign("receiver"))) as host:
        async with make_client() as http:
            assert await refused(webhook(host, http).file(entry(EntryKind.NOTE, CASE))) == AWAY
        assert server.asked == []
        async with make_client(issuer.path) as http:
            assert (await webhook(host, http).file(entry(EntryKind.NOTE, CASE))).number == "1"


async def test_another_port_of_the_same_host_is_another_place() -> None:
    """As is the same host without TLS, and an address with a user in it."""
    async with client() as http:
        line = Line(http, ["https://journal.example/api"], 1.0)
        for url in ("https://journal.example:444/", "http://journal.example/", "https://a@journal.example/", "x", ""):
            assert await refused(line.ask(Asked("GET", url))) == REFUSED


@pytest.mark.parametrize("address", ["http://journal.example", "ftp://127.0.0.1", "journal.example", "", "https://"])
def test_plain_http_is_for_this_machine_alone(address: str) -> None:
    """Said when the settings are read."""
    with pytest.raises(ValueError, match="https"):
        checked_address(address)
    assert checked_address("http://127.0.0.1:1/x/") == "http://127.0.0.1:1/x"


@pytest.mark.parametrize("kind", [F2Settings, NovaSettings, SbsysSettings, WebhookSettings])
def test_secrets_are_not_in_the_settings_words(kind: type) -> None:
    """Whatever prints them."""
    given = {one.name: f"https://{one.name}.example" for one in fields(kind) if one.type in ("str", str)}
    made = kind(
        **given,
        **({"unit_id": 1} if kind is NovaSettings else {}),
        **({"closed_status": 1} if kind is SbsysSettings else {}),
    )
    assert "secret.example" not in f"{made!r} {made}"
    assert "password.example" not in f"{made!r} {made}"


def test_old_tls_is_not_spoken() -> None:
    """At least 1.2, with names checked."""
    http = make_client()
    context = http._transport._pool._ssl_context  # type: ignore[attr-defined]  # there is no other way to see it
    assert isinstance(context, ssl.SSLContext)
    assert (context.minimum_version, context.check_hostname) == (ssl.TLSVersion.TLSv1_2, True)
    assert context.verify_mode is ssl.CERT_REQUIRED
