"""Asks a gateway over HTTP, and makes one of a few faults of everything that is not a plain answer.

No redirect is followed, nothing is unpacked, no more is read than an answer may have, and the whole has one deadline.
Nothing of request or answer gets into an exception.
"""

import asyncio
import json
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from xmpp_agent.model.letters import Failure
from xmpp_agent.ports.post import CarrierFault

LARGEST = 64 * 1024
"""Bytes an answer may have."""
_LONGEST_WAIT = 3600.0
"""Seconds a gateway may ask for (Retry-After)."""
_PATIENCE = 600.0
"""Seconds the client itself waits; the deadline of each request is shorter and counts."""
_LOOK_AT_US = frozenset({401, 402, 403, 404, 405, 407, 410})
"""Key, credit, address of the service: nothing a repetition would help."""


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What came back, whatever it says."""

    status: int
    kind: str
    """Content type without parameters, in lower case."""
    body: bytes
    after: float = 0.0
    """Retry-After in seconds."""


class _TooLong(Exception):
    """An answer of more than LARGEST."""


def make_client(verify: ssl.SSLContext | bool = True) -> httpx.AsyncClient:
    """A client for gateways. Whoever makes it closes it."""
    return httpx.AsyncClient(verify=verify, follow_redirects=False, timeout=_PATIENCE)


async def ask(http: httpx.AsyncClient, request: httpx.Request, *, seconds: float, hands_over: bool = True) -> Answer:
    """The gateway's answer, also one that says no. Raises CarrierFault (UNREACHABLE) when there is none.

    `hands_over`: the request is the letter itself, so that with the answer lost it may have been taken.
    """
    request.headers["accept-encoding"] = "identity"
    try:
        async with asyncio.timeout(seconds):
            response = await http.send(request, stream=True, follow_redirects=False)
            try:
                return await _read(response)
            finally:
                await response.aclose()
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
        raise CarrierFault(Failure.UNREACHABLE, again=True) from None
    except (httpx.HTTPError, TimeoutError, _TooLong):
        raise CarrierFault(Failure.UNREACHABLE, again=True, perhaps=hands_over) from None


async def _read(response: httpx.Response) -> Answer:
    body = bytearray()
    async for piece in response.aiter_raw():  # packed or not, as it came
        body += piece
        if len(body) > LARGEST:
            raise _TooLong
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answer(response.status_code, kind, bytes(body), _wait(response.headers.get("retry-after", "")))


def refusal(answer: Answer) -> CarrierFault:
    """The fault an answer with a status outside 200-299 stands for."""
    if answer.status == 429 or (answer.status == 503 and answer.after):
        return CarrierFault(Failure.BUSY, again=True, after=answer.after)
    if answer.status in _LOOK_AT_US:
        return CarrierFault(Failure.NOT_ALLOWED, again=False)
    if 400 <= answer.status < 500 and answer.status not in (408, 425):
        return CarrierFault(Failure.REFUSED, again=False)
    return CarrierFault(Failure.UNREACHABLE, again=True, after=answer.after)


def unreadable(*, hands_over: bool = True) -> CarrierFault:
    """The fault of a yes that cannot be read."""
    return CarrierFault(Failure.UNREACHABLE, again=True, perhaps=hands_over)


def is_yes(answer: Answer) -> bool:
    """Whether the status says that it was taken."""
    return 200 <= answer.status < 300


def read_json(raw: bytes) -> object:
    """The JSON value. Raises ValueError, whatever is wrong with it."""
    try:
        value: object = json.loads(raw)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def inner(value: object, *path: str) -> object:
    """What stands at a place in a JSON value, list places by number; None when there is nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _wait(header: str) -> float:
    """Seconds of a Retry-After header: a number or a date (RFC 9110 §10.2.3); 0 for anything else."""
    if header.isascii() and header.isdecimal():
        seconds = float(header[:9])
    else:
        try:
            then = parsedate_to_datetime(header)
        except (ValueError, IndexError, TypeError):
            return 0.0
        seconds = (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()
    return min(max(seconds, 0.0), _LONGEST_WAIT)
