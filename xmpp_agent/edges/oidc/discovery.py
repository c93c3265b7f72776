"""What a provider says of itself: its addresses (OpenID Connect Discovery) and its keys (RFC 7517)."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import jwt
import structlog

from xmpp_agent.edges.oidc.asking import Unreachable, ask
from xmpp_agent.edges.oidc.config import OpenIdConfig, discovery_of, safe_url
from xmpp_agent.edges.oidc.kept import Kept

log = structlog.get_logger("oidc")

_MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class Metadata:
    """A provider's addresses. `userinfo` is empty when it has none."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    names_itself: bool
    """Every answer carries `iss` (RFC 9207)."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """A provider's public keys."""

    keys: tuple[Mapping[str, object], ...]

    def find(self, kid: str | None, alg: str) -> jwt.PyJWK | None:
        """The one key that may have made this signature; None when there is none, or several and no `kid`."""
        fitting = [key for key in self.keys if _fits(key, kid, alg)]
        if len(fitting) != 1:
            return None
        try:
            return jwt.PyJWK(dict(fitting[0]), algorithm=alg)
        except jwt.PyJWTError:
            return None


def _fits(key: Mapping[str, object], kid: str | None, alg: str) -> bool:
    family = {"R": "RSA", "P": "RSA", "E": "EC"}[alg[0]] if alg != "EdDSA" else "OKP"
    return (
        key.get("kty") == family
        and key.get("use", "sig") == "sig"
        and key.get("alg", alg) == alg
        and (kid is None or key.get("kid") == kid)
    )


class Discovery:
    """One provider's addresses and keys, fetched and kept (kept.py)."""

    def __init__(self, config: OpenIdConfig, client: httpx.AsyncClient) -> None:
        self._config, self._client = config, client
        self._metadata = Kept(self._fetch_metadata)
        self._keys = Kept(self._fetch_keys)

    async def metadata(self, now: float) -> Metadata:
        """The addresses. Raises Unreachable."""
        return await self._metadata.get(now)

    async def key(self, kid: str | None, alg: str, now: float) -> jwt.PyJWK | None:
        """The key of a signature; an unknown one is looked for once more, in a fresh set. Raises Unreachable."""
        found = (await self._keys.get(now)).find(kid, alg)
        return found or (await self._keys.newer(now)).find(kid, alg)

    async def _fetch_metadata(self, now: float) -> Metadata:
        issuer = self._config.issuer
        said = await self._object(discovery_of(self._config))
        if said.get("issuer") != issuer:
            raise self._useless("issuer")
        userinfo = said.get("userinfo_endpoint")
        return Metadata(
            self._address(said.get("authorization_endpoint")),
            self._address(said.get("token_endpoint")),
            self._address(said.get("jwks_uri")),
            self._address(userinfo) if self._config.userinfo else "",
            said.get("authorization_response_iss_parameter_supported") is True,
        )

    async def _fetch_keys(self, now: float) -> KeySet:
        said = await self._object((await self._metadata.get(now)).keys)
        keys = said.get("keys")
        if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
            raise self._useless("keys")
        return KeySet(tuple(key for key in keys if isinstance(key, dict)))

    async def _object(self, url: str) -> dict[str, object]:
        try:
            reply = await ask(self._client, url, patience=self._config.patience)
            if reply.status != 200:
                raise Unreachable("not served")
            return reply.object()
        except Unreachable as fault:
            raise self._useless(str(fault)) from None

    def _address(self, said: object) -> str:
        if not isinstance(said, str) or not safe_url(said, loopback=self._config.loopback):
            raise self._useless("address")
        return said

    def _useless(self, why: str) -> Unreachable:
        log.warning("openid_discovery_failed", setting=self._config.name, rule=why)
        return Unreachable(why)
