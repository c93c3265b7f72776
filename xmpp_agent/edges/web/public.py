"""Everything Portner serves to the world, by path: pages, booking, receipts, the keys that passes are signed with."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from xmpp_agent.edges.web.bodies import BodyTooLong, Gone, read_body
from xmpp_agent.ports.post import Incoming, Reply

LONGEST_RECEIPT = 256 * 1024
"""Bytes. A receipt of Digital Post is about 5 kB."""
RECEIPT_WITHIN = 10.0
RECEIPTS = "/receipts/"
HEALTH, KEYS = "/healthz", "/jwks.json"

Take = Callable[[str, Incoming], Awaitable[Reply | None]]
"""What a gateway of that name sent; None: there is no such gateway."""


class Public:
    """ASGI application: `pages`, but for the paths named here.

    `mounted`: applications by the beginning of their paths, which they see whole. `keys`: the JWK Set (RFC 7517).
    """

    def __init__(
        self,
        pages: ASGIApp,
        mounted: Mapping[str, ASGIApp],
        receipts: Take,
        keys: Mapping[str, object],
        is_live: Callable[[], bool],
    ) -> None:
        self._pages, self._mounted, self._receipts = pages, mounted, receipts
        self._keys, self._is_live = keys, is_live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        app = next((app for begin, app in self._mounted.items() if path.startswith(begin)), None)
        if app is None and (path in (HEALTH, KEYS) or path.startswith(RECEIPTS)):
            app = await self._answer(path, scope, receive)
        await (app or self._pages)(scope, receive, send)

    async def _answer(self, path: str, scope: Scope, receive: Receive) -> ASGIApp:
        if path == KEYS:
            return JSONResponse(self._keys)
        if path == HEALTH:
            return Response("live\n", 200) if self._is_live() else Response("not live\n", 503)
        try:
            body = await read_body(receive, LONGEST_RECEIPT, RECEIPT_WITHIN)
        except BodyTooLong:
            return Response(status_code=413)
        except (TimeoutError, Gone):
            return Response(status_code=408)
        request = Request(scope)
        incoming = Incoming(dict(request.headers), dict(request.query_params), body)
        reply = await self._receipts(path.removeprefix(RECEIPTS), incoming)
        if reply is None:
            return Response(status_code=404)
        return Response(reply.body, reply.status, media_type=reply.content_type)
