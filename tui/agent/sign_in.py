"""Signing in from elsewhere, and staying so: the token is held in memory only, and given to nobody but the agent.

A session that ended is begun again: silently where the provider gave a refresh token and the working day is not over,
else by asking the person.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from dataclasses import replace

import httpx
from typing_extensions import override

from tui.agent.device import (
    LARGEST,
    LONGEST_PAUSE,
    SLOWER,
    Device,
    Pending,
    Provider,
    Tokens,
    safe_address,
)
from tui.agent.faults import NotSignedIn
from tui.agent.line import BREAKS, breaks_are_unanswered
from tui.board.heard import Asked
from tui.clock import elapsed
from xmpp_agent import wire
from xmpp_agent.wire_base import Malformed

WORKING_DAY = 36000.0
"""Seconds after which a person is asked again, whatever the provider would renew."""
PATIENCE = 15.0
_NO_TOKENS = Tokens("", "")


class BadOrigin(Exception):
    """The address given is no https origin."""


def origin_of(text: str) -> str:
    """`https://portner.example`, as it may be asked. Raises BadOrigin."""
    origin = text.rstrip("/")
    if not safe_address(origin, loopback=True) or origin.count("/") != 2 or any(sign in origin for sign in "?#"):
        raise BadOrigin
    return origin


class SignIn(httpx.Auth):
    """Who is signed in at the agent of this origin; puts the token on requests to it."""

    def __init__(
        self,
        origin: str,
        *,
        clock: Callable[[], float] = elapsed,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.origin = origin
        self._loopback = origin.startswith("http:")
        self.trust_env = not self._loopback
        """The environment may name the way out of the building (a proxy), but never for what is on this machine."""
        self.http = httpx.AsyncClient(timeout=PATIENCE, trust_env=self.trust_env)
        self._clock, self._sleep = clock, sleep
        self._tokens = _NO_TOKENS
        self._was_taken = False
        """Whether the agent has taken the token it is given now."""
        self._asked_at = 0.0
        self._provider: Provider | None = None

    @override
    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """See httpx.Auth."""
        if self._tokens.id_token:
            request.headers["Authorization"] = f"Bearer {self._tokens.id_token}"
        answer = yield request
        self._was_taken = self._was_taken or answer.status_code == httpx.codes.OK

    def rejected(self, *, renewable: bool) -> None:
        """The agent does not take the token any more; `renewable`: a new one of the same person may be taken.

        One that was never taken is not renewed: the next would fare no better, round and round.
        """
        self._tokens = Tokens("", self._tokens.refresh if renewable and self._was_taken else "")
        self._was_taken = False

    async def ensure(self) -> AsyncGenerator[Asked, None]:
        """Ends when there is a token; what it yields is to be shown to the person.

        Raises NotSignedIn, Unanswered.
        """
        if self._tokens.id_token:
            return
        with breaks_are_unanswered():
            provider = await self._known_provider()
            if await self._renewed(provider):
                return
            device = await provider.begin()
            yield Asked(device.user_code, device.address, device.direct, device.message, device.seconds)
            self._tokens = await self._answered(provider, device)
            self._asked_at = self._clock()

    async def _renewed(self, provider: Provider) -> bool:
        refresh, self._tokens = self._tokens.refresh, _NO_TOKENS
        if not refresh or self._clock() - self._asked_at >= WORKING_DAY:
            return False
        try:
            self._tokens = await provider.renew(refresh)
        except NotSignedIn as fault:
            if fault.why == "sign_in_down":
                self._tokens = Tokens("", refresh)
                raise
            return False
        except BREAKS:
            self._tokens = Tokens("", refresh)
            raise
        return True

    async def _answered(self, provider: Provider, device: Device) -> Tokens:
        """What the person's answer brought; the provider says how often it may be asked."""
        until = self._clock() + device.seconds
        while self._clock() < until:
            await self._sleep(device.interval)
            try:
                return await provider.poll(device)
            except Pending as not_yet:
                more = SLOWER if not_yet.slower else 0.0
            except BREAKS:
                more = device.interval  # twice as long each time, as RFC 8628 §3.5 has it
            device = replace(device, interval=min(LONGEST_PAUSE, device.interval + more))
        raise NotSignedIn("sign_in_expired")

    async def _known_provider(self) -> Provider:
        if self._provider is None:
            async with self.http.stream("GET", f"{self.origin}/console/sign-in") as answer:
                body = bytearray()
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST:
                        raise NotSignedIn("sign_in_unreadable")
                if answer.status_code != 200:
                    raise NotSignedIn("sign_in_off" if answer.status_code == 404 else "sign_in_down")
            try:
                how = wire.SignIn.read(bytes(body))
            except Malformed:
                raise NotSignedIn("sign_in_off") from None
            self._provider = Provider(how, self.http, loopback=self._loopback)
        return self._provider
