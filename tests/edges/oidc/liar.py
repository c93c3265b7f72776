"""An OpenID provider that can lie in every way: what each of its answers says is the test's to choose.

It is honest until told otherwise. Tokens are signed by joserfc, so that PyJWT in the product is never its own witness.
"""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, RSAKey
from typing_extensions import override

from tests.edges.oidc.attempts import NOW

GONE = object()
"""As a value of a claim or of the metadata: leave it out."""
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
"""A key of somebody else that calls itself like ours."""

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Raw = Callable[[Send], Awaitable[None]]
"""An answer given by hand instead of the honest one."""


@dataclass
class Liar:
    """State and lies of one provider."""

    issuer: str
    metadata: dict[str, object] = field(default_factory=dict)
    claims: dict[str, object] = field(default_factory=dict)
    """Over the honest claims of the id_token."""
    header: dict[str, object] = field(default_factory=dict)
    key: Key | bytes = field(default_factory=lambda: RSA)
    published: list[Key] = field(default_factory=lambda: [RSA, EC])
    tokens: dict[str, object] = field(default_factory=dict)
    """Over the token endpoint's honest answer."""
    userinfo: dict[str, object] = field(default_factory=dict)
    userinfo_signed: bool = False
    userinfo_key: Key = field(default_factory=lambda: RSA)
    checks_pkce: bool = True
    late: float = 0
    """Seconds each honest answer takes."""
    raw: dict[str, Raw] = field(default_factory=dict)
    """Path → answer given by hand."""
    asked: Counter[str] = field(default_factory=Counter)
    """Path → requests so far."""
    forms: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each token request."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, url: str) -> str:
        """A code for the browser that was sent to this address."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return code

    def answer(self, url: str, **over: str) -> dict[str, str]:
        """The honest query that browser comes back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return {"code": self.authorize(url), "state": query["state"], "iss": self.issuer, **over}

    def sign(self, claims: Mapping[str, object], key: Key | bytes) -> str:
        """A token, also one no honest library makes: `none`, or HS256 with any bytes."""
        header = _over({"alg": "RS256", "typ": "JWT", "kid": "rsa-1"}, self.header)
        payload = json.dumps(claims).encode()
        if header["alg"] == "none" or isinstance(key, bytes):
            signed = f"{_b64(json.dumps(header).encode())}.{_b64(payload)}"
            return f"{signed}.{_b64(hmac.digest(key, signed.encode(), 'sha256')) if isinstance(key, bytes) else ''}"
        registry = jws.JWSRegistry(algorithms=[str(header["alg"])], strict_check_header=False)
        return jws.serialize_compact(header, payload, key, registry=registry)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """The ASGI application."""
        path = scope["path"]
        self.asked[path] += 1
        if path in self.raw:
            await self.raw[path](send)
            return
        await asyncio.sleep(self.late)
        if path == "/.well-known/openid-configuration":
            await reply(send, self.said_of_itself())
        elif path == "/keys":
            await reply(send, {"keys": [key.as_dict(private=isinstance(key, OctKey)) for key in self.published]})
        elif path == "/token":
            await self._token(scope, receive, send)
        elif path == "/userinfo":
            await self._userinfo(send)
        else:
            await reply(send, {}, status=404)

    def said_of_itself(self) -> dict[str, object]:
        """The discovery document."""
        return _over(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "authorization_response_iss_parameter_supported": True,
                # As AD FS has it: not to be taken for the issuer.
                "access_token_issuer": f"{self.issuer}/services/trust",
            },
            self.metadata,
        )

    async def _token(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        body = (await receive())["body"].decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.forms.append(form)
        self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
        request = self.codes.pop(form.get("code", ""), None)
        if request is None or (self.checks_pkce and request["code_challenge"] != _s256(form["code_verifier"])):
            await reply(send, {"error": "invalid_grant"}, status=400)
            return
        access_token = "access-token"
        claims = {
            "iss": self.issuer,
            "sub": "sub-anna",
            "aud": "portner",
            "exp": NOW + 300,
            "iat": NOW + 1,
            "auth_time": NOW + 1,
            "nonce": request["nonce"],
            "at_hash": _b64(hashlib.sha256(access_token.encode()).digest()[:16]),
        }
        id_token = self.sign(_over(claims, self.claims), self.key)
        honest = {"access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}
        await reply(send, _over(honest, self.tokens))

    async def _userinfo(self, send: Send) -> None:
        claims = _over({"sub": "sub-anna"}, self.userinfo)
        if not self.userinfo_signed:
            await reply(send, claims)
            return
        whole = _over({"iss": self.issuer, "aud": "portner", **claims}, self.userinfo)
        await raw(send, 200, "application/jwt", self.sign(whole, self.userinfo_key).encode())


def _over(honest: Mapping[str, object], lies: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in {**honest, **lies}.items() if value is not GONE}


def _s256(verifier: str) -> str:
    return _b64(hashlib.sha256(verifier.encode()).digest())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def reply(send: Send, value: object, status: int = 200) -> None:
    """An answer in JSON."""
    await raw(send, status, "application/json", json.dumps(value).encode())


async def raw(send: Send, status: int, media: str, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """An answer of any kind."""
    head = [(b"content-type", media.encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


class House:
    """One server for many liars, one after the other: what it serves is the test's to put there."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.liar = Liar(issuer)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """The ASGI application."""
        await self.liar(scope, receive, send)


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the test run's."""
        yield


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """A house on a free port of this machine."""
    # Listening before the server is there: whoever comes early waits in the kernel's queue.
    with socket.create_server(("127.0.0.1", 0)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each answer waits 40 ms
        house = House(f"http://127.0.0.1:{sock.getsockname()[1]}")
        server = _Server(uvicorn.Config(house, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            yield house
        finally:
            server.should_exit = server.force_exit = True
            await task
