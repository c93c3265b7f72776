"""The frame around every page: who may be asked for, how much and how often, what every answer carries.

Nothing of a request is believed before this has seen it, and no error leaves but as a page in words.
"""

from collections.abc import Callable

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xmpp_agent.edges.web.bodies import Gone, read_again
from xmpp_agent.edges.web.site import cookies, posts
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.limits import Turnstile, asker
from xmpp_agent.edges.web.site.rendering import Browser, Pages, page_of_link
from xmpp_agent.edges.web.site.stops import Stop
from xmpp_agent.edges.web.site.texts import DEFAULT, LANGUAGES

LOOKS = frozenset({"GET", "HEAD"})
_TWO_YEARS = 63072000
log = structlog.get_logger("site")


def security_headers(conf: SiteConf) -> dict[str, str]:
    """What every answer carries. Scripts and styles from here only, no frames, no referrer with a link's code in it."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "media-src": "'self' blob: mediastream:",
        "form-action": f"'self' {conf.meetings}",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
    }
    headers = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-robots-tag": "noindex, nofollow",
        "cache-control": "no-store",
    }
    if conf.secure:
        headers["strict-transport-security"] = f"max-age={_TWO_YEARS}"
    return headers


class Frame:
    """ASGI application around the site's pages. `clock`: seconds that never go backwards."""

    def __init__(
        self, app: ASGIApp, pages: Pages, clock: Callable[[], float], body_within: float = posts.BODY_WITHIN
    ) -> None:
        self._app, self._pages, self._conf = app, pages, pages.conf
        self._headers = security_headers(pages.conf)
        self._turnstile = Turnstile(clock)
        self._body_within = body_within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            return
        scope["state"] = {**scope.get("state", {}), "browser": self._browser(scope)}
        outgoing = _Outgoing(send, self._headers)
        try:
            await self._serve(scope, receive, outgoing)
        except Gone:
            return
        except Exception as error:
            log.error("page broke", exc_info=error)
            if not outgoing.has_begun:
                await self._pages.stop(Request(scope), Stop.BROKEN)(scope, receive, outgoing)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal is None and scope["method"] not in LOOKS:
            body = await posts.take(scope, receive, self._conf, self._body_within)
            if isinstance(body, Stop):
                refusal = self._pages.stop(Request(scope), body, here=page_of_link(scope["path"]))
                refusal.headers["connection"] = "close"  # what is left of the request is not read
            else:
                receive = read_again(body, receive)
        await (refusal or self._app)(scope, receive, send)
        browser = scope["state"]["browser"]
        if browser.signed_in:
            self._turnstile.known(browser.cookie)

    def _refusal(self, scope: Scope) -> Response | None:
        """What is settled before anything is read."""
        request = Request(scope)
        if request.headers.getlist("host") != [self._conf.host]:
            return PlainTextResponse("421 Misdirected Request\n", 421)
        if not self._turnstile.passes(asker(scope.get("client")), scope["state"]["browser"].cookie):
            return self._pages.stop(request, Stop.TOO_MANY)
        return None

    def _browser(self, scope: Scope) -> Browser:
        request = Request(scope)
        name = cookies.cookie_name(scope["path"], secure=self._conf.secure)
        pressed = request.query_params.get("lang", "")
        kept = request.cookies.get(cookies.LANGUAGE, "")
        chosen = next((language for language in (pressed, kept) if language in LANGUAGES), "")
        return Browser(
            cookie=cookies.readable(request.cookies.get(name)),
            fresh=cookies.new_value(),
            language=chosen or DEFAULT,
            chosen=bool(chosen),
            pressed=pressed in LANGUAGES,
            form={},
        )


class _Outgoing:
    """Puts the headers on what is sent, where the page has not set its own."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send, self._headers = send, headers
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            _add(message, self._headers)
        await self._send(message)


def _add(message: Message, headers: dict[str, str]) -> None:
    there = {name.lower() for name, _ in message["headers"]}
    more = [(name.encode(), value.encode()) for name, value in headers.items() if name.encode() not in there]
    message["headers"] = [*message["headers"], *more]
