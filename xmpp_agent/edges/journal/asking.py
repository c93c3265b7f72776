"""Asks a journal over HTTP, and makes one of a few faults of everything that is not a plain answer.

Nobody is called but the hosts the settings name, whatever an answer or a link in it says; no redirect is followed by
itself, no more is read than an answer may have, and each request has one deadline. Nothing that was sent or answered
gets into an exception.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import httpx

from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalFault

LARGEST = 8 * 1024 * 1024
"""Bytes an answer may have: lists of everything on a case come in one piece."""
SLOWEST = 256 * 1024
"""Bytes a second at which a recording must at least go through; sets the deadline of long requests."""
_PATIENCE = 600.0
"""Seconds the client itself waits between two bytes; the deadline of each request is what counts."""
_LONGEST_ADDRESS = 2000
_LOOK_AT_US = frozenset({401, 402, 403, 404, 405, 407, 410})
"""Account, address of the service: nothing a repetition would help."""
_BUSY = frozenset({423, 429, 503})
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What came back, whatever it says."""

    status: int
    body: bytes = b""
    location: str = ""
    """Absolute; empty when the answer names none."""
    kind: str = ""
    """Content type without parameters, in lower case."""

    @property
    def is_yes(self) -> bool:
        """Whether the status says that it was done."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """What a request carries: bytes, or pieces whose sum is known."""

    kind: str
    """Its media type."""
    body: bytes | AsyncIterator[bytes] = b""
    size: int = 0
    """Bytes of pieces; bytes know it themselves."""


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """A request, before it is known as whom it is made."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Content | None = None


class NotReached(JournalFault):
    """There was no connection: the journal cannot have seen anything of the request."""

    def __init__(self) -> None:
        super().__init__(Fault.JOURNAL_AWAY, again=True)


class _TooLong(Exception):
    """An answer of more than LARGEST."""


def checked_address(text: str) -> str:
    """The address without a slash at its end. Raises ValueError when it is not https (plain http: this machine)."""
    origin = _origin(text)
    if origin is None or not (origin[0] == "https" or (origin[0] == "http" and origin[1] in _THIS_MACHINE)):
        raise ValueError("must begin with https:// (plain http only on this machine)")
    return text.rstrip("/")


def make_client(authorities: Path | None = None) -> httpx.AsyncClient:
    """A client for journals. `authorities`: certificates to trust instead of the system's. Whoever makes it closes it.

    Raises OSError (no such file, not readable, no certificates).
    """
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return httpx.AsyncClient(verify=context, follow_redirects=False, timeout=_PATIENCE)


class Line:
    """The way to one journal. `hosts`: addresses that name every scheme, host and port it may lead to."""

    def __init__(self, http: httpx.AsyncClient, hosts: Collection[str], seconds: float) -> None:
        self._http, self._seconds = http, seconds
        self._origins = {_origin(host) for host in hosts}

    async def ask(self, asked: Asked) -> Answer:
        """The answer, also one that says no. Raises JournalFault: JOURNAL_AWAY, NOT_ALLOWED (leads elsewhere).

        A yes that is a web page comes from something in between, and is none.
        """
        request, seconds = self._request(asked)
        try:
            async with asyncio.timeout(seconds):
                response = await self._http.send(request, stream=True, follow_redirects=False)
                try:
                    answer = await _read(response)
                finally:
                    await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            raise NotReached from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, TimeoutError, _TooLong):
            raise JournalFault(Fault.JOURNAL_AWAY, again=True) from None
        if answer.is_yes and answer.kind == "text/html":
            raise unreadable()
        return answer

    def _request(self, asked: Asked) -> tuple[httpx.Request, float]:
        """The request and how long it may take."""
        origin = _origin(asked.url)
        if origin is None or origin not in self._origins:
            raise JournalFault(Fault.NOT_ALLOWED, again=False)
        headers, size = {**asked.headers, "accept-encoding": "identity", "user-agent": "portner"}, 0
        content: bytes | AsyncIterator[bytes] | None = None
        if asked.content is not None:
            content = asked.content.body
            size = len(content) if isinstance(content, bytes) else asked.content.size
            headers |= {"content-type": asked.content.kind, "content-length": str(size)}
        request = self._http.build_request(asked.method, asked.url, headers=headers, content=content)
        return request, self._seconds + size / SLOWEST


async def _read(response: httpx.Response) -> Answer:
    body = bytearray()
    async for piece in response.aiter_raw():  # packed or not, as it came
        body += piece
        if len(body) > LARGEST:
            raise _TooLong
    location = response.headers.get("location", "")
    if location:
        try:
            location = urljoin(str(response.request.url), location)
        except ValueError:
            location = ""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answer(response.status_code, bytes(body), location if len(location) <= _LONGEST_ADDRESS else "", kind)


def refusal(answer: Answer) -> JournalFault:
    """The fault an answer that is no yes stands for, as far as its status alone tells."""
    if answer.status in _BUSY:
        return JournalFault(Fault.JOURNAL_BUSY, again=True)
    if answer.status in _LOOK_AT_US:
        return JournalFault(Fault.NOT_ALLOWED, again=False)
    if 400 <= answer.status < 500 and answer.status not in (408, 425):
        return JournalFault(Fault.JOURNAL_REFUSED, again=False)
    return JournalFault(Fault.JOURNAL_AWAY, again=True)


def unreadable() -> JournalFault:
    """The fault of an answer nobody can read: perhaps a page of something in between."""
    return JournalFault(Fault.JOURNAL_AWAY, again=True)


def read_json(answer: Answer) -> object:
    """The JSON value of a yes. Raises JournalFault, whatever is wrong with it."""
    try:
        value: object = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise unreadable() from None
    return value


def inner(value: object, *path: str) -> object:
    """What stands at a place in a JSON value; None when there is nothing."""
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def as_json(value: object) -> Content:
    """A JSON body."""
    return Content("application/json", json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port; None for what is no such address or has a user in it."""
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        return None
    if not parts.host or parts.userinfo:
        return None
    return parts.scheme, parts.host, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
