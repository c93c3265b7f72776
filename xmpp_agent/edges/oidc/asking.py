"""Asking a provider: bounded in time and size, following nobody anywhere else, remembering nothing."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

LARGEST = 256 * 1024
"""Bytes of one answer; discovery documents, key sets and tokens have a few thousand."""


class Unreachable(Exception):
    """The provider gave no answer that can be read. The text is ours."""


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """What came back. `media` is the media type in lower case, without parameters."""

    status: int
    media: str
    body: bytes

    def object(self) -> dict[str, object]:
        """The body as a JSON object. Raises Unreachable."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unreachable("not JSON") from None
        if not isinstance(value, dict):
            raise Unreachable("not a JSON object")
        return value


def open_client() -> httpx.AsyncClient:
    """A client for OpenIdProvider: certificates are checked, no cookie is kept, the environment is not asked."""
    jar = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    return httpx.AsyncClient(cookies=jar, trust_env=False)


async def ask(
    client: httpx.AsyncClient,
    url: str,
    *,
    patience: float,
    headers: Mapping[str, str] | None = None,
    form: str | None = None,
) -> Reply:
    """GET, or POST when there is a form, within `patience` seconds from beginning to end. Raises Unreachable.

    Redirects are not followed: what a provider's endpoint is, discovery says. Compressed answers are not asked for
    and not opened.
    """
    sent = {"Accept": "application/json, application/jwt", "Accept-Encoding": "identity", **(headers or {})}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    request = client.build_request("GET" if form is None else "POST", url, headers=sent, content=form, timeout=patience)
    try:
        async with asyncio.timeout(patience):
            response = await client.send(request, stream=True, follow_redirects=False)
            try:
                body = await _bounded(response)
            finally:
                await response.aclose()
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as fault:
        raise Unreachable(type(fault).__name__) from None
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Reply(response.status_code, media, body)


async def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LARGEST:
            raise Unreachable("too long")
    return bytes(body)
