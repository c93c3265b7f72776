"""Discovery and keys as time goes on: new keys are found at once, nobody makes us ask often, an outage is survived."""

import asyncio

import httpx
import pytest
from joserfc.jwk import RSAKey

from tests.edges.oidc.attempts import NOW, REDIRECT, configured, refusal
from tests.edges.oidc.liar import RSA, Liar, Send, reply
from xmpp_agent.edges.oidc.kept import LIFE, PAUSE, STALE
from xmpp_agent.edges.oidc.provider import OpenIdProvider
from xmpp_agent.ports.login import Identity, LoginFault, LoginReason

pytestmark = pytest.mark.asyncio(loop_scope="module")
DISCOVERY = "/.well-known/openid-configuration"
DOWN = (LoginReason.PROVIDER_DOWN, "")
UNKNOWN = (LoginReason.FORGED, "kid")


def provider_of(liar: Liar, http: httpx.AsyncClient, patience: float = 10) -> OpenIdProvider:
    """The relying party at this liar."""
    return OpenIdProvider(configured(liar.issuer, patience=patience), http, REDIRECT)


async def log_in(provider: OpenIdProvider, liar: Liar, later: float = 0) -> Identity:
    """A login that begins `later` seconds after the test's own time; the liar's clock goes along."""
    liar.claims = {"iat": NOW + later, "exp": NOW + later + 300, "auth_time": NOW + later}
    url, attempt = await provider.begin(now=NOW + later)
    return await provider.finish(attempt, liar.answer(url), now=NOW + later)


def rotate(liar: Liar) -> None:
    """The provider signs with a new key from now on; the old one is gone from its set."""
    key = RSAKey.generate_key(2048, {"kid": f"new-{len(liar.published)}", "use": "sig"})
    liar.key, liar.published, liar.header = key, [key], {"kid": key.kid}


async def test_discovery_and_keys_are_asked_for_once(liar: Liar, http: httpx.AsyncClient) -> None:
    """Many logins, also at the same moment, cost one discovery and one key set."""
    provider = provider_of(liar, http)
    await asyncio.gather(*(log_in(provider, liar) for _ in range(20)))
    assert (liar.asked[DISCOVERY], liar.asked["/keys"], liar.asked["/token"]) == (1, 1, 20)


async def test_a_new_key_is_found_at_once(liar: Liar, http: httpx.AsyncClient) -> None:
    """After a rotation the next login finds the new key with one request, and it stays found."""
    provider = provider_of(liar, http)
    await log_in(provider, liar)
    rotate(liar)
    assert (await log_in(provider, liar, PAUSE)).subject == "sub-anna"
    await log_in(provider, liar, PAUSE)
    assert liar.asked["/keys"] == 2


async def test_a_flood_of_unknown_keys_costs_one_request(liar: Liar, http: httpx.AsyncClient) -> None:
    """However many tokens name keys nobody has, the provider is asked at most once every ten seconds."""
    provider = provider_of(liar, http)
    await log_in(provider, liar)
    liar.header = {"kid": "unknown"}
    for second in range(0, 30, 3):
        refused = await asyncio.gather(*(refusal(log_in(provider, liar, second)) for _ in range(10)))
        assert set(refused) == {UNKNOWN}
    assert liar.asked["/keys"] == 3


async def test_withdrawn_keys_are_forgotten_within_the_hour(liar: Liar, http: httpx.AsyncClient) -> None:
    """A key that is gone from the set is believed no longer than the set is kept."""
    provider = provider_of(liar, http)
    await log_in(provider, liar)
    liar.published = [RSAKey.generate_key(2048, {"kid": "new", "use": "sig"})]
    assert (await log_in(provider, liar, LIFE - 1)).subject == "sub-anna"
    assert await refusal(log_in(provider, liar, LIFE)) == UNKNOWN


async def test_an_outage_of_discovery_is_survived(liar: Liar, http: httpx.AsyncClient) -> None:
    """What was known serves on for a day while asking again fails, and asking again is not done each time."""
    provider = provider_of(liar, http)
    await log_in(provider, liar)
    liar.raw = {DISCOVERY: lambda send: reply(send, {}, status=503), "/keys": lambda send: reply(send, {}, status=503)}
    for _ in range(5):
        assert (await log_in(provider, liar, LIFE)).subject == "sub-anna"
    assert (liar.asked[DISCOVERY], liar.asked["/keys"]) == (2, 2)
    with pytest.raises(LoginFault) as fault:
        await provider.begin(now=NOW + STALE)
    assert fault.value.reason is LoginReason.PROVIDER_DOWN
    liar.raw = {}
    assert (await log_in(provider, liar, STALE + PAUSE)).subject == "sub-anna"


async def test_a_provider_that_was_down_is_asked_again_soon(liar: Liar, http: httpx.AsyncClient) -> None:
    """While nothing is known, many logins cost one request every ten seconds, and the first good answer is taken."""
    provider = provider_of(liar, http)
    liar.raw = {DISCOVERY: lambda send: reply(send, {}, status=503)}
    for _ in range(5):
        assert await refusal(log_in(provider, liar)) == DOWN
    assert liar.asked[DISCOVERY] == 1
    liar.raw = {}
    assert (await log_in(provider, liar, PAUSE)).subject == "sub-anna"


async def test_keys_that_cannot_be_had_log_nobody_in(liar: Liar, http: httpx.AsyncClient) -> None:
    """Without a key set no token can be checked: the provider is down, and nobody is believed."""
    liar.raw = {"/keys": lambda send: reply(send, {}, status=503)}
    assert await refusal(log_in(provider_of(liar, http), liar)) == DOWN


async def test_whoever_gives_up_takes_nobody_along(liar: Liar, http: httpx.AsyncClient) -> None:
    """When the browser that made us ask goes away, the others still get the answer to that one request."""
    provider = provider_of(liar, http)
    let_go, asked = asyncio.Event(), asyncio.Event()
    honest = {**liar.said_of_itself()}

    async def slowly(send: Send) -> None:
        asked.set()
        await let_go.wait()
        await reply(send, honest)

    liar.raw = {DISCOVERY: slowly}
    first = asyncio.create_task(provider.begin(now=NOW))
    await asked.wait()
    second = asyncio.create_task(provider.begin(now=NOW))
    first.cancel()
    let_go.set()
    url, _ = await second
    assert url.startswith(liar.issuer)
    assert liar.asked[DISCOVERY] == 1


@pytest.mark.parametrize(
    "keys",
    [
        None,
        {},
        "x",
        [None, 7, "x", [], {}],
        [{"kty": "RSA", "kid": "rsa-1"}],
        [{"kty": "RSA", "kid": "rsa-1", "n": 7, "e": None}],
        [{"kty": "RSA", "kid": "rsa-1", "n": "!!", "e": "AQAB"}],
        [{"kty": "RSA", "kid": ["rsa-1"], "n": "AQAB", "e": "AQAB"}],
        [{"kty": "RSA", "kid": "rsa-1", "n": "", "e": ""}],
        [{"kty": "RSA", "kid": "rsa-1"}] * 101,
    ],
)
async def test_garbage_in_a_key_set_is_no_key(liar: Liar, http: httpx.AsyncClient, keys: object) -> None:
    """A key set that holds something else than keys logs nobody in, and nothing breaks."""
    liar.raw = {"/keys": lambda send: reply(send, {"keys": keys})}
    assert (await refusal(log_in(provider_of(liar, http), liar)))[0] in {
        LoginReason.FORGED,
        LoginReason.PROVIDER_DOWN,
    }


async def test_garbage_beside_a_key_does_no_harm(liar: Liar, http: httpx.AsyncClient) -> None:
    """Keys of kinds we do not know stand beside ours in many sets."""
    keys = [{"kty": "oct", "kid": "rsa-1", "k": "AAAA"}, None, {"kty": "XYZ"}, RSA.as_dict(private=False)]
    liar.raw = {"/keys": lambda send: reply(send, {"keys": keys})}
    assert (await log_in(provider_of(liar, http), liar)).subject == "sub-anna"
