"""Staff sign on: silently first and once a browser session, then by a button; out again by another."""

import hashlib
import json
from dataclasses import asdict

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from xmpp_agent.edges.web.site import cookies
from xmpp_agent.edges.web.site.reception import on_to
from xmpp_agent.edges.web.site.rendering import browser_of
from xmpp_agent.edges.web.site.staff.entry import SignInFirst, StaffSite, is_by_script
from xmpp_agent.edges.web.site.staff.texts import STAFF_LANGUAGES
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_login import sign_in, sign_out, signed_in
from xmpp_agent.ports.login import Attempt, LoginFault, LoginReason

HOME = "/staff"
_LONGEST = 4096
"""Letters of one value a provider sends back."""
_PAGES = ("/staff", "/staff/hotline", "/staff/hours")
"""Where a login leads to."""


class Logins:
    """The handlers of staff's sign-on."""

    def __init__(self, site: StaffSite) -> None:
        self._site, self._office = site, site.desk.office
        self._secure = site.reception.pages.conf.secure

    async def first(self, request: Request) -> Response:
        """Nobody is signed in: one silent try in this browser session, then a page with a button."""
        if is_by_script(request) or request.url.path == "/staff/events":
            return JSONResponse({"done": False, "text": "", "to": HOME}, 401)
        if request.method == "POST":
            return on_to(HOME)
        tried = request.cookies.get(_silent_name(secure=self._secure)) is not None
        if tried or self._site.login is None:
            return self._page(request)
        return await self._set_out(request, silent=True)

    async def login(self, request: Request) -> Response:
        """The button."""
        return await self._set_out(request, silent=False)

    async def back(self, request: Request) -> Response:
        """The provider sent the browser back: only the one that set out, once, with what the provider gave."""
        attempt, to = self._kept(request)
        given = request.query_params.multi_items()
        fits = len(dict(given)) == len(given) and all(len(value) <= _LONGEST for _, value in given)
        if attempt is None or self._site.login is None or not fits:
            return self._done_with(self._page(request, LoginReason.NOT_OURS, 403))
        try:
            identity = await self._site.login.finish(attempt, dict(given), now=self._office.clock.now())
            before = await signed_in(self._office, browser_of(request).cookie)
            _, cookie = await sign_in(self._office, identity, self._site.roles, before)
        except LoginFault as fault:
            quietly = attempt.silent and fault.reason is LoginReason.NOT_SIGNED_IN
            return self._done_with(self._page(request) if quietly else self._page(request, fault.reason, 403))
        except Refused:
            return self._done_with(self._page(request, status=403, said="login.no_role"))
        answer = on_to(to)
        cookies.set_value(answer, HOME, cookie, secure=self._secure)
        return self._done_with(answer)

    async def logout(self, request: Request) -> Response:
        """Out here; the employer's own sign-on is not touched."""
        await sign_out(self._office, await self._site.who(request))
        answer = self._page(request, said="login.out")
        cookies.set_value(answer, HOME, cookies.new_value(), secure=self._secure)
        self._note_silent(answer)
        return answer

    async def _set_out(self, request: Request, *, silent: bool) -> Response:
        if self._site.login is None:
            return self._page(request)
        browser = browser_of(request)
        value = browser.cookie or browser.fresh
        try:
            address, attempt = await self._site.login.begin(
                now=self._office.clock.now(), silent=silent, language=browser.language
            )
        except LoginFault as fault:
            return self._page(request, fault.reason, 503)
        to = request.url.path if request.url.path in _PAGES else HOME
        kept = json.dumps({"to": to, "attempt": asdict(attempt)})
        answer = RedirectResponse(address, 303)
        sealed = self._site.reception.seals.seal(kept, _place(value))
        cookies.set_attempt(answer, HOME, sealed, secure=self._secure)
        cookies.set_value(answer, HOME, value, secure=self._secure)
        self._note_silent(answer)
        return answer

    def _kept(self, request: Request) -> tuple[Attempt | None, str]:
        """What the browser brought back; None unless it was sealed for this browser."""
        sealed = request.cookies.get(cookies.attempt_name(HOME, secure=self._secure), "")
        value = browser_of(request).cookie
        if not sealed or not value:
            return None, HOME
        try:
            kept = json.loads(self._site.reception.seals.open(sealed, _place(value)))
        except ValueError:
            return None, HOME
        return Attempt(**kept["attempt"]), kept["to"]

    def _page(
        self, request: Request, fault: LoginReason | None = None, status: int = 200, *, said: str = ""
    ) -> Response:
        key = f"login.fault.{fault}" if fault is not None else said
        known = key in STAFF_LANGUAGES[browser_of(request).language]
        refused = fault is not None and not known
        answer = self._site.page(
            request,
            "staff_login.html.j2",
            None,
            None,
            about="login.fault.forged" if refused else key,
            here=HOME,
            can=self._site.login is not None,
        )
        answer.status_code = status
        return answer

    def _note_silent(self, answer: Response) -> None:
        name = _silent_name(secure=self._secure)
        answer.set_cookie(name, "1", path="/", httponly=True, samesite="lax", secure=self._secure)

    def _done_with(self, answer: Response) -> Response:
        """The attempt is spent, however it ended."""
        cookies.set_attempt(answer, HOME, "", secure=self._secure)
        return answer


def add_logins(app: FastAPI, site: StaffSite) -> None:
    """The routes of sign-on."""
    logins = Logins(site)
    app.add_api_route("/staff/login", logins.login, methods=["GET"])
    app.add_api_route("/staff/login/back", logins.back, methods=["GET"])
    app.add_api_route("/staff/logout", logins.logout, methods=["POST"])

    @app.exception_handler(SignInFirst)
    async def sign_in_first(request: Request, _: Exception) -> Response:
        return await logins.first(request)


def _silent_name(*, secure: bool) -> str:
    """The cookie that remembers, until the browser is closed, that a silent login was tried."""
    return "__Host-portner-staff-tried" if secure else "portner-staff-tried"


def _place(value: str) -> str:
    """What the seal is bound to: this browser, whose cookie itself stands nowhere else."""
    return f"cookie.staff-login.{hashlib.sha256(value.encode()).hexdigest()}"
