"""The square: the demo's front page. Where everything is, who is who, the mailbox, and the calendar's form.

It is the one page of the demo a person has to find; everything else is a link on it. On loopback, for this machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from xmpp_agent.demo.calendar import Calendar, NotBookedError, Wish
from xmpp_agent.demo.forms import Page
from xmpp_agent.demo.gateways.gatewayapi import GatewayApi
from xmpp_agent.demo.gateways.memo_reading import Memo
from xmpp_agent.demo.gateways.sf1601 import DigitalPost
from xmpp_agent.demo.townspeople import CITIZENS, FOLLOWERS, STAFF, STRANGER, UNITS
from xmpp_agent.model.people import CompanionKind

_HERE = Path(__file__).with_suffix("")
_PAGES = Environment(loader=PackageLoader("xmpp_agent.demo", "square"), autoescape=True, undefined=StrictUndefined)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_POLICIES = {
    "samtale": "Samtale: MitID, indkaldelse i Digital Post",
    "opfoelgning": "Opfølgning: kun hvis vi har mødtes, og borgeren har bedt om det; indkaldelse på sms",
    "aaben-tid": "Åben tid: uden login, indkaldelse på sms",
}
"""Of policies.yaml, those that are booked; the hotline's is staff's own to use."""
_KINDS = {CompanionKind.INTERPRETER: "tolk", CompanionKind.BISIDDER: "bisidder"}
_AN_HOUR = 60.0
_HERE_IT_IS = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in the mailbox, as the square shows it."""

    label: str
    to: str
    sender: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the square leads to. Addresses are origins without a slash at the end."""

    site: str
    phone: str
    calendar: Calendar
    sms: GatewayApi
    post: DigitalPost


def square_app(around: Surroundings) -> Starlette:
    """The application; serve it on loopback only. Whoever asks for it by a name from elsewhere is refused."""
    square = _Square(around)
    return Starlette(
        routes=[
            Route("/", square.front),
            Route("/post", square.mailbox),
            Route("/square.css", _style),
            Route("/book", square.book, methods=["POST"]),
            Route("/move", square.move, methods=["POST"]),
            Route("/cancel", square.cancel, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


def letters_in(post: DigitalPost) -> tuple[Letter, ...]:
    """The mailbox, newest first."""
    return tuple(_letter(memo) for memo in reversed(post.mailbox.values()))


class _Square:
    def __init__(self, around: Surroundings) -> None:
        self._around, self._calendar = around, around.calendar

    async def front(self, request: Request) -> Response:
        return self._front(_TOLD.get(request.query_params.get("told", ""), ""))

    def _front(self, told: str = "", refused: str = "") -> Response:
        around = self._around
        return _page(
            "square.html.j2",
            status=422 if refused else 200,
            told=told,
            refused=refused,
            site=around.site,
            phone=around.phone,
            letters=len(around.post.mailbox),
            messages=len(around.sms.accepted),
            bookings=list(self._calendar.booked.values()),
            clock=_clock,
            kinds=_KINDS,
            policies=_POLICIES,
            units=UNITS,
            citizens=CITIZENS,
            followers=FOLLOWERS,
            staff=STAFF,
            bookable=[one for one in STAFF if one.unit],
            stranger=STRANGER,
        )

    async def mailbox(self, _request: Request) -> Response:
        return _page("mailbox.html.j2", letters=letters_in(self._around.post))

    async def book(self, request: Request) -> Response:
        form = await _form(request)
        try:
            wish = _wish(form)
        except (KeyError, ValueError):
            return self._front(refused="Det kunne kalenderen ikke forstå.")
        try:
            await self._calendar.book(wish)
        except NotBookedError as no:
            return self._front(refused=f"Portner tager ikke imod aftalen: {no}")
        return _done("booked")

    async def move(self, request: Request) -> Response:
        return await self._change(request, "moved")

    async def cancel(self, request: Request) -> Response:
        return await self._change(request, "cancelled")

    async def _change(self, request: Request, told: str) -> Response:
        ident = (await _form(request)).get("id", "")
        if ident not in self._calendar.booked:
            return self._front(refused="Den aftale kender kalenderen ikke.")
        try:
            await (self._calendar.move(ident, _AN_HOUR) if told == "moved" else self._calendar.cancel(ident))
        except NotBookedError as no:
            return self._front(refused=f"Portner ændrer ikke aftalen: {no}")
        return _done(told)


_TOLD = {
    "booked": "Mødet er booket. Brevet eller beskeden kommer om et øjeblik.",
    "moved": "Mødet er flyttet en time. Borgeren får besked.",
    "cancelled": "Mødet er aflyst. Borgeren får besked.",
}


async def _style(_request: Request) -> Response:
    return FileResponse(_HERE / "square.css", headers=_HEADERS)


def _page(template: str, status: int = 200, **shown: object) -> Response:
    return HTMLResponse(_PAGES.get_template(template).render(**shown), status, headers=_HEADERS)


def _done(told: str) -> Response:
    return RedirectResponse(f"/?told={told}", 303)


async def _form(request: Request) -> dict[str, str]:
    """What was sent from a page of this origin; nothing when it came from elsewhere."""
    if request.headers.get("origin") != f"http://{request.headers.get('host')}":
        return {}
    async with request.form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _wish(form: Mapping[str, str]) -> Wish:
    """Raises KeyError, ValueError when the form is not the square's."""
    unit, _, colleague = form["with"].partition("/")
    follower = form["follower"]
    return Wish(
        citizen={one.id: one for one in CITIZENS}[form["citizen"]],
        unit=unit,
        policy=form["policy"],
        colleague={one.id: one for one in STAFF}[colleague] if colleague else None,
        followers=({one.id: one for one in FOLLOWERS}[follower],) if follower else (),
        starts_in=float(form["minutes"]),
        met=form.get("met") == "yes",
        asked=form.get("asked") == "yes",
    )


def _letter(memo: Memo) -> Letter:
    names = {one.person.cpr: one.name for one in CITIZENS}
    lines = Page(memo.page).words
    return Letter(memo.label, names.get(memo.recipient, "en ukendt"), memo.sender, tuple(lines[1:]))


def _clock(at: datetime) -> str:
    return at.astimezone(_HERE_IT_IS).strftime("%H.%M")
