"""Asks as somebody: fetches an access token (OAuth 2.0), renews it in time, and once more when it is not believed."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from xmpp_agent.edges.journal.asking import Answer, Asked, Content, Line, inner, read_json, refusal
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalFault

SPARE = 60.0
"""Seconds before its end at which a token is not used any more."""
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_UNSAID = 300.0
"""Seconds a token is used whose answer does not say how long it lives."""


class Account:
    """One account at one journal. `tokens` answers how to ask for a token; may raise JournalFault."""

    def __init__(self, line: Line, tokens: Callable[[], Awaitable[Asked]]) -> None:
        self._line, self._tokens = line, tokens
        self._kept, self._until = "", 0.0
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, make: Callable[[], Asked]) -> Answer:
        """The answer to a request, which is made anew when it has to be sent twice. Raises JournalFault."""
        for is_last in (False, True):
            token, asked = await self._token(), make()
            headers = {**asked.headers, "authorization": f"Bearer {token}"}
            answer = await self._line.ask(Asked(asked.method, asked.url, headers, asked.content))
            if answer.status != 401 or is_last:
                return answer
            if self._kept == token:
                self._kept = ""
        raise AssertionError

    async def _token(self) -> str:
        async with self._one_at_a_time:
            if not self._kept or time.monotonic() >= self._until:
                self._kept, lives = await self._fetch()
                self._until = time.monotonic() + max(lives - SPARE, lives / 2)
            return self._kept

    async def _fetch(self) -> tuple[str, float]:
        answer = await self._line.ask(await self._tokens())
        if not answer.is_yes:
            fault = refusal(answer)
            raise fault if fault.again else JournalFault(Fault.NOT_ALLOWED, again=False)
        told = read_json(answer)
        token, lives = inner(told, "access_token"), inner(told, "expires_in")
        if not isinstance(token, str) or _TOKEN.fullmatch(token) is None:
            raise JournalFault(Fault.JOURNAL_AWAY, again=True)
        known = isinstance(lives, int | float) and not isinstance(lives, bool) and 0 < lives < 1e9
        return token, float(lives) if isinstance(lives, int | float) and known else _UNSAID


def token_request(url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Asked:
    """The request for a token, as RFC 6749 has it."""
    wanted = {"accept": "application/json", **(headers or {})}
    return Asked("POST", url, wanted, Content("application/x-www-form-urlencoded", urlencode(form).encode()))
