"""The page of a hotline link: one button, no login, no name, and a way to be gone from it at once."""

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from xmpp_agent.edges.web.site import cookies
from xmpp_agent.edges.web.site.reception import LOOKS, Reception, on_to
from xmpp_agent.edges.web.site.rendering import browser_of
from xmpp_agent.edges.web.site.stops import Stop
from xmpp_agent.flows.hotline_caller import caller_enters
from xmpp_agent.flows.office import Refused
from xmpp_agent.model.verdicts import Reason

_STOPS = {Reason.CALL_OVER: Stop.CALL_ENDED, Reason.SEAT_TAKEN: Stop.ELSEWHERE, Reason.NO_PASS: Stop.DEAD_LINK}


class Calls:
    """The handlers of a hotline link."""

    def __init__(self, reception: Reception) -> None:
        self._at, self._pages = reception, reception.pages

    async def look(self, code: str, request: Request) -> Response:
        """The page with the one button."""
        behind = await self._at.caller(request, code, await self._at.session(request))
        unit = behind.unit
        if behind.reason is not Reason.ALLOWED:
            return self._pages.stop(request, _STOPS[behind.reason], unit, here=f"/h/{code}")
        return self._pages.page(request, "call.html.j2", again=behind.again, unit=unit.shown_name, phone=unit.phone)

    async def call(self, code: str, request: Request) -> Response:
        """The one button: the link is this browser's, and in."""
        session, browser = await self._at.session(request), browser_of(request)
        await self._at.caller(request, code, session)
        self._at.guesses.act(code)
        camera_off = browser.form.get("camera") == "off"
        try:
            entered = await caller_enters(
                self._at.office, self._at.calls, code, session, camera_off=camera_off, language=browser.language
            )
        except Refused:  # the page says why
            return on_to(f"/h/{code}")
        answer = RedirectResponse(entered.address, 303)
        if entered.cookie:
            cookies.set_value(answer, request.url.path, entered.cookie, secure=self._pages.conf.secure)
        return answer


def add_calls(app: FastAPI, reception: Reception) -> None:
    """The routes of hotline links."""
    calls = Calls(reception)
    app.add_api_route("/h/{code}", calls.look, methods=LOOKS)
    app.add_api_route("/h/{code}", calls.call, methods=["POST"])
