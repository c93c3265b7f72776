"""The pages between the link of an appointment and its meeting. Looking (GET) changes nothing; buttons (POST) do."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from xmpp_agent.edges.web.site import cookies
from xmpp_agent.edges.web.site.logins import add_logins
from xmpp_agent.edges.web.site.reception import LOOKS, Reception, on_to
from xmpp_agent.edges.web.site.rendering import browser_of
from xmpp_agent.edges.web.site.stops import AFTER_LOGIN, STEP_STOPS, Stop
from xmpp_agent.flows import citizen
from xmpp_agent.flows.citizen import Visitor
from xmpp_agent.flows.office import Refused
from xmpp_agent.model.people import CompanionKind, Level
from xmpp_agent.model.visitors import DeviceTest
from xmpp_agent.rules.arrival import Step

_TEMPLATES = {
    Step.BEGIN: "landing.html.j2",
    Step.CONFIRM_AGE: "landing.html.j2",
    Step.TOO_EARLY: "wait.html.j2",
    Step.LOGIN: "login.html.j2",
    Step.IN_LINE: "wait.html.j2",
    Step.GO: "ready.html.j2",
}
_BEGINNINGS = (Step.BEGIN, Step.CONFIRM_AGE)


class Citizens:
    """The handlers, one a page or button."""

    def __init__(self, reception: Reception) -> None:
        self._at, self._pages, self._office = reception, reception.pages, reception.office

    async def look(self, code: str, request: Request) -> Response:
        """Where the browser stands now, as a page."""
        visitor = await self._at.visitor(request, code, await self._at.session(request))
        why = request.query_params.get("why", "")
        if visitor.step is Step.LOGIN and why in AFTER_LOGIN:
            return self._stop(request, code, Stop(why), visitor)
        if visitor.step in STEP_STOPS:
            return self._stop(request, code, STEP_STOPS[visitor.step], visitor)
        if why == Stop.MOVED:
            return self._stop(request, code, Stop.MOVED, visitor)
        return self._show(request, code, visitor)

    async def where(self, code: str, request: Request) -> Response:
        """The same for the script of the page that is too early."""
        visitor = await self._at.visitor(request, code, await self._at.session(request))
        return JSONResponse({"step": visitor.step, "starts_at": visitor.entry.appointment.starts_at})

    async def begin(self, code: str, request: Request) -> Response:
        """`Fortsæt`: the browser is bound to the link."""
        session = await self._at.session(request)
        visitor = await self._at.visitor(request, code, session)
        self._at.guesses.act(code)
        of_age = browser_of(request).form.get("of_age") == "yes"
        if visitor.step not in _BEGINNINGS:
            return on_to(f"/m/{code}")
        if _asks_age(visitor) and not of_age:
            return self._show(request, code, visitor, status=422, missing=True)
        answer = on_to(f"/m/{code}/test")
        if session is None or visitor.step is Step.BEGIN:
            session, cookie = await citizen.begin(self._office, code)
            cookies.set_value(answer, request.url.path, cookie, secure=self._pages.conf.secure)
        if _asks_age(visitor):
            await citizen.of_age(self._office, session)
        return answer

    async def test(self, code: str, request: Request) -> Response:
        """The test of camera and microphone, as often and as early as anybody likes."""
        visitor = await self._at.visitor(request, code, await self._at.session(request))
        return self._pages.page(request, "test.html.j2", unit=visitor.unit.shown_name, phone=visitor.unit.phone)

    async def tested(self, code: str, request: Request) -> Response:
        """What the test found; kept for whoever holds the link, as long as there is a meeting to come."""
        visitor = await self._at.visitor(request, code, await self._at.session(request))
        self._at.guesses.act(code)
        try:
            found = DeviceTest(browser_of(request).form.get("found", ""))
        except ValueError:
            return self._stop(request, code, Stop.UNREADABLE, visitor)
        try:
            await citizen.tested(self._office, code, found)
        except Refused:  # over or cancelled: the page of the link says so
            return on_to(f"/m/{code}")
        if found is DeviceTest.UNSUPPORTED:
            return self._stop(request, code, Stop.UNSUPPORTED, visitor)
        return on_to(f"/m/{code}")

    async def line(self, code: str, request: Request) -> Response:
        """A sign of life of somebody in the unit's shared queue, with their place for the script of the page."""
        session = await self._at.session(request)
        visitor = await self._at.visitor(request, code, session)
        place, step = None, visitor.step
        if session is not None and step is Step.IN_LINE:
            place = await citizen.stand_in_line(self._office, session)
        if browser_of(request).form.get("by") != "script":
            return on_to(f"/m/{code}")
        told = place if visitor.unit.tells_place else None
        return JSONResponse({"step": step, "starts_at": visitor.entry.appointment.starts_at, "place": told})

    async def help(self, code: str, request: Request) -> Response:
        """`Hjælp mig`: the way for whoever cannot log in."""
        visitor = await self._at.visitor(request, code, await self._at.session(request))
        return self._pages.page(
            request, "help.html.j2", back=f"/m/{code}", unit=visitor.unit.shown_name, phone=visitor.unit.phone
        )

    async def go(self, code: str, request: Request) -> Response:
        """`Gå ind i mødet`."""
        session = await self._at.session(request)
        visitor = await self._at.visitor(request, code, session)
        self._at.guesses.act(code)
        if session is None or visitor.step is not Step.GO:
            return on_to(f"/m/{code}")
        try:
            address = await citizen.go(self._office, session, language=browser_of(request).language)
        except Refused:  # something changed this very moment: the page says what
            return on_to(f"/m/{code}")
        return RedirectResponse(address, 303)

    def _stop(self, request: Request, code: str, stop: Stop, visitor: Visitor) -> Response:
        return self._pages.stop(request, stop, visitor.unit, visitor.entry.appointment, here=f"/m/{code}")

    def _show(
        self, request: Request, code: str, visitor: Visitor, *, status: int = 200, missing: bool = False
    ) -> Response:
        """The page of a step. `missing`: what had to be ticked was not."""
        appointment, arrival = visitor.entry.appointment, visitor.arrival
        return self._pages.page(
            request,
            _TEMPLATES[visitor.step],
            status=status,
            here=f"/m/{code}",
            step=visitor.step,
            appointment=appointment,
            timezone=visitor.unit.timezone,
            kind=visitor.kind,
            needs_login=visitor.kind is None and appointment.policy.level > Level.NONE,
            asks_age=_asks_age(visitor),
            missing=missing,
            opens_at=visitor.opens_at,
            opens_in=max(0.0, visitor.opens_at - self._office.clock.now()),
            asked=visitor.is_asked,
            called=arrival.waiting_since is not None and arrival.passed_at is None,
            unit=visitor.unit.shown_name,
            phone=visitor.unit.phone,
        )


def _asks_age(visitor: Visitor) -> bool:
    return visitor.kind is CompanionKind.INTERPRETER and visitor.arrival.of_age_at is None


def add_citizens_way(app: FastAPI, reception: Reception) -> None:
    """The routes from a link to its meeting."""
    citizens = Citizens(reception)
    for path, handler in {
        "/m/{code}": citizens.look,
        "/m/{code}/where": citizens.where,
        "/m/{code}/test": citizens.test,
        "/m/{code}/help": citizens.help,
    }.items():
        app.add_api_route(path, handler, methods=LOOKS)
    for path, handler in {
        "/m/{code}": citizens.begin,
        "/m/{code}/test": citizens.tested,
        "/m/{code}/line": citizens.line,
        "/m/{code}/go": citizens.go,
    }.items():
        app.add_api_route(path, handler, methods=["POST"])
    add_logins(app, reception)
