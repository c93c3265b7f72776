"""Whether a token holds: signature first, then every claim that ties it to this provider, this client, this attempt.

OpenID Connect Core §3.1.3.7 and §5.3; PyJWT checks the signature, times are compared with the caller's clock.
"""

from collections.abc import Mapping

import jwt
from authlib.oidc.core.util import create_half_hash

from xmpp_agent.edges.oidc.config import OpenIdConfig
from xmpp_agent.edges.oidc.discovery import Discovery
from xmpp_agent.edges.oidc.faults import LONGEST_SUBJECT, SKEW, Refused, hold, moment, plain, same
from xmpp_agent.ports.login import Attempt, LoginReason

FORGED = LoginReason.FORGED
Claims = Mapping[str, object]

_ONLY_SIGNATURE: jwt.types.Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
    "enforce_minimum_key_length": True,
}


async def signed_claims(token: str, config: OpenIdConfig, discovery: Discovery, now: float) -> tuple[Claims, str]:
    """Claims of a token signed by this provider, and the algorithm. Raises Refused (FORGED) and Unreachable."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise Refused(FORGED, "token") from None
    alg, kid = header.get("alg"), header.get("kid")
    if alg not in config.id_token_algs:
        raise Refused(FORGED, "alg")
    key = await discovery.key(kid, alg, now)
    if key is None:
        raise Refused(FORGED, "kid")
    try:
        return jwt.decode(token, key, algorithms=[alg], options=_ONLY_SIGNATURE), alg
    except jwt.PyJWTError:
        raise Refused(FORGED, "signature") from None


def check_id_token(claims: Claims, config: OpenIdConfig, attempt: Attempt, now: float) -> None:
    """That this token was made by this provider for this client and this attempt, now. Raises Refused."""
    issued, _ = check_made_here(claims, config, now)
    hold(same(claims.get("nonce"), attempt.nonce), FORGED, "nonce")
    hold(attempt.begun_at - SKEW <= issued, FORGED, "iat")
    _check_freshness(moment(claims, "auth_time"), config, attempt, now)


def check_made_here(claims: Claims, config: OpenIdConfig, now: float) -> tuple[float, float]:
    """That this token was made by this provider for this client and holds now: issued and expires. Raises Refused."""
    hold(same(claims.get("iss"), config.issuer), FORGED, "iss")
    _check_audience(claims, config.client_id)
    hold(plain(claims.get("sub"), LONGEST_SUBJECT), FORGED, "sub")
    expires, issued, begins = (moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or now >= expires + SKEW:
        raise Refused(FORGED, "exp")
    if issued is None or issued > now + SKEW:
        raise Refused(FORGED, "iat")
    hold(begins is None or begins <= now + SKEW, FORGED, "nbf")
    return issued, expires


def check_access_token(claims: Claims, alg: str, access_token: str) -> None:
    """That the access token came with this id_token, where the id_token says so (`at_hash`). Raises Refused."""
    said = claims.get("at_hash")
    if said is not None:
        hold(same(said, create_half_hash(access_token, alg).decode()), FORGED, "at_hash")


def check_userinfo(claims: Claims, config: OpenIdConfig, subject: object, now: float) -> None:
    """That userinfo speaks of who logged in; what a signed one says beyond that must fit, too. Raises Refused."""
    hold(same(claims.get("sub"), str(subject)), FORGED, "userinfo_sub")
    if "iss" in claims:
        hold(same(claims["iss"], config.issuer), FORGED, "userinfo_iss")
    if "aud" in claims:
        _check_audience(claims, config.client_id)
    expires = moment(claims, "exp")
    hold(expires is None or now < expires + SKEW, FORGED, "userinfo_exp")


def _check_audience(claims: Claims, client_id: str) -> None:
    """The token is for us; one for several says with `azp` for whom it was made."""
    said = claims.get("aud")
    audiences = said if isinstance(said, list) else [said]
    hold(any(same(audience, client_id) for audience in audiences), FORGED, "aud")
    if len(audiences) > 1 or "azp" in claims:
        hold(same(claims.get("azp"), client_id), FORGED, "azp")


def _check_freshness(logged_in: float | None, config: OpenIdConfig, attempt: Attempt, now: float) -> None:
    """A login of long ago is not this one, where a fresh one was asked for."""
    if logged_in is None:
        hold(config.max_age is None, FORGED, "auth_time")
        return
    hold(logged_in <= now + SKEW, FORGED, "auth_time")
    hold(config.max_age is None or now - logged_in <= config.max_age + SKEW, FORGED, "auth_time")
    hold(not config.prompt_login or attempt.silent or logged_in >= attempt.begun_at - SKEW, FORGED, "auth_time")
