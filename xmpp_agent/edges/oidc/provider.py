"""One OpenID provider, from sending the browser there to knowing who came back (ports.login.LoginProvider)."""

import asyncio
from collections.abc import Mapping

import httpx
import structlog

from xmpp_agent.edges.oidc.answers import check_attempt, read_code
from xmpp_agent.edges.oidc.asking import LARGEST, Reply, Unreachable, ask
from xmpp_agent.edges.oidc.config import OpenIdConfig
from xmpp_agent.edges.oidc.discovery import Discovery, Metadata
from xmpp_agent.edges.oidc.faults import Refused, hold, plain
from xmpp_agent.edges.oidc.identity import Said, read_identity
from xmpp_agent.edges.oidc.requests import authorization_url, new_attempt, token_request
from xmpp_agent.edges.oidc.tokens import Claims, check_access_token, check_id_token, check_userinfo, signed_claims
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import Attempt, Identity, LoginFault, LoginReason

log = structlog.get_logger("oidc")

_QUIET = frozenset({LoginReason.CANCELLED, LoginReason.NOT_SIGNED_IN})


class OpenIdProvider:
    """One configured provider. `client` is made by asking.open_client and may be shared by several.

    `redirect_uri` is the whole address the browser comes back to, one for each provider: an answer that arrives at
    another provider's address belongs to no attempt.
    """

    def __init__(self, config: OpenIdConfig, client: httpx.AsyncClient, redirect_uri: str) -> None:
        self._config, self._client, self._redirect_uri = config, client, redirect_uri
        self._discovery = Discovery(config, client)

    @property
    def name(self) -> str:
        """As configured: `mitid`, `staff`."""
        return self._config.name

    async def begin(
        self, *, now: float, level: Level = Level.NONE, silent: bool = False, language: str = "da"
    ) -> tuple[str, Attempt]:
        """Where to send the browser, and what it has to bring back. Raises LoginFault (PROVIDER_DOWN)."""
        try:
            metadata = await self._discovery.metadata(now)
        except Unreachable:
            raise LoginFault(LoginReason.PROVIDER_DOWN) from None
        attempt = new_attempt(self._config, now, level, silent=silent)
        return authorization_url(self._config, metadata, self._redirect_uri, attempt, language), attempt

    async def finish(self, attempt: Attempt, answer: Mapping[str, str], *, now: float) -> Identity:
        """Who it is, from the query the browser came back with; checked whole before any of it is believed.

        Raises LoginFault. The log gets the reason and our word for the check, nothing of what came.
        """
        try:
            async with asyncio.timeout(2 * self._config.patience):
                return await self._finish(attempt, answer, now)
        except Refused as fault:
            tell = log.info if fault.reason in _QUIET else log.warning
            tell("login_refused", setting=self.name, reason=fault.reason.value, rule=fault.check)
            raise
        except (Unreachable, TimeoutError):
            log.warning("login_refused", setting=self.name, reason=LoginReason.PROVIDER_DOWN.value)
            raise LoginFault(LoginReason.PROVIDER_DOWN) from None

    async def _finish(self, attempt: Attempt, answer: Mapping[str, str], now: float) -> Identity:
        check_attempt(self._config, attempt, answer, now)
        metadata = await self._discovery.metadata(now)
        code = read_code(self._config, metadata, attempt, answer)
        id_token, access_token = await self._exchange(metadata, attempt, code, now)
        claims, alg = await signed_claims(id_token, self._config, self._discovery, now)
        check_id_token(claims, self._config, attempt, now)
        check_access_token(claims, alg, access_token)
        userinfo: Claims = {}
        if self._config.userinfo:
            userinfo = await self._userinfo(metadata, access_token, now)
            check_userinfo(userinfo, self._config, claims["sub"], now)
        return read_identity(self._config, attempt, Said(claims, userinfo))

    async def _exchange(self, metadata: Metadata, attempt: Attempt, code: str, now: float) -> tuple[str, str]:
        """The id_token and the access token for a code."""
        headers, form = token_request(self._config, metadata, self._redirect_uri, attempt, code, now)
        reply = await ask(self._client, metadata.token, patience=self._config.patience, headers=headers, form=form)
        tokens = _answered(reply, "token_endpoint").object()
        id_token, access_token, kind = (tokens.get(name) for name in ("id_token", "access_token", "token_type"))
        whole = plain(id_token, LARGEST) and plain(access_token, LARGEST) and str(kind).lower() == "bearer"
        hold(whole, LoginReason.FORGED, "token_endpoint")
        return str(id_token), str(access_token)

    async def _userinfo(self, metadata: Metadata, access_token: str, now: float) -> Claims:
        """What the userinfo endpoint says, plain or as a token signed like every other."""
        headers = {"Authorization": f"Bearer {access_token}"}
        reply = await ask(self._client, metadata.userinfo, patience=self._config.patience, headers=headers)
        _answered(reply, "userinfo_endpoint")
        if reply.media != "application/jwt":
            return reply.object()
        token = reply.body.decode("ascii", "replace")
        claims, _ = await signed_claims(token, self._config, self._discovery, now)
        return claims


def _answered(reply: Reply, check: str) -> Reply:
    """The reply, if it is one. A refusal is the provider's own; anything else is a provider that is down."""
    if 400 <= reply.status < 500 and reply.status != 429:
        raise Refused(LoginReason.PROVIDER_REFUSED, check)
    if reply.status != 200:
        raise Unreachable("not answered")
    return reply
