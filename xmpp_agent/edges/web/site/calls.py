"""The page of a hotline link: one button, no login, no name, and a way to be gone from it at once."""

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from xmpp_agent.edges.web.site import cookies
from xmpp_agent.edges.web.site.reception import LOOKS, Reception, on_to, page_of
from xmpp_agent.edges.web.site.rendering import browser_of
from xmpp_agent.edges.web.site.stops import Stop
from xmpp_agent.flows import citizen
from xmpp_agent.flows.office import Refused
from xmpp_agent.rules.arrival import Step

_OPEN = (Step.BEGIN, Step.GO)
_ENDED = (Step.OVER, Step.CANCELLED)


class Calls:
    """The handlers of a hotline link."""

    def __init__(self, reception: Reception) -> None:
        self._at, self._pages = reception, reception.pages

    async def look(self, code: str, request: Request) -> Response:
        """The page with the one button."""
        visitor = await self._at.visitor(request, code, await self._at.session(request))
        if page_of(code, visitor) != request.url.path:
            return on_to(page_of(code, visitor))
        if visitor.step in _ENDED:
            return self._pages.stop(request, Stop.CALL_ENDED, visitor.unit)
        if visitor.step is Step.USED_ELSEWHERE:
            return self._pages.stop(request, Stop.ELSEWHERE, visitor.unit, here=f"/h/{code}")
        if visitor.step not in _OPEN:
            return self._pages.stop(request, Stop.CLOSED, visitor.unit, here=f"/h/{code}")
        been_in = visitor.step is Step.GO and visitor.arrival.passed_at is not None
        unit = visitor.unit
        return self._pages.page(request, "call.html.j2", again=been_in, unit=unit.shown_name, phone=unit.phone)

    async def call(self, code: str, request: Request) -> Response:
        """The one button: the link is bound to this browser, and in."""
        session = await self._at.session(request)
        visitor = await self._at.visitor(request, code, session)
        self._at.guesses.act(code)
        if page_of(code, visitor) != request.url.path or visitor.step not in _OPEN:
            return on_to(page_of(code, visitor))
        cookie, browser = "", browser_of(request)
        if session is None or visitor.step is Step.BEGIN:
            session, cookie = await citizen.begin(self._at.office, code)
        camera_off = browser.form.get("camera") == "off"
        try:
            address = await citizen.go(self._at.office, session, camera_off=camera_off, language=browser.language)
        except Refused:  # the page says why, to this browser
            address = f"/h/{code}"
        answer = RedirectResponse(address, 303)
        if cookie:
            cookies.set_value(answer, request.url.path, cookie, secure=self._pages.conf.secure)
        return answer


def add_calls(app: FastAPI, reception: Reception) -> None:
    """The routes of hotline links."""
    calls = Calls(reception)
    app.add_api_route("/h/{code}", calls.look, methods=LOOKS)
    app.add_api_route("/h/{code}", calls.call, methods=["POST"])
