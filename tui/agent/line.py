"""The console's HTTP to the agent, on its Unix socket or at its site: bytes there and back, or a fault.

Loaded when something is first asked (`client.py`), so nothing that runs before may import it.
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, Self

import httpx

from tui.agent.faults import Refused, Unanswered
from tui.board.freshness import GIVE_UP_AFTER
from tui.settings import Lang
from xmpp_agent import wire
from xmpp_agent.wire_base import Malformed

ANSWER_WITHIN: Final = 15.0
"""Seconds. The agent answers when Prosody confirmed, at the latest after its own deadline of a few seconds."""


BREAKS: Final = (httpx.RequestError, OSError)
"""What a network that breaks raises: an answer that cannot be unpacked, too; TLS that breaks in the middle comes as
it is, not as a fault of httpx."""


@contextmanager
def breaks_are_unanswered() -> Iterator[None]:
    """A network that breaks within this block raises Unanswered."""
    try:
        yield
    except BREAKS as error:
        raise Unanswered from error


class Line:
    """Raises Refused and Unanswered from whatever is asked. Whoever made it closes it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    def on_socket(cls, path: Path, lang: Lang) -> Self:
        """To the agent of this machine."""
        # No TLS here: without this the certificates of the world's authorities are read first, which is slow.
        trusts_nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        socket = httpx.AsyncHTTPTransport(uds=str(path), verify=trusts_nobody)
        return cls(
            httpx.AsyncClient(
                transport=socket,
                base_url="http://agent",
                headers=_spoken(lang),
                timeout=ANSWER_WITHIN,
                trust_env=False,
            )
        )

    @classmethod
    def to_site(cls, origin: str, who: httpx.Auth, lang: Lang, *, trust_env: bool) -> Self:
        """To the agent's site, as whoever `who` puts on each request. `trust_env`: see `sign_in.py`."""
        return cls(
            httpx.AsyncClient(
                base_url=f"{origin}/console",
                auth=who,
                headers=_spoken(lang),
                timeout=ANSWER_WITHIN,
                trust_env=trust_env,
            )
        )

    async def close(self) -> None:
        """No more will be asked."""
        await self._http.aclose()

    async def look(self, path: str) -> bytes:
        """What is there to be read."""
        with breaks_are_unanswered():
            return await self._ask("GET", path)

    async def send(self, path: str, command: bytes) -> bytes:
        """Have a command carried out; the answer to it."""
        with breaks_are_unanswered():
            try:
                return await self._ask("POST", path, command)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                # A connection kept from before may have been closed by the agent in this very moment. Sending the
                # same command twice does it once, so a second try is safe; only a new connection tells more.
                return await self._ask("POST", path, command)

    @asynccontextmanager
    async def events(self, path: str, after: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of an event stream after the event `after`. A break while they are read is told by the block."""
        headers = {"Last-Event-ID": after, "Accept": "text/event-stream"}
        limits = httpx.Timeout(ANSWER_WITHIN, read=GIVE_UP_AFTER)
        with breaks_are_unanswered():
            async with self._http.stream("GET", path, headers=headers, timeout=limits) as answer:
                if answer.status_code != httpx.codes.OK:
                    await answer.aread()
                    raise _problem(answer)
                yield answer.aiter_raw()

    async def _ask(self, verb: str, path: str, body: bytes | None = None) -> bytes:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        answer = await self._http.request(verb, path, content=body, headers=headers)
        if answer.status_code != httpx.codes.OK:
            raise _problem(answer)
        return answer.content


def _spoken(lang: Lang) -> dict[str, str]:
    return {"Accept-Language": lang}


def _problem(answer: httpx.Response) -> Refused | Unanswered:
    try:
        return Refused(wire.Problem.read(answer.content))
    except Malformed:
        return Unanswered(f"status {answer.status_code} without words")
