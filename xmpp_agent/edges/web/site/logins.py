"""To the login provider and back. What the way back needs travels with the browser, sealed for its session alone."""

import json
from dataclasses import asdict

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.site import cookies
from xmpp_agent.edges.web.site.reception import Reception, on_to
from xmpp_agent.edges.web.site.rendering import browser_of
from xmpp_agent.edges.web.site.stops import AFTER_LOGIN, LOGIN_STOPS, Stop, Stopped
from xmpp_agent.flows import citizen
from xmpp_agent.model.people import Level
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports.login import Attempt, Identity, LoginFault, LoginReason
from xmpp_agent.rules.arrival import Step

_BEFORE_LOGIN = (Step.LOGIN, Step.WRONG_PERSON, Step.LEVEL_TOO_LOW)
_LONGEST = 4096
"""Letters of one value a provider sends back."""


class Logins:
    """The handlers of a citizen's login."""

    def __init__(self, reception: Reception) -> None:
        self._at, self._pages = reception, reception.pages

    async def login(self, code: str, request: Request) -> Response:
        """By a page of its own: `form-action` would have to name every host a broker leads through."""
        session = await self._at.session(request)
        visitor = await self._at.visitor(request, code, session)
        self._at.guesses.act(code)
        if session is None or visitor.step not in _BEFORE_LOGIN:
            return on_to(f"/m/{code}")
        try:
            address, attempt = await _begin(self._at, visitor.entry.appointment.policy.level, request)
        except LoginFault as fault:
            stop = LOGIN_STOPS[fault.reason]
            return self._pages.stop(request, stop, visitor.unit, visitor.entry.appointment, here=f"/m/{code}")
        unit = visitor.unit
        answer = self._pages.page(
            request, "hop.html.j2", here=f"/m/{code}", address=address, unit=unit.shown_name, phone=unit.phone
        )
        sealed = self._at.seals.seal(json.dumps({"code": code, "attempt": asdict(attempt)}), _place(session))
        cookies.set_attempt(answer, request.url.path, sealed.rstrip("="), secure=self._pages.conf.secure)
        return answer

    async def back(self, request: Request) -> Response:
        """The one look that does something: only in the browser that set out, once, with what the provider gave."""
        session = await self._at.session(request)
        code, attempt = _kept(self._at, request, session)
        if session is None or attempt is None:
            raise Stopped(Stop.OTHER_BROWSER)
        try:
            identity = await _finish(self._at, attempt, request)
        except LoginFault as fault:
            stop = LOGIN_STOPS[fault.reason]
            if stop not in AFTER_LOGIN:
                raise Stopped(stop) from None
            answer = on_to(f"/m/{code}?why={stop}")
        else:
            _, cookie = await citizen.logged_in(self._at.office, session, identity)
            answer = on_to(f"/m/{code}")
            cookies.set_value(answer, request.url.path, cookie, secure=self._pages.conf.secure)
        cookies.set_attempt(answer, request.url.path, "", secure=self._pages.conf.secure)
        return answer


def add_logins(app: FastAPI, reception: Reception) -> None:
    """The routes of a citizen's login."""
    logins = Logins(reception)
    app.add_api_route("/m/{code}/login", logins.login, methods=["POST"])
    app.add_api_route("/login/back", logins.back, methods=["GET"])


async def _begin(reception: Reception, level: Level, request: Request) -> tuple[str, Attempt]:
    """Where to send the browser, and what it has to bring back. Raises LoginFault."""
    if reception.login is None:
        raise LoginFault(LoginReason.PROVIDER_DOWN)
    now, spoken = reception.office.clock.now(), browser_of(request).language
    return await reception.login.begin(now=now, level=level, language=spoken)


async def _finish(reception: Reception, attempt: Attempt, request: Request) -> Identity:
    """Who came back. A value given twice, or longer than any provider's, belongs to no attempt. Raises LoginFault."""
    given = request.query_params.multi_items()
    answer = dict(given)
    fits = len(answer) == len(given) and all(len(value) <= _LONGEST for value in answer.values())
    if reception.login is None or not fits:
        raise LoginFault(LoginReason.NOT_OURS)
    return await reception.login.finish(attempt, answer, now=reception.office.clock.now())


def _kept(reception: Reception, request: Request, session: Session | None) -> tuple[str, Attempt | None]:
    """What the browser brought back: the code of its link, and the attempt; None unless sealed for this session."""
    brought = request.cookies.get(cookies.attempt_name(request.url.path, secure=reception.pages.conf.secure), "")
    if session is None or not brought:
        return "", None
    sealed = brought + "=" * (-len(brought) % 4)  # base64 without its padding, which cookies would have to quote
    try:
        kept = json.loads(reception.seals.open(sealed, _place(session)))
    except ValueError:
        return "", None
    return kept["code"], Attempt(**kept["attempt"])


def _place(session: Session) -> str:
    """What the seal is bound to: no other session opens it, nor does anything of the database fit here."""
    return f"cookie.login.{session.mark}"
