"""What a provider may not say in a token: each lie alone, the rest honest, and the check meant for it sees it."""

from collections.abc import Mapping

import httpx
import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import OctKey, RSAKey

from tests.edges.oidc.attempts import NOW, REDIRECT, configured, refusal
from tests.edges.oidc.liar import EC, GONE, RSA, STRANGER, Liar
from xmpp_agent.edges.oidc.provider import OpenIdProvider
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import Identity, LoginReason

pytestmark = pytest.mark.asyncio(loop_scope="module")
FORGED = LoginReason.FORGED
OTHER = "https://other.example"


async def log_in(
    liar: Liar,
    http: httpx.AsyncClient,
    config: Mapping[str, object] | None = None,
    *,
    level: Level = Level.NONE,
    silent: bool = False,
) -> Identity:
    """One login from beginning to end, five seconds long."""
    provider = OpenIdProvider(configured(liar.issuer, **(config or {})), http, REDIRECT)
    url, attempt = await provider.begin(now=NOW, level=level, silent=silent)
    return await provider.finish(attempt, liar.answer(url), now=NOW + 5)


async def test_an_honest_provider_is_believed(liar: Liar, http: httpx.AsyncClient) -> None:
    """Whoever the token names is logged in, under the issuer it came from."""
    who = await log_in(liar, http)
    assert (who.issuer, who.subject, who.level, who.authenticated_at) == (liar.issuer, "sub-anna", Level.NONE, NOW + 1)


@pytest.mark.parametrize(
    ("claims", "check"),
    [
        ({"iss": OTHER}, "iss"),
        ({"iss": GONE}, "iss"),
        ({"aud": "somebody-else"}, "aud"),
        ({"aud": GONE}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": {"portner": 1}}, "aud"),
        ({"aud": ["somebody-else"]}, "aud"),
        ({"aud": ["portner", "somebody-else"]}, "azp"),
        ({"aud": ["portner", "somebody-else"], "azp": "somebody-else"}, "azp"),
        ({"azp": "somebody-else"}, "azp"),
        ({"azp": None}, "azp"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": GONE}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"sub": GONE}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"sub": "\ud800"}, "sub"),
        ({"sub": ["sub-anna"]}, "sub"),
        ({"exp": NOW - 56}, "exp"),
        ({"exp": GONE}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"exp": float("inf")}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": "1900000000"}, "exp"),
        ({"nbf": NOW + 66}, "nbf"),
        ({"iat": NOW + 66}, "iat"),
        ({"iat": GONE}, "iat"),
        ({"iat": NOW - 61}, "iat"),
        ({"auth_time": NOW + 66}, "auth_time"),
        ({"auth_time": float("nan")}, "auth_time"),
        ({"at_hash": "wrong"}, "at_hash"),
        ({"at_hash": 3}, "at_hash"),
    ],
)
async def test_a_false_claim_is_seen(
    liar: Liar, http: httpx.AsyncClient, claims: dict[str, object], check: str
) -> None:
    """A token with one claim that does not fit logs nobody in."""
    liar.claims = claims
    assert await refusal(log_in(liar, http)) == (FORGED, check)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["portner"]},
        {"aud": ["portner", "somebody-else"], "azp": "portner"},
        {"exp": NOW - 54},
        {"nbf": NOW + 64},
        {"iat": NOW + 64},
        {"iat": NOW - 59},
        {"at_hash": GONE},
        {"auth_time": GONE},
    ],
)
async def test_what_the_standard_allows_is_believed(
    liar: Liar, http: httpx.AsyncClient, claims: dict[str, object]
) -> None:
    """Audiences in a list, clocks a minute apart and claims nobody has to send are no reason to refuse."""
    liar.claims = claims
    assert (await log_in(liar, http)).subject == "sub-anna"


@pytest.mark.parametrize(
    ("config", "auth_time", "fits"),
    [
        ({"max_age": 300}, NOW - 354, True),
        ({"max_age": 300}, NOW - 356, False),
        ({"max_age": 300}, GONE, False),
        ({"max_age": 300}, None, False),
        ({"prompt_login": True}, NOW - 59, True),
        ({"prompt_login": True}, NOW - 61, False),
        ({"prompt_login": True}, GONE, True),
        ({}, NOW - 40_000, True),
    ],
)
async def test_a_login_of_long_ago_is_not_a_fresh_one(
    liar: Liar, http: httpx.AsyncClient, config: dict[str, object], auth_time: object, fits: bool
) -> None:
    """Where a fresh login was asked for, the provider's word for when it was has to bear it out."""
    liar.claims = {"auth_time": auth_time}
    if fits:
        assert (await log_in(liar, http, config)).subject == "sub-anna"
    else:
        assert await refusal(log_in(liar, http, config)) == (FORGED, "auth_time")


async def test_a_silent_login_may_be_older_than_the_attempt(liar: Liar, http: httpx.AsyncClient) -> None:
    """`prompt=none` finds an existing session; that it began earlier is the point."""
    liar.claims = {"auth_time": NOW - 3000}
    assert (await log_in(liar, http, {"prompt_login": True}, silent=True)).subject == "sub-anna"


async def test_an_unsigned_token_logs_nobody_in(liar: Liar, http: httpx.AsyncClient) -> None:
    """`alg: none` is no signature."""
    liar.header = {"alg": "none"}
    assert await refusal(log_in(liar, http)) == (FORGED, "alg")


async def test_a_public_key_is_no_secret(liar: Liar, http: httpx.AsyncClient) -> None:
    """HS256 with the published RSA key as its secret logs nobody in."""
    liar.header, liar.key = {"alg": "HS256"}, RSA.as_pem(private=False)
    assert await refusal(log_in(liar, http)) == (FORGED, "alg")


async def test_a_published_secret_signs_nothing(liar: Liar, http: httpx.AsyncClient) -> None:
    """HS256 is refused also when the key set itself holds the key it was made with."""
    secret = OctKey.generate_key(256, {"kid": "oct-1"})
    liar.header, liar.key, liar.published = {"alg": "HS256", "kid": "oct-1"}, secret.raw_value, [RSA, secret]
    assert await refusal(log_in(liar, http)) == (FORGED, "alg")


async def test_an_algorithm_that_was_not_agreed_on_is_refused(liar: Liar, http: httpx.AsyncClient) -> None:
    """A signature that holds, by an algorithm the installation did not list, logs nobody in."""
    liar.header, liar.key = {"alg": "ES256", "kid": "ec-1"}, EC
    assert (await log_in(liar, http)).subject == "sub-anna"
    assert await refusal(log_in(liar, http, {"id_token_algs": ["RS256"]})) == (FORGED, "alg")


async def test_a_key_is_good_for_its_own_algorithm_only(liar: Liar, http: httpx.AsyncClient) -> None:
    """A key published for RS256 does not bear out a PS256 signature made with it."""
    key = RSAKey.import_key(RSA.as_dict(private=True) | {"alg": "RS256"})
    liar.header, liar.key, liar.published = {"alg": "PS256"}, RSA, [key]
    assert await refusal(log_in(liar, http)) == (FORGED, "kid")


async def test_a_key_for_encryption_signs_nothing(liar: Liar, http: httpx.AsyncClient) -> None:
    """A key with `use: enc` bears out no signature."""
    liar.published = [RSAKey.import_key(RSA.as_dict(private=True) | {"use": "enc"})]
    assert await refusal(log_in(liar, http)) == (FORGED, "kid")


async def test_another_key_of_the_same_name_signs_nothing(liar: Liar, http: httpx.AsyncClient) -> None:
    """The signature is checked, not the name of the key."""
    liar.key = STRANGER
    assert await refusal(log_in(liar, http)) == (FORGED, "signature")


async def test_a_name_nobody_published_signs_nothing(liar: Liar, http: httpx.AsyncClient) -> None:
    """A token that names an unknown key is not checked with some other one."""
    liar.header = {"kid": "rsa-2"}
    assert await refusal(log_in(liar, http)) == (FORGED, "kid")


async def test_without_a_name_only_a_lone_key_is_taken(liar: Liar, http: httpx.AsyncClient) -> None:
    """A token that names no key is checked when one key alone fits, and refused when there are two."""
    liar.header = {"kid": GONE}
    assert (await log_in(liar, http)).subject == "sub-anna"
    liar.published = [RSA, RSAKey.generate_key(2048, {"kid": "rsa-2", "use": "sig"})]
    assert await refusal(log_in(liar, http)) == (FORGED, "kid")


async def test_a_short_key_signs_nothing(liar: Liar, http: httpx.AsyncClient) -> None:
    """A signature by an RSA key of 1024 bits, which can be computed, is none."""
    with pytest.warns(SecurityWarning):
        short = RSAKey.generate_key(1024, {"kid": "rsa-1", "use": "sig"})
    liar.key, liar.published = short, [short]
    assert await refusal(log_in(liar, http)) == (FORGED, "signature")


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "....", "x" * 5000, "\ud800", "é.é.é", GONE, None, 7, ["a.b.c"], {"a": 1}]
)
async def test_garbage_is_no_token(liar: Liar, http: httpx.AsyncClient, token: object) -> None:
    """Whatever stands where the id_token should, nobody is logged in, and nothing breaks."""
    liar.tokens = {"id_token": token}
    reason, check = await refusal(log_in(liar, http))
    assert (reason, check in {"token", "token_endpoint"}) == (FORGED, True)


@pytest.mark.parametrize("lie", [{"token_type": "mac"}, {"token_type": GONE}, {"access_token": GONE}])
async def test_a_token_answer_is_whole_or_nothing(liar: Liar, http: httpx.AsyncClient, lie: dict[str, object]) -> None:
    """An answer without a bearer token is no answer of a token endpoint."""
    liar.tokens = lie
    assert await refusal(log_in(liar, http)) == (FORGED, "token_endpoint")


async def test_another_access_token_is_seen(liar: Liar, http: httpx.AsyncClient) -> None:
    """An access token that is not the one the id_token was made with is not used."""
    liar.tokens = {"access_token": "somebody-elses"}
    assert await refusal(log_in(liar, http, {"userinfo": True})) == (FORGED, "at_hash")
    assert liar.asked["/userinfo"] == 0


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("sub", ["sub-bo", GONE, None, "", ["sub-anna"]])
async def test_userinfo_of_somebody_else_is_seen(
    liar: Liar, http: httpx.AsyncClient, sub: object, signed: bool
) -> None:
    """Userinfo counts only when it is about whoever the id_token names, plain or signed."""
    liar.userinfo, liar.userinfo_signed = {"sub": sub, "name": "Bo"}, signed
    assert await refusal(log_in(liar, http, {"userinfo": True})) == (FORGED, "userinfo_sub")


@pytest.mark.parametrize(
    ("lie", "check"),
    [({"iss": OTHER}, "userinfo_iss"), ({"aud": "somebody-else"}, "aud"), ({"exp": NOW - 100}, "userinfo_exp")],
)
async def test_signed_userinfo_is_for_us_and_from_there(
    liar: Liar, http: httpx.AsyncClient, lie: dict[str, object], check: str
) -> None:
    """A signed userinfo made by or for somebody else, or long ago, is refused."""
    liar.userinfo, liar.userinfo_signed = lie, True
    assert await refusal(log_in(liar, http, {"userinfo": True})) == (FORGED, check)


async def test_signed_userinfo_is_checked(liar: Liar, http: httpx.AsyncClient) -> None:
    """Userinfo as a token counts with a signature that holds, and not without."""
    liar.userinfo, liar.userinfo_signed = {"name": "Anna Test"}, True
    assert (await log_in(liar, http, {"userinfo": True})).name == "Anna Test"
    liar.userinfo_key = STRANGER
    assert await refusal(log_in(liar, http, {"userinfo": True})) == (FORGED, "signature")
