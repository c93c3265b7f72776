"""The console's API for supervisors elsewhere, at the site's own port: who asks is known by their employer's sign-on.

The first thing such a request meets; nothing of it is parsed before. Nothing of a token is kept, logged or sent on.
"""

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xmpp_agent.edges.web.door import BODY_WITHIN, Supervisor, serve_bounded
from xmpp_agent.edges.web.problems import language, problem
from xmpp_agent.edges.web.site.limits import SESSION_AT_ONCE, SESSION_PER_SECOND, Limit, asker
from xmpp_agent.flows.console_login import at_console, still_at_console
from xmpp_agent.flows.office import Office, Refused
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.login import LoginFault, LoginReason, TokenReader, Vouched
from xmpp_agent.rules.staff_roles import RoleMap
from xmpp_agent.wire import SignIn

PREFIX = "/console"
HOW = "/console/sign-in"
LOOK_AGAIN = 5.0
"""Seconds after which a request that is still being answered (a stream) is asked again whether its session holds."""
WRONG_AT_ONCE, WRONG_A_SECOND = 20.0, 0.2
"""Tokens that do not hold, of one address."""
REFUSED_FOR = 60.0
"""Seconds for which a token without access is refused unasked: each time it is judged, it stands on record."""
_MOST_REFUSED = 1000
_BEARER = re.compile(r"Bearer +([A-Za-z0-9_.-]{1,12000})", re.IGNORECASE)
_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff", "x-accel-buffering": "no"}
"""The last: a web server in front hands events on as they come."""


@dataclass(frozen=True, slots=True)
class No:
    """Why a request goes no further."""

    status: int
    reason: Reason | None = None


class Entry:
    """Finds who asks."""

    def __init__(self, office: Office, tokens: TokenReader, roles: RoleMap) -> None:
        self._office, self._tokens, self._roles = office, tokens, roles
        self._one_at_a_time = asyncio.Lock()
        self._refused: OrderedDict[str, float] = OrderedDict()
        clock = office.clock.now
        self._wrong = Limit(WRONG_AT_ONCE, WRONG_A_SECOND, clock)
        self._pace = Limit(SESSION_AT_ONCE, SESSION_PER_SECOND, clock)

    async def session(self, header: str, address: str) -> Session | No:
        """The session of the token in that header; a neighbour's wrong ones shut nobody out. Raises Unavailable."""
        given = _BEARER.fullmatch(header.strip())
        try:
            if given is None:
                raise LoginFault(LoginReason.FORGED)
            vouched = await self._tokens.read(given[1], now=self._office.clock.now())
        except LoginFault as fault:
            if fault.reason is LoginReason.PROVIDER_DOWN:
                return No(503)
            return No(401) if self._wrong.spend(address) else No(429)
        return await self._known(vouched)

    async def holds(self, session: Session) -> bool:
        """Whether it has not ended meanwhile; what cannot be told is a no."""
        try:
            return await still_at_console(self._office, session)
        except Unavailable:
            return False

    async def _known(self, vouched: Vouched) -> Session | No:
        now = self._office.clock.now()
        if self._refused.get(vouched.signed, 0.0) > now:
            return No(403, Reason.NO_ROLE)
        try:
            # One at a time: of two requests with a new token the second must see what became of the first's.
            async with self._one_at_a_time:
                session = await at_console(self._office, vouched, self._roles)
        except Refused as no:
            if no.verdict.reason is not Reason.NO_ROLE:
                return No(401, no.verdict.reason)
            self._refused[vouched.signed] = now + REFUSED_FOR
            while len(self._refused) > _MOST_REFUSED:
                self._refused.popitem(last=False)
            return No(403, Reason.NO_ROLE)
        if session is None:
            return No(401)
        return session if self._pace.spend(session.mark) else No(429)


class RemoteDoor:
    """ASGI application around `app`, which finds a `Supervisor` in the request's state and its paths without /console.

    An answer that goes on for long ends with the session it was begun in.
    """

    def __init__(self, app: ASGIApp, entry: Entry, how: SignIn, look_again: float = LOOK_AGAIN) -> None:
        self._app, self._entry, self._how, self._look_again = app, entry, how, look_again

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        outgoing = _Outgoing(send)
        if scope["path"] == HOW and scope["method"] in ("GET", "HEAD"):
            answer = Response(self._how.json(), media_type="application/json")
            await answer(scope, receive, outgoing)
            return
        request = Request(scope)
        try:
            found = await self._entry.session(request.headers.get("authorization", ""), asker(scope.get("client")))
        except Unavailable:
            found = No(503, Reason.AUDIT_UNAVAILABLE)
        if isinstance(found, No):
            await _refusal(request, found)(scope, receive, outgoing)
            return
        supervisor = Supervisor(found.person, found.supervises)
        inner = {
            **scope,
            "path": scope["path"].removeprefix(PREFIX),
            "raw_path": scope["raw_path"].removeprefix(PREFIX.encode()),
            "state": {**scope.get("state", {}), "supervisor": supervisor},
        }
        await self._while_it_holds(found, inner, receive, outgoing)

    async def _while_it_holds(self, session: Session, scope: Scope, receive: Receive, send: "_Outgoing") -> None:
        serving = asyncio.ensure_future(serve_bounded(self._app, scope, receive, send, BODY_WITHIN))
        try:
            while not (await asyncio.wait({serving}, timeout=self._look_again))[0]:
                # An act that was begun is not broken off in the middle; only its answer may come late.
                if send.has_begun and not await self._entry.holds(session):
                    break
        finally:
            serving.cancel()
            await asyncio.wait({serving})
        if serving.cancelled():
            await send.end()
        else:
            serving.result()


class _Outgoing:
    """Puts the headers on what is sent, and can end an answer in the middle."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = self._over = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            there = {name.lower() for name, _ in message["headers"]}
            more = [(name.encode(), value.encode()) for name, value in _HEADERS.items() if name.encode() not in there]
            message["headers"] = [*message["headers"], *more]
        elif not message.get("more_body", False):
            self._over = True
        await self._send(message)

    async def end(self) -> None:
        """Nothing more comes."""
        if self.has_begun and not self._over:
            await self({"type": "http.response.body", "body": b"", "more_body": False})


def _refusal(request: Request, no: No) -> Response:
    answer = problem(no.status, no.reason, language=language(request))
    answer.headers["connection"] = "close"  # what is left of the request is not read
    if no.status == 401:
        answer.headers["www-authenticate"] = "Bearer"
    if no.status in (429, 503):
        answer.headers["retry-after"] = "5"
    return answer
