"""What we send: the browser to the authorization endpoint, ourselves to the token endpoint.

Authlib spells the protocol (docs/decisions/0006-oidc.md); the traps around it are handled here.
"""

import json
import secrets
from collections.abc import Mapping
from string import Template
from urllib.parse import quote_plus

from authlib.oauth2.auth import ClientAuth as AuthlibClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from xmpp_agent.edges.oidc.config import ClientAuth, OpenIdConfig, Param, encoded
from xmpp_agent.edges.oidc.discovery import Metadata
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import Attempt

_ASSERTION_LIFE = 120
"""Seconds a signed proof of who we are is good for; Idura takes at most 300."""


def new_attempt(config: OpenIdConfig, now: float, level: Level, *, silent: bool) -> Attempt:
    """An attempt with 256 bits of chance in each of state, nonce and verifier."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Attempt(config.name, state, nonce, verifier, now, int(level), silent)


def authorization_url(
    config: OpenIdConfig, metadata: Metadata, redirect_uri: str, attempt: Attempt, language: str
) -> str:
    """Where the browser goes."""
    params = _params(config, Level(attempt.level), language)
    if config.prompt_login or attempt.silent:
        params["prompt"] = "none" if attempt.silent else "login"
    if config.max_age is not None:
        params["max_age"] = str(config.max_age)
    url: str = prepare_grant_uri(
        metadata.authorization,
        config.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope=" ".join((*config.scopes, *config.extra_scopes)),
        state=attempt.state,
        nonce=attempt.nonce,
        code_challenge=create_s256_code_challenge(attempt.verifier),
        code_challenge_method="S256",
        **params,
    )
    return url


def token_request(
    config: OpenIdConfig, metadata: Metadata, redirect_uri: str, attempt: Attempt, code: str, now: float
) -> tuple[Mapping[str, str], str]:
    """Headers and form that exchange the code, with our proof of who we are."""
    form = prepare_token_request(
        "authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=attempt.verifier
    )
    _, headers, body = _client_auth(config, now).prepare("POST", metadata.token, {}, form)
    return headers, body


def _client_auth(config: OpenIdConfig, now: float) -> AuthlibClientAuth:
    """Made for one request: Authlib writes the `jti` into the claims it is handed, and would send it again."""
    if config.auth is ClientAuth.PRIVATE_KEY_JWT:
        return AuthlibClientAuth(
            config.client_id,
            config.secret,
            PrivateKeyJWT(
                # The issuer, not the token endpoint: no other server may hand our proof on as its own.
                token_endpoint=config.issuer,
                claims={"iat": int(now), "exp": int(now) + _ASSERTION_LIFE},
                headers={"kid": config.key_id} if config.key_id else None,
            ),
        )
    if config.auth is ClientAuth.SECRET_BASIC:
        # RFC 6749 §2.3.1 wants both form-urlencoded before they are joined; Authlib leaves that out.
        return AuthlibClientAuth(quote_plus(config.client_id), quote_plus(config.secret), config.auth.value)
    return AuthlibClientAuth(config.client_id, config.secret, config.auth.value)


def _params(config: OpenIdConfig, level: Level, language: str) -> dict[str, str]:
    words = {
        "level": config.level_words[max(level, Level.LOW) - 1],
        "language": language,
        "reference": encoded(config.reference),
    }
    filled = ((name, _filled(template, words)) for name, template in config.params.items())
    return {name: text for name, text in filled if text}


def _filled(template: Param, words: Mapping[str, str]) -> str:
    """The template with its words; a table as JSON. Empty for a text that needs the reference when there is none."""
    if isinstance(template, str):
        return "" if "$reference" in template and not words["reference"] else Template(template).substitute(words)
    table = {
        outer: {name: text for name, inner in group.items() if (text := _filled(inner, words))}
        for outer, group in template.items()
    }
    return json.dumps(table, separators=(",", ":"))
