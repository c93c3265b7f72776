"""The demo's meeting page: where Jitsi Meet stands in production, a small page of ours on the same client library.

It takes the same addresses (`/{room}?lang=da#jwt=…`, made by `rules/jitsi_address.py`), connects and knocks the
same way, and shows picture and sound between two people. No third party is asked for anything.
"""

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE = Path(__file__).resolve().parent / "page"
LIBRARY = Path(__file__).resolve().parents[3] / "var" / "jitsi_library"
"""Where `make library` puts the client library."""
_OF_LIBRARY = {
    "jquery.min.js": Path("jquery/dist/jquery.min.js"),
    "lib-jitsi-meet.min.js": Path("lib-jitsi-meet/lib-jitsi-meet.min.js"),
}


class MeetingFault(Exception):
    """The page cannot be served; the text says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingConfig:
    """What Jitsi's own page reads from its `config.js`, as far as this one needs it."""

    domain: str
    muc: str
    focus: str
    """The focus' JID; a full one works (`hosts.focus`)."""
    websocket: str
    """`ws://…/xmpp-websocket`: Prosody's own address, whose origin may be another than the page's."""
    recorder: str
    """The recorders' domain: whoever is from there is not shown (`hiddenDomain`)."""
    token_auth_url: str
    """Where a browser without a pass is sent; `{room}` is filled in."""
    library: Path = LIBRARY


def meeting_app(config: MeetingConfig) -> ASGIApp:
    """The page, its files and the client library. Raises MeetingFault when the library has not been fetched."""
    missing = [name for name, path in _OF_LIBRARY.items() if not (config.library / path).is_file()]
    if missing:
        raise MeetingFault(f"The Jitsi client library is not in {config.library}: make library fetches it.")

    async def settings(_: Request) -> Response:
        hosts = {"domain": config.domain, "muc": config.muc, "focus": config.focus, "recorder": config.recorder}
        told = {"hosts": hosts, "websocket": config.websocket, "tokenAuthUrl": config.token_auth_url}
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    async def library(request: Request) -> Response:
        path = _OF_LIBRARY.get(request.path_params["name"])
        return FileResponse(config.library / path) if path else Response(status_code=404)

    async def page(_: Request) -> Response:
        return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-store"})

    routes = [
        Mount("/page", StaticFiles(directory=PAGE)),
        Route("/library/{name}", library),
        Route("/config.json", settings),
        Route("/{room}", page),
    ]
    return _Careful(Starlette(routes=routes), config.websocket)


class _Careful:
    """Every answer forbids the browser whatever the page does not need."""

    def __init__(self, app: ASGIApp, websocket: str) -> None:
        self._app = app
        host = "/".join(websocket.split("/")[:3])
        self._headers = {
            "Content-Security-Policy": "; ".join(
                (
                    *("default-src 'none'", "script-src 'self'", "style-src 'self'", f"connect-src 'self' {host}"),
                    *("img-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"),
                )
            ),
            "Permissions-Policy": "camera=(self), microphone=(self), geolocation=()",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, careful)
