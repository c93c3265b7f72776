"""Providers that hang, send on, flood or babble: bounded in time and size, and nobody is believed."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.edges.oidc.attempts import NOW, REDIRECT, configured, refusal
from tests.edges.oidc.liar import GONE, Liar, Raw, Send, raw
from xmpp_agent.edges.oidc.asking import LARGEST, Unreachable, ask
from xmpp_agent.edges.oidc.provider import OpenIdProvider
from xmpp_agent.ports.login import LoginFault, LoginReason

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE = 0.2
DISCOVERY = "/.well-known/openid-configuration"
ENDPOINTS = [DISCOVERY, "/keys", "/token", "/userinfo"]
HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}


@pytest_asyncio.fixture(loop_scope="module")
async def end() -> AsyncIterator[asyncio.Event]:
    """Set when the test is over, so that no answer hangs for longer."""
    event = asyncio.Event()
    yield event
    event.set()


async def outcome(liar: Liar, http: httpx.AsyncClient, patience: float = 10) -> tuple[LoginReason, str]:
    """What becomes of a login at this liar, in bounded time."""
    provider = OpenIdProvider(configured(liar.issuer, userinfo=True, patience=patience), http, REDIRECT)
    async with asyncio.timeout(30):
        try:
            url, attempt = await provider.begin(now=NOW)
        except LoginFault as fault:
            return fault.reason, ""
        return await refusal(provider.finish(attempt, liar.answer(url), now=NOW + 5))


def fixed(status: int, media: str, body: bytes, *headers: tuple[bytes, bytes]) -> Raw:
    """Always this answer."""
    return lambda send: raw(send, status, media, body, *headers)


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(
    "answer",
    [
        fixed(500, "application/json", b"{}"),
        fixed(503, "text/html", b"<h1>Down</h1>"),
        fixed(429, "application/json", b"{}"),
        fixed(204, "application/json", b""),
        fixed(200, "text/html", b"<h1>Welcome to the hotel's wireless network</h1>"),
        fixed(200, "application/json", b""),
        fixed(200, "application/json", b"null"),
        fixed(200, "application/json", b"[]"),
        fixed(200, "application/json", b"\xff\xfe\x00"),
        fixed(200, "application/json", b"[" * 100_000),
        fixed(200, "application/json", b'{"issuer": ' + b'{"a": ' * 50_000),
        fixed(200, "application/json", b'"' + b"x" * LARGEST + b'"'),
        fixed(200, "application/json", gzip.compress(b"{}"), (b"content-encoding", b"gzip")),
    ],
    ids=[*("500", "503", "429", "204", "html", "empty", "null", "list", "bytes", "deep", "deeper", "huge", "gzip")],
)
async def test_what_cannot_be_read_is_a_provider_that_is_down(
    liar: Liar, http: httpx.AsyncClient, path: str, answer: Raw
) -> None:
    """Wherever the provider answers something else than it must, the person reads that it is down."""
    liar.raw = {path: answer}
    assert await outcome(liar, http) == (LoginReason.PROVIDER_DOWN, "")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", ENDPOINTS)
async def test_nobody_is_sent_on(liar: Liar, http: httpx.AsyncClient, path: str, status: int) -> None:
    """A redirect of an endpoint is not followed: neither our secret nor our question goes anywhere else."""
    elsewhere = (b"location", f"{liar.issuer}/elsewhere".encode())
    liar.raw = {path: fixed(status, "application/json", b"{}", elsewhere)}
    assert await outcome(liar, http) == (LoginReason.PROVIDER_DOWN, "")
    assert liar.asked["/elsewhere"] == 0


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_silence_is_waited_for_in_bounds(
    liar: Liar, http: httpx.AsyncClient, end: asyncio.Event, path: str
) -> None:
    """A provider that takes the question and says nothing costs its patience, not the person's."""

    async def silent(_send: Send) -> None:
        await end.wait()

    liar.raw = {path: silent}
    assert await outcome(liar, http, PATIENCE) == (LoginReason.PROVIDER_DOWN, "")


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_an_answer_drop_by_drop_is_not_waited_for(
    liar: Liar, http: httpx.AsyncClient, end: asyncio.Event, path: str
) -> None:
    """An answer that never stops coming, a byte at a time, is given up when the patience for the whole is over."""

    async def dripping(send: Send) -> None:
        await send(HEAD)
        while not end.is_set():
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(PATIENCE / 10)

    liar.raw = {path: dripping}
    assert await outcome(liar, http, PATIENCE) == (LoginReason.PROVIDER_DOWN, "")


async def test_an_endless_answer_is_cut_off(liar: Liar, http: httpx.AsyncClient) -> None:
    """No more is read than an answer may have, however much is sent."""
    sent = 0

    async def endless(send: Send) -> None:
        nonlocal sent
        await send(HEAD)
        for _ in range(4096):
            sent += 65_536
            await send({"type": "http.response.body", "body": b" " * 65_536, "more_body": True})

    liar.raw = {DISCOVERY: endless}
    with pytest.raises(Unreachable):
        await ask(http, f"{liar.issuer}{DISCOVERY}", patience=10)
    assert sent < 100 * LARGEST


async def test_a_whole_login_has_an_end(liar: Liar, http: httpx.AsyncClient) -> None:
    """Endpoints that each use nearly all of their time do not add up: a login takes twice the patience at most."""
    provider = OpenIdProvider(configured(liar.issuer, userinfo=True, patience=PATIENCE), http, REDIRECT)
    url, attempt = await provider.begin(now=NOW)
    liar.late = 0.8 * PATIENCE  # token, keys and userinfo: more than twice together, each within its own
    assert await refusal(provider.finish(attempt, liar.answer(url), now=NOW + 5)) == (LoginReason.PROVIDER_DOWN, "")


@pytest.mark.parametrize("path", ["/token", "/userinfo"])
@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refusal_is_the_providers(
    liar: Liar, http: httpx.AsyncClient, capsys: pytest.CaptureFixture[str], path: str, status: int
) -> None:
    """A provider that says no has refused; what it said is not repeated."""
    liar.raw = {path: fixed(status, "application/json", b'{"error": "invalid_grant", "secret": "0101801234"}')}
    assert await outcome(liar, http) == (LoginReason.PROVIDER_REFUSED, f"{path[1:]}_endpoint")
    assert "0101801234" not in "".join(capsys.readouterr())


async def test_nobody_there_is_a_provider_that_is_down(http: httpx.AsyncClient) -> None:
    """A port nobody listens on, and a name nobody has, are answered in bounded time."""
    for issuer in ("http://127.0.0.1:1", "https://nobody.invalid"):
        provider = OpenIdProvider(configured(issuer, patience=PATIENCE), http, REDIRECT)
        async with asyncio.timeout(30):
            with pytest.raises(LoginFault) as fault:
                await provider.begin(now=NOW)
        assert fault.value.reason is LoginReason.PROVIDER_DOWN


@pytest.mark.parametrize(
    "lie",
    [
        {"issuer": "https://other.example"},
        {"issuer": GONE},
        {"issuer": None},
        {"authorization_endpoint": GONE},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": 7},
        {"token_endpoint": "http://broker.example/token"},
        {"token_endpoint": "http://127.0.0.1.broker.example/token"},
        {"token_endpoint": "https://user@broker.example/token"},
        {"token_endpoint": "https:///token"},
        {"token_endpoint": "https://broker.example:port/token"},
        {"token_endpoint": "//broker.example/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "ftp://broker.example/keys"},
        {"jwks_uri": "https://broker.example/ø"},
        {"jwks_uri": "https://broker.example/\n"},
        {"userinfo_endpoint": GONE},
        {"userinfo_endpoint": "http://192.0.2.1/userinfo"},
    ],
)
async def test_a_provider_that_is_not_who_it_says_is_not_gone_to(
    liar: Liar, http: httpx.AsyncClient, lie: dict[str, object]
) -> None:
    """Discovery of another issuer, or with addresses nobody may be sent to, begins no login."""
    liar.metadata = lie
    with pytest.raises(LoginFault) as fault:
        await OpenIdProvider(configured(liar.issuer, userinfo=True), http, REDIRECT).begin(now=NOW)
    assert fault.value.reason is LoginReason.PROVIDER_DOWN


async def test_an_issuer_is_compared_letter_by_letter(liar: Liar, http: httpx.AsyncClient) -> None:
    """One slash more is another issuer."""
    config = configured(f"{liar.issuer}/", discovery_url=f"{liar.issuer}{DISCOVERY}")
    with pytest.raises(LoginFault):
        await OpenIdProvider(config, http, REDIRECT).begin(now=NOW)


async def test_no_cookie_is_kept(liar: Liar, http: httpx.AsyncClient) -> None:
    """What a provider wants remembered with one person's login does not come along with the next one's."""
    liar.raw = {DISCOVERY: fixed(200, "application/json", b"{}", (b"set-cookie", b"who=anna; Path=/"))}
    await ask(http, f"{liar.issuer}{DISCOVERY}", patience=10)
    provider = OpenIdProvider(configured(liar.issuer), http, REDIRECT)
    liar.raw = {}
    url, attempt = await provider.begin(now=NOW)
    await provider.finish(attempt, liar.answer(url), now=NOW + 5)
    assert [headers.get("cookie") for headers in liar.headers] == [None]
