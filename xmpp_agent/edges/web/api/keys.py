"""Who calls: a key in the Authorization header, found by its keyed hash, for some units, at some pace.

The first thing a request meets; nothing of it is parsed before. What cannot be checked is refused.
"""

import math
import re
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xmpp_agent.edges.web.api import problems
from xmpp_agent.edges.web.bodies import BodyTooLong, Gone, read_again, read_body
from xmpp_agent.edges.web.problems import language
from xmpp_agent.edges.web.site.limits import Limit, asker
from xmpp_agent.model.callers import Caller
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import Clock, Unavailable
from xmpp_agent.ports.booking import Callers
from xmpp_agent.ports.diary import Marks

KEY_KEPT = 2.0
"""Seconds for which a key that was found good is not looked up again: a revoked one is dead after that."""
LONGEST_BODY = 64 * 1024
BODY_WITHIN = 10.0
"""Seconds a body may take to arrive."""
WRONG_KEYS, WRONG_A_SECOND = 20.0, 0.2
"""Wrong keys one address may try at once, and how many a second after that."""
_KEY = re.compile(r"Bearer +(portner_[A-Za-z0-9_-]{43})", re.IGNORECASE)
_MOST_KEPT = 1000

Shape = Callable[[Request, int, Reason | None, Mapping[str, str]], Response]
"""How a refusal looks: (request, status, reason, headers)."""


class KeyCheck:
    """Finds the caller of a request. Times are seconds that never go backwards."""

    def __init__(self, callers: Callers, marks: Marks, clock: Clock) -> None:
        self._callers, self._marks, self._clock = callers, marks, clock
        self._good: dict[str, tuple[Caller, float]] = {}
        self._paces: dict[int, Limit] = {}
        self._wrong = Limit(WRONG_KEYS, WRONG_A_SECOND, clock.now)

    async def caller(self, header: str, address: str) -> Caller | Reason:
        """Whose key this is, or NO_KEY, or TOO_MANY_REQUESTS (wrong keys from this address). Raises Unavailable."""
        given = _KEY.fullmatch(header.strip())
        if given is None:
            return Reason.NO_KEY
        mark, now = self._marks.mark("api-key", given[1]), self._clock.now()
        kept = self._good.get(mark)
        if kept is not None and now < kept[1]:
            return kept[0]
        # Whoever came with a good key before is looked up all the same: a neighbour's wrong keys shut nobody out.
        if kept is None and self._wrong.is_spent(address):
            return Reason.TOO_MANY_REQUESTS
        caller = await self._callers.by_key(mark)
        if caller is None or caller.revoked_at is not None:
            self._good.pop(mark, None)
            self._wrong.spend(address)
            return Reason.NO_KEY
        if len(self._good) >= _MOST_KEPT:
            self._good.clear()
        self._good[mark] = (caller, now + KEY_KEPT)
        return caller

    def spend(self, caller: Caller) -> float:
        """Take one request of the caller's; 0, or the seconds after which there is one more."""
        pace = self._paces.get(caller.per_minute)
        if pace is None:
            at_once = max(10.0, caller.per_minute / 6)
            pace = self._paces[caller.per_minute] = Limit(at_once, caller.per_minute / 60, self._clock.now)
        return 0.0 if pace.spend(caller.id) else 60 / caller.per_minute


class KeyGate:
    """ASGI application around `app`, which finds a `Caller` in the request's state. `open_paths` need no key."""

    def __init__(self, app: ASGIApp, check: KeyCheck, shape: Shape, open_paths: frozenset[str]) -> None:
        self._app, self._check, self._shape, self._open = app, check, shape, open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or scope["path"] in self._open:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refused = await self._refusal(request)
        if refused is not None:
            await refused(scope, receive, send)
            return
        try:
            body = await read_body(receive, LONGEST_BODY, BODY_WITHIN)
        except BodyTooLong:
            await self._shape(request, 413, None, {"connection": "close"})(scope, receive, send)
        except TimeoutError:
            await self._shape(request, 408, None, {"connection": "close"})(scope, receive, send)
        except Gone:
            return
        else:
            await self._app(scope, read_again(body, receive), send)

    async def _refusal(self, request: Request) -> Response | None:
        """Why this request goes no further; None: it does, with its caller known."""
        address = asker(request.client)
        try:
            found = await self._check.caller(request.headers.get("authorization", ""), address)
        except Unavailable:
            return self._shape(request, 503, None, {"retry-after": "5"})
        if isinstance(found, Reason):
            status = problems.STATUS[found]
            headers = {"www-authenticate": "Bearer"} if status == 401 else {"retry-after": str(int(1 / WRONG_A_SECOND))}
            return self._shape(request, status, found, headers)
        wait = self._check.spend(found)
        if wait:
            return self._shape(request, 429, Reason.TOO_MANY_REQUESTS, {"retry-after": str(math.ceil(wait))})
        request.state.caller = found
        return None


def problem_shape(request: Request, status: int, reason: Reason | None, headers: Mapping[str, str]) -> Response:
    """Refusals as problem details."""
    return problems.problem(status, reason, language=language(request), headers=headers)


def caller_of(request: Request) -> Caller:
    """Whose request this is; the gate saw to it that there is somebody."""
    caller: Caller = request.state.caller
    return caller
