"""The ID token a supervisor's console elsewhere brings with each request (ports.login.TokenReader)."""

import asyncio

import httpx
import structlog

from xmpp_agent.edges.oidc.asking import LARGEST, Unreachable
from xmpp_agent.edges.oidc.config import OpenIdConfig
from xmpp_agent.edges.oidc.discovery import Discovery
from xmpp_agent.edges.oidc.faults import Refused, hold, plain
from xmpp_agent.edges.oidc.identity import Said, read_identity
from xmpp_agent.edges.oidc.tokens import FORGED, check_made_here, signed_claims
from xmpp_agent.ports.login import Attempt, LoginFault, LoginReason, Vouched

log = structlog.get_logger("oidc")


class BearerTokens:
    """Checks tokens as a login does, but for the nonce: nobody here began an attempt, so there is none to compare.

    `config` is the staff sign-on's with the console's own client id: a token made for another client is not taken.
    """

    def __init__(self, config: OpenIdConfig, client: httpx.AsyncClient) -> None:
        self._config, self._discovery = config, Discovery(config, client)

    async def read(self, token: str, *, now: float) -> Vouched:
        """See `ports.login.TokenReader`. The log gets our word for the check, nothing of what came."""
        try:
            async with asyncio.timeout(2 * self._config.patience):
                return await self._read(token, now)
        except Refused as fault:
            log.info("bearer_refused", setting=self._config.name, reason=fault.reason.value, rule=fault.check)
            raise
        except (Unreachable, TimeoutError):
            log.warning("bearer_refused", setting=self._config.name, reason=LoginReason.PROVIDER_DOWN.value)
            raise LoginFault(LoginReason.PROVIDER_DOWN) from None

    async def _read(self, token: str, now: float) -> Vouched:
        hold(plain(token, LARGEST), FORGED, "token")
        claims, _ = await signed_claims(token, self._config, self._discovery, now)
        issued_at, expires_at = check_made_here(claims, self._config, now)
        nobodys = Attempt(self._config.name, "", "", "", now)
        identity = read_identity(self._config, nobodys, Said(claims))
        return Vouched(identity, issued_at, expires_at, token.rpartition(".")[0])
