"""What staff press: each a form, each through the flows, answered with what became of it and never with a guess."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from xmpp_agent.edges.web.site.rendering import browser_of
from xmpp_agent.edges.web.site.staff.day import day_page
from xmpp_agent.edges.web.site.staff.entry import StaffSite, done, form_of, is_by_script, not_done
from xmpp_agent.flows import consent, no_show, staff_door
from xmpp_agent.flows.colleague import hand_over
from xmpp_agent.flows.hotline import take_by_phone
from xmpp_agent.flows.next_citizen import call_next
from xmpp_agent.flows.notes import mark_case
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_day import reveal
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import cover, open_room
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports import Unavailable

SHOWN_FOR = 30
"""Seconds a script shows a name or number that took a reason."""

Form = Mapping[str, str]
Act = Callable[[StaffOffice, Session, str, Form], Awaitable[object]]


def _words(form: Form) -> str:
    return form.get("words", "")


ON_APPOINTMENTS: Mapping[str, Act] = {
    "let_in": lambda desk, who, one, _: staff_door.let_one_in(desk, who, one),
    "refuse": lambda desk, who, one, form: staff_door.turn_one_away(desk, who, one, _words(form)),
    "write": lambda desk, who, one, form: staff_door.write_to_one(desk, who, one, _words(form)),
    "put_back": lambda desk, who, one, form: staff_door.send_back(desk, who, one, _words(form)),
    "finish": lambda desk, who, one, _: staff_door.finish_visit(desk, who, one),
    "fresh_link": lambda desk, who, one, _: no_show.send_again(desk, who, one),
    "called": lambda desk, who, one, form: no_show.call_made(desk, who, one, reached=form.get("reached") == "yes"),
    "absent": lambda desk, who, one, _: no_show.book_absent(desk, who, one),
    "hand_over": lambda desk, who, one, form: hand_over(desk, who, one, form.get("colleague", "")),
    "ask": lambda desk, who, one, _: consent.ask(desk, who, one),
    "answer": lambda desk, who, one, form: consent.write_down(
        desk, who, one, form.get("person", ""), form.get("said", "")
    ),
    "case": lambda desk, who, one, form: mark_case(desk, who, one, closes=form.get("closes") == "yes"),
}
"""By the last part of `/staff/a/{appointment}/...`; what each answers is in its flow."""
ON_ROOMS: Mapping[str, Act] = {
    "next": lambda desk, who, node, _: call_next(desk, who, node),
    "write": lambda desk, who, node, form: staff_door.write_to_all(desk, who, node, _words(form)),
    "cover": lambda desk, who, node, form: cover(desk, who, node, form.get("colleague", "")),
}
"""By the last part of `/staff/rooms/{node}/...`."""
_TO_THE_NOTE = frozenset({"finish", "absent"})


class Acts:
    """The handlers."""

    def __init__(self, site: StaffSite) -> None:
        self._site, self._desk = site, site.desk

    def on_appointment(self, name: str) -> Callable[[str, Request], Awaitable[Response]]:
        """The handler of one act on an appointment."""

        async def handle(one: str, request: Request) -> Response:
            note = f"/staff/a/{one}/note" if name in _TO_THE_NOTE else ""
            return await self._act(request, name, ON_APPOINTMENTS[name], one, note or f"/staff#r-{one}")

        return handle

    def on_room(self, name: str) -> Callable[[str, Request], Awaitable[Response]]:
        """The handler of one act on a room."""

        async def handle(node: str, request: Request) -> Response:
            return await self._act(request, name, ON_ROOMS[name], node, "/staff")

        return handle

    async def _act(self, request: Request, name: str, act: Act, about: str, to: str) -> Response:
        who = await self._site.who(request)
        home = "/staff" if to.endswith("/note") else to
        try:
            await act(self._desk, who, about, form_of(request))
        except Refused as no:
            return not_done(request, no.verdict.reason, home)
        except Unavailable:
            return not_done(request, Reason.AUDIT_UNAVAILABLE, home)
        return done(request, name, to, stays=not to.endswith("/note"))

    async def open(self, request: Request) -> Response:
        """Into Jitsi, in the window this form opened: a room named, or staff's own."""
        who, form = await self._site.who(request), form_of(request)
        return await self._into_jitsi(
            request, open_room(self._desk, who, form.get("room", ""), browser_of(request).language)
        )

    async def phone(self, one: str, request: Request) -> Response:
        """A booked citizen is met now, by a link to the number that is kept; staff go in and wait."""
        who = await self._site.who(request)

        async def address() -> str:
            return (await take_by_phone(self._desk, who, one, browser_of(request).language)).address

        return await self._into_jitsi(request, address())

    async def _into_jitsi(self, request: Request, address: Awaitable[str]) -> Response:
        try:
            return RedirectResponse(await address, 303)
        except Refused as no:
            return not_done(request, no.verdict.reason, "/staff")

    async def reveal(self, one: str, request: Request) -> Response:
        """A name, for a reason."""
        who, form = await self._site.who(request), form_of(request)
        return await self._tell(request, one, "names", reveal(self._desk, who, one, form.get("why", "")))

    async def number(self, one: str, request: Request) -> Response:
        """A number to call."""
        who = await self._site.who(request)
        return await self._tell(request, one, "numbers", no_show.number_to_call(self._desk, who, one))

    async def _tell(self, request: Request, one: str, what: str, asked: Awaitable[str]) -> Response:
        """Something of a person, told in this one answer: no address of it, nothing kept."""
        try:
            told = await asked
        except Refused as no:
            return not_done(request, no.verdict.reason, f"/staff#r-{one}")
        if is_by_script(request):
            return JSONResponse({"done": True, "text": "", "to": "", what: told, "seconds": SHOWN_FOR})
        shown = {one: told}
        return await day_page(self._site, request, **{what: shown})


def add_acts(app: FastAPI, site: StaffSite) -> None:
    """The routes."""
    acts = Acts(site)
    for name in ON_APPOINTMENTS:
        app.add_api_route(f"/staff/a/{{one}}/{name}", acts.on_appointment(name), methods=["POST"])
    for name in ON_ROOMS:
        app.add_api_route(f"/staff/rooms/{{node}}/{name}", acts.on_room(name), methods=["POST"])
    app.add_api_route("/staff/open", acts.open, methods=["POST"])
    app.add_api_route("/staff/a/{one}/phone", acts.phone, methods=["POST"])
    app.add_api_route("/staff/a/{one}/reveal", acts.reveal, methods=["POST"])
    app.add_api_route("/staff/a/{one}/call", acts.number, methods=["POST"])
