"""ID tokens that a console brings: checked as a login's, at a provider that lies in every way."""

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import Key

from tests.edges.oidc.attempts import NOW, configured, refusal
from tests.edges.oidc.liar import EC, GONE, RSA, STRANGER, Liar, _over
from xmpp_agent.edges.oidc.bearer import BearerTokens
from xmpp_agent.edges.oidc.kept import PAUSE
from xmpp_agent.ports.login import Identity, LoginReason

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONSOLE = "portner-console"


@pytest_asyncio.fixture(loop_scope="module")
async def tokens(liar: Liar, http: httpx.AsyncClient) -> BearerTokens:
    """The reader of tokens made for the console at the liar."""
    config = configured(liar.issuer, name="console", preset="staff", client_id=CONSOLE, auth="none", secret="")
    return BearerTokens(config, http)


def token_of(liar: Liar, lies: dict[str, object] | None = None, key: Key | bytes = RSA) -> str:
    """A token for the console, honest but for the lies."""
    honest = {
        "iss": liar.issuer,
        "sub": "sub-mette",
        "aud": CONSOLE,
        "exp": NOW + 300,
        "iat": NOW,
        "preferred_username": "Mette@lilleby.test",
        "name": "Mette Holm",
        "roles": ["Portner.Leder"],
    }
    return liar.sign(_over(honest, lies or {}), key)


async def _read(tokens: BearerTokens, token: str, now: float = NOW + 1) -> Identity:
    return (await tokens.read(token, now=now)).identity


async def test_an_honest_token_says_who_it_is_and_for_how_long(liar: Liar, tokens: BearerTokens) -> None:
    """Account, roles and times are read; the signature is no part of what it is known by."""
    token = token_of(liar)
    vouched = await tokens.read(token, now=NOW + 1)
    assert (vouched.identity.account, vouched.identity.roles) == ("mette@lilleby.test", frozenset({"Portner.Leder"}))
    assert (vouched.issued_at, vouched.expires_at) == (NOW, NOW + 300)
    assert vouched.signed == token[: token.rindex(".")]


@pytest.mark.parametrize(
    ("lies", "check"),
    [
        ({"iss": "https://elsewhere.example"}, "iss"),
        ({"iss": GONE}, "iss"),
        ({"aud": "portner"}, "aud"),
        ({"aud": ["portner", "another"]}, "aud"),
        ({"aud": [CONSOLE, "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"exp": NOW - 61}, "exp"),
        ({"exp": GONE}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"iat": NOW + 100}, "iat"),
        ({"iat": GONE}, "iat"),
        ({"nbf": NOW + 100}, "nbf"),
        ({"sub": ""}, "sub"),
    ],
)
async def test_a_lie_in_a_claim_is_refused(
    liar: Liar, tokens: BearerTokens, lies: dict[str, object], check: str
) -> None:
    """Another issuer, another client (the site's own, too), a time that does not hold."""
    assert await refusal(_read(tokens, token_of(liar, lies))) == (LoginReason.FORGED, check)


@pytest.mark.parametrize(
    ("header", "key", "check"),
    [
        ({"alg": "none"}, RSA, "alg"),
        ({"alg": "HS256"}, RSA.as_pem(private=False), "alg"),
        ({}, STRANGER, "signature"),
        ({"kid": "nobodys"}, RSA, "kid"),
        ({"alg": "ES256", "kid": "rsa-1"}, EC, "kid"),
    ],
    ids=["none", "hmac with the public key", "stranger", "unknown kid", "other kind of key"],
)
async def test_a_signature_that_is_not_the_providers_is_refused(
    liar: Liar, tokens: BearerTokens, header: dict[str, object], key: Key | bytes, check: str
) -> None:
    """No signature, one anybody can make, one of somebody else."""
    liar.header = header
    assert await refusal(_read(tokens, token_of(liar, key=key))) == (LoginReason.FORGED, check)


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 300_000, "Ærlig.token.her"])
async def test_what_is_no_token_is_refused(tokens: BearerTokens, token: str) -> None:
    """Nothing, nonsense, too much of it, and letters no token has."""
    assert await refusal(_read(tokens, token)) == (LoginReason.FORGED, "token")


async def test_new_keys_are_found(liar: Liar, tokens: BearerTokens) -> None:
    """The provider changes its keys in the middle of the day; its new tokens hold."""
    await _read(tokens, token_of(liar))
    liar.published, liar.header = [EC], {"alg": "ES256", "kid": "ec-1"}
    assert (await _read(tokens, token_of(liar, {"exp": NOW + 900}, EC), NOW + PAUSE + 1)).name == "Mette Holm"


async def test_a_provider_that_is_down_is_said_so(liar: Liar, tokens: BearerTokens) -> None:
    """Nothing can be told: neither a yes nor a forgery."""
    liar.metadata = {"issuer": "https://elsewhere.example"}
    assert await refusal(_read(tokens, token_of(liar))) == (LoginReason.PROVIDER_DOWN, "")
