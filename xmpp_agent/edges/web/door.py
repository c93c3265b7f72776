"""The first thing a request meets: who asks, and how much they may send. Nothing is parsed before."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from xmpp_agent.edges.web.bodies import BodyTooLong, Gone, read_again, read_body
from xmpp_agent.edges.web.problems import language, problem

LONGEST_BODY = 64 * 1024
"""Bytes. The longest command is about 3 KB."""
BODY_WITHIN = 10.0
"""Seconds a body may take to arrive."""
OPEN_TO_ALL = "/healthz"
"""Says nothing of anybody; whoever can open the socket may ask."""


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who asks, as the kernel or the employer's sign-on says: name on record and units ("*": all)."""

    actor: str
    units: frozenset[str]


class Door:
    """ASGI application around `app` on the Unix socket, which finds a `Supervisor` in the request's state.

    403 for everybody else, 413 and 408 for bodies too long or too slow.
    """

    def __init__(
        self, app: ASGIApp, supervisors: Mapping[int, frozenset[str]], body_within: float = BODY_WITHIN
    ) -> None:
        self._app, self._supervisors, self._body_within = app, supervisors, body_within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        supervisor = self._who(scope)
        if supervisor is None and scope["path"] != OPEN_TO_ALL:
            await _refuse(403, scope, receive, send)
            return
        scope["state"]["supervisor"] = supervisor
        await serve_bounded(self._app, scope, receive, send, self._body_within)

    def _who(self, scope: Scope) -> Supervisor | None:
        """`client` is set by the Unix socket's protocol; nothing a request carries is looked at."""
        kind, uid = scope.get("client") or ("", -1)
        if kind != "uid" or uid not in self._supervisors:
            return None
        return Supervisor(f"uid:{uid}", self._supervisors[uid])


async def serve_bounded(app: ASGIApp, scope: Scope, receive: Receive, send: Send, within: float) -> None:
    """Serve a request whose body is neither too long nor too slow."""
    try:
        body = await read_body(receive, LONGEST_BODY, within)
    except BodyTooLong:
        await _refuse(413, scope, receive, send)
    except TimeoutError:
        await _refuse(408, scope, receive, send)
    except Gone:
        return
    else:
        await app(scope, read_again(body, receive), send)


async def _refuse(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    answer = problem(status, language=language(HTTPConnection(scope)))
    answer.headers["connection"] = "close"  # what is left of the request is not read
    await answer(scope, receive, send)
