"""Forms: read within bounds, and shown to come from a page of ours in this very browser, before any page sees them."""

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import Receive, Scope

from xmpp_agent.edges.web.bodies import BodyTooLong, read_body
from xmpp_agent.edges.web.site import cookies
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.stops import Stop

LONGEST_BODY = 16 * 1024
"""Bytes; the longest form of ours is a note of staff."""
BODY_WITHIN = 10.0
"""Seconds a form may take to arrive."""
_MOST_FIELDS = 40
_FORM = "application/x-www-form-urlencoded"
TOKEN = "token"


async def take(scope: Scope, receive: Receive, conf: SiteConf, within: float) -> bytes | Stop:
    """The body of a form that may be acted on, its fields put at the browser; or why it may not. Raises Gone."""
    request = Request(scope)
    browser = scope["state"]["browser"]
    try:
        body = await read_body(receive, LONGEST_BODY, within)
        fields = _fields(request, body)
    except (BodyTooLong, TimeoutError, ValueError):
        return Stop.UNREADABLE
    if not _is_from_here(request, conf):
        return Stop.STALE_FORM
    if not browser.cookie:
        return Stop.NO_COOKIES
    if not cookies.is_form_token(browser.cookie, fields.pop(TOKEN, "")):
        return Stop.STALE_FORM
    browser.form = fields
    return body


def _fields(request: Request, body: bytes) -> dict[str, str]:
    """The form's fields. Raises ValueError for anything but a small form in UTF-8."""
    if body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise ValueError("not a form")
    text = body.decode("ascii")
    return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))


def _is_from_here(request: Request, conf: SiteConf) -> bool:
    """Whether the browser says the form stood on a page of ours.

    Pages are sent with `no-referrer`, so a browser that only says `Origin` says `null` of our own pages, too: then the
    token alone decides. One that says where a request comes from (Sec-Fetch-Site) is taken at its word.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin not in (conf.origin, "null"):
        return False
    return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
