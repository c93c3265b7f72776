"""The device authorization grant (RFC 8628) at the employer's OpenID provider, in its words and in Entra's.

What the provider says is read within bounds and believed only as far as needed: nothing it names is opened, and no
address but its own token endpoint ever gets the codes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from tui.agent.faults import NotSignedIn
from xmpp_agent import wire

GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
LARGEST: Final = 256 * 1024
"""Bytes of one answer."""
SLOWER: Final = 5.0
"""Seconds that `slow_down` adds for good."""
LONGEST_PAUSE: Final = 60.0
_LONGEST_CODE: Final = 8192
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_DENIED: Final = frozenset({"access_denied", "authorization_declined"})
_EXPIRED: Final = frozenset({"expired_token", "code_expired", "bad_verification_code"})


class Pending(Exception):
    """Nobody has answered at the provider yet. `slower`: ask less often from now on."""

    def __init__(self, *, slower: bool = False) -> None:
        super().__init__("pending")
        self.slower = slower


@dataclass(frozen=True, slots=True, repr=False)
class Device:
    """One attempt. What a person reads of it is remote text: made safe where it is drawn."""

    code: str
    """Ours alone."""
    user_code: str
    address: str
    direct: str
    """The address with the code in it; empty where the provider has none."""
    message: str
    """The provider's own words to the person; may be empty."""
    interval: float
    seconds: float
    """How long it is good for."""


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    """What signing in brought. `refresh` is empty where the provider gives none."""

    id_token: str
    refresh: str


def safe_address(text: object, *, loopback: bool) -> bool:
    """Whether this may be asked or shown: https; or plain http of this machine, where `loopback` allows it."""
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or " " in text or len(text) > 2000:
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback and host in _LOOPBACK)


class Provider:
    """The employer's provider, as the agent named it. Raises NotSignedIn, httpx.TransportError from each call."""

    def __init__(self, how: wire.SignIn, http: httpx.AsyncClient, *, loopback: bool) -> None:
        self._how, self._http, self._loopback = how, http, loopback
        self._device = self._token = ""

    async def begin(self) -> Device:
        """A new attempt."""
        await self._discover()
        status, said = await self._ask(self._device, {"scope": " ".join(self._how.scopes)})
        if status != 200:
            raise NotSignedIn(_unless_busy(status, "sign_in_refused"))
        address = said.get("verification_uri") or said.get("verification_url")
        direct = said.get("verification_uri_complete") or said.get("verification_url_complete")
        code, user_code = said.get("device_code"), said.get("user_code")
        if not (_plain(code) and _plain(user_code) and safe_address(address, loopback=self._loopback)):
            raise NotSignedIn("sign_in_unreadable")
        return Device(
            str(code),
            str(user_code),
            str(address),
            str(direct) if safe_address(direct, loopback=self._loopback) else "",
            str(said.get("message") or ""),
            _bounded(said.get("interval"), 5.0, 1.0, LONGEST_PAUSE),
            _bounded(said.get("expires_in"), 900.0, 10.0, 3600.0),
        )

    async def poll(self, device: Device) -> Tokens:
        """What came of it. Raises Pending as long as nothing did."""
        status, said = await self._ask(self._token, {"grant_type": GRANT, "device_code": device.code})
        if status == 200:
            return _tokens(said, "")
        error = said.get("error")
        if error == "authorization_pending" or error == "slow_down":
            raise Pending(slower=error == "slow_down")
        if status >= 500 or status == 429:
            raise Pending(slower=True)
        known = "sign_in_denied" if error in _DENIED else "sign_in_expired" if error in _EXPIRED else "sign_in_refused"
        raise NotSignedIn(known)

    async def renew(self, refresh: str) -> Tokens:
        """New tokens without asking anybody."""
        await self._discover()
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "scope": " ".join(self._how.scopes)}
        status, said = await self._ask(self._token, form)
        if status != 200:
            raise NotSignedIn(_unless_busy(status, "sign_in_refused"))
        return _tokens(said, refresh)

    async def _discover(self) -> None:
        if self._token:
            return
        self._check(self._how.discovery)
        async with self._http.stream("GET", self._how.discovery) as answer:
            said = await _object(answer)
            if answer.status_code != 200:
                raise NotSignedIn(_unless_busy(answer.status_code, "sign_in_unreadable"))
        if said.get("issuer") != self._how.issuer:
            raise NotSignedIn("sign_in_unreadable")
        device, token = said.get("device_authorization_endpoint"), said.get("token_endpoint")
        if device is None:
            raise NotSignedIn("sign_in_no_device")
        self._device, self._token = self._check(device), self._check(token)

    async def _ask(self, url: str, form: dict[str, str]) -> tuple[int, Mapping[str, object]]:
        async with self._http.stream("POST", url, data={"client_id": self._how.client_id, **form}) as answer:
            return answer.status_code, await _object(answer)

    def _check(self, address: object) -> str:
        if not safe_address(address, loopback=self._loopback):
            raise NotSignedIn("sign_in_unreadable")
        return str(address)


async def _object(answer: httpx.Response) -> Mapping[str, object]:
    """The body as a JSON object; empty where it is none (a proxy's page, an empty answer)."""
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise NotSignedIn("sign_in_unreadable")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _tokens(said: Mapping[str, object], refresh: str) -> Tokens:
    id_token, fresh = said.get("id_token"), said.get("refresh_token")
    if not _plain(id_token):
        raise NotSignedIn("sign_in_unreadable")
    return Tokens(str(id_token), str(fresh) if _plain(fresh) else refresh)


def _plain(said: object) -> bool:
    return isinstance(said, str) and 0 < len(said) <= 2 * _LONGEST_CODE and said.isascii() and said.isprintable()


def _bounded(said: object, otherwise: float, least: float, most: float) -> float:
    if isinstance(said, str) and said.isascii() and said.isdecimal() and len(said) < 9:  # AD FS and old Entra
        said = int(said)
    if isinstance(said, bool) or not isinstance(said, int | float) or said != said:
        return otherwise
    return float(min(most, max(least, said)))


def _unless_busy(status: int, why: str) -> str:
    return "sign_in_down" if status >= 500 or status == 429 else why
