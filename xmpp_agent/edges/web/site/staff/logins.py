"""Staff sign on: silently first, then by a button, and silently again while they work; out by another button."""

import hashlib
import json
import re
from dataclasses import asdict

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from xmpp_agent.edges.web.site import cookies
from xmpp_agent.edges.web.site.reception import LOOKS, on_to
from xmpp_agent.edges.web.site.rendering import browser_of
from xmpp_agent.edges.web.site.staff.entry import SignInFirst, StaffSite, is_by_script, put_off_name
from xmpp_agent.edges.web.site.staff.texts import STAFF_LANGUAGES, say
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_login import renew, sign_in, sign_out, signed_in, to_go_on
from xmpp_agent.ports.login import Attempt, Identity, LoginFault, LoginReason

HOME = "/staff"
FAILED = "/staff/login/failed"
NO_ROLE = "no_role"
_LATER = 60
"""Seconds until a sign-on that did not answer is asked again."""
_LONGEST = 4096
"""Letters of one value a provider sends back."""
_PAGES = re.compile(r"/staff(?:/hotline|/hours|/a/[A-Za-z0-9_-]{1,64}/note)?")
"""Where a login leads to."""


class Logins:
    """The handlers of staff's sign-on."""

    def __init__(self, site: StaffSite) -> None:
        self._site, self._office = site, site.desk.office
        self._secure = site.reception.pages.conf.secure

    async def first(self, request: Request) -> Response:
        """Nobody is signed in, or no longer surely: one silent try, then a page with a button.

        A session that goes on is tried again and again, each time it is due: a login that succeeded forgets the try.
        """
        if is_by_script(request) or request.url.path == "/staff/events":
            return JSONResponse({"done": False, "text": say(browser_of(request).language, "login.again")}, 401)
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
            return self._done_with(on_to(f"{FAILED}?why={LoginReason.NOT_OURS}"))
        try:
            identity = await self._site.login.finish(attempt, dict(given), now=self._office.clock.now())
            cookie = await self._signed_in(request, attempt, identity)
        except LoginFault as fault:
            return self._done_with(await self._not_in(request, attempt, fault.reason, to))
        except Refused:
            return self._done_with(on_to(f"{FAILED}?why={NO_ROLE}"))
        answer = on_to(to)
        if cookie:
            cookies.set_value(answer, HOME, cookie, secure=self._secure)
        answer.delete_cookie(_silent_name(secure=self._secure), path="/", secure=self._secure, httponly=True)
        return self._done_with(answer)

    async def failed(self, request: Request) -> Response:
        """Why a login came to nothing, at an address that holds nothing of the provider's."""
        why = request.query_params.get("why", "")
        if why == NO_ROLE:
            return self._page(request, status=403, said="login.no_role")
        return self._page(request, LoginReason(why), 403) if why in set(LoginReason) else on_to(HOME)

    async def _signed_in(self, request: Request, attempt: Attempt, identity: Identity) -> str:
        """The cookie of the session they have now; empty when it is the one they had. Raises Refused, Unavailable."""
        cookie = browser_of(request).cookie
        before = await signed_in(self._office, cookie)
        lapsed = await to_go_on(self._office, cookie) if before is None else None
        if lapsed is not None:  # with the same cookie: what was typed in another window can still be sent
            return (await renew(self._office, identity, self._site.roles, lapsed))[1]
        if attempt.silent and before is not None:
            return (await renew(self._office, identity, self._site.roles, before))[1]
        return (await sign_in(self._office, identity, self._site.roles, before))[1]

    async def _not_in(self, request: Request, attempt: Attempt, reason: LoginReason, to: str) -> Response:
        """Where a login that came to nothing leads."""
        before = await signed_in(self._office, browser_of(request).cookie)
        if attempt.silent and reason is LoginReason.PROVIDER_DOWN and before is not None:
            return self._later(on_to(to))
        if attempt.silent and reason is LoginReason.NOT_SIGNED_IN:
            if before is not None:  # signed off at the employer: signed off here
                await sign_out(self._office, before)
            answer = on_to(HOME)
            self._note_silent(answer)
            return answer
        return on_to(f"{FAILED}?why={reason}")

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
        goes_on = silent and await signed_in(self._office, browser.cookie) is not None
        try:
            address, attempt = await self._site.login.begin(
                now=self._office.clock.now(), silent=silent, language=browser.language
            )
        except LoginFault as fault:
            return self._later(on_to(request.url.path)) if goes_on else self._page(request, fault.reason, 503)
        to = request.url.path if _PAGES.fullmatch(request.url.path) else HOME
        kept = json.dumps({"to": to, "attempt": asdict(attempt)})
        answer = RedirectResponse(address, 303)
        sealed = self._site.reception.seals.seal(kept, _place(value))
        cookies.set_attempt(answer, HOME, sealed, secure=self._secure)
        cookies.set_value(answer, HOME, value, secure=self._secure)
        if goes_on:  # what other windows open meanwhile is served as before
            return self._later(answer)
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

    def _later(self, answer: Response) -> Response:
        """Whoever is signed in goes on, also when the sign-on does not answer; it is asked again in a minute."""
        name = put_off_name(secure=self._secure)
        answer.set_cookie(name, "1", max_age=_LATER, path="/", httponly=True, samesite="lax", secure=self._secure)
        return answer

    def _done_with(self, answer: Response) -> Response:
        """The attempt is spent, however it ended."""
        cookies.set_attempt(answer, HOME, "", secure=self._secure)
        return answer


def add_logins(app: FastAPI, site: StaffSite) -> None:
    """The routes of sign-on."""
    logins = Logins(site)
    app.add_api_route("/staff/login", logins.login, methods=["GET"])
    app.add_api_route("/staff/login/back", logins.back, methods=["GET"])
    app.add_api_route(FAILED, logins.failed, methods=LOOKS)
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
