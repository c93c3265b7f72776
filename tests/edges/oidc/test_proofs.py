"""How we prove at the token endpoint who we are, as it looks on the wire."""

import base64
from urllib.parse import unquote_plus

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.edges.oidc.attempts import NOW, REDIRECT, SECRET, configured
from tests.edges.oidc.liar import Liar
from xmpp_agent.edges.oidc.provider import OpenIdProvider

pytestmark = pytest.mark.asyncio(loop_scope="module")
KEY = RSAKey.generate_key(2048, {"kid": "ours-1", "use": "sig"})
ID = "urn:my:application:portner & son"


async def exchanged(liar: Liar, http: httpx.AsyncClient, **config: object) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and form of the token request of one login."""
    provider = OpenIdProvider(configured(liar.issuer, client_id=ID, **config), http, REDIRECT)
    liar.claims = {"aud": ID}
    url, attempt = await provider.begin(now=NOW)
    await provider.finish(attempt, liar.answer(url), now=NOW + 5)
    form = liar.forms[-1]
    assert (form["grant_type"], form["redirect_uri"]) == ("authorization_code", REDIRECT)
    assert form["code_verifier"] == attempt.verifier
    return liar.headers[-1], form


async def test_basic_carries_any_sign(liar: Liar, http: httpx.AsyncClient) -> None:
    """Id and secret are form-urlencoded before they are joined, so that a colon in the id does not end it."""
    headers, form = await exchanged(liar, http)
    kind, _, value = headers["authorization"].partition(" ")
    client, _, secret = base64.b64decode(value).decode().partition(":")
    assert (kind, unquote_plus(client), unquote_plus(secret)) == ("Basic", ID, SECRET)
    assert "client_secret" not in form


async def test_post_carries_both_in_the_form(liar: Liar, http: httpx.AsyncClient) -> None:
    """Id and secret stand in the form, and nowhere else."""
    headers, form = await exchanged(liar, http, auth="client_secret_post")
    assert (form["client_id"], form["client_secret"]) == (ID, SECRET)
    assert "authorization" not in headers


async def test_a_public_client_has_only_its_name(liar: Liar, http: httpx.AsyncClient) -> None:
    """Without a secret the id alone is sent; PKCE protects the code."""
    headers, form = await exchanged(liar, http, auth="none", secret="")
    assert form["client_id"] == ID
    assert "authorization" not in headers
    assert "client_secret" not in form


async def test_a_signed_proof_is_short_lived_new_and_for_this_provider(liar: Liar, http: httpx.AsyncClient) -> None:
    """Two minutes, by our clock; for the issuer, which can then not use it anywhere else; never the same twice."""
    given = {"auth": "private_key_jwt", "secret": KEY.as_pem(private=True).decode(), "key_id": "ours-1"}
    proofs = [jwt.decode((await exchanged(liar, http, **given))[1]["client_assertion"], KEY) for _ in range(2)]
    for proof in proofs:
        assert (proof.header["alg"], proof.header["kid"]) == ("RS256", "ours-1")
        assert (proof.claims["iss"], proof.claims["sub"], proof.claims["aud"]) == (ID, ID, liar.issuer)
        assert (proof.claims["iat"], proof.claims["exp"]) == (NOW + 5, NOW + 125)
    assert proofs[0].claims["jti"] != proofs[1].claims["jti"]
