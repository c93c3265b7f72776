"""The other pages of staff: a note, a colleague to hand over to, the hotline, opening hours."""

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from xmpp_agent.edges.web.site.reception import LOOKS
from xmpp_agent.edges.web.site.rendering import browser_of
from xmpp_agent.edges.web.site.staff.entry import SignInFirst, StaffSite, done, form_of, is_by_script, not_done, told
from xmpp_agent.edges.web.site.staff.texts import why
from xmpp_agent.flows import hotline, opening
from xmpp_agent.flows.hotline_rows import calls_of
from xmpp_agent.flows.notes import note_form, write_note
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_room import colleagues_of, open_room, staff_of, unit_of
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules.names import masked
from xmpp_agent.rules.opening_hours import is_open, written_hours
from xmpp_agent.rules.staff_day import may_read_name

_CALLS = "/staff/hotline"
_HOURS = "/staff/hours"


class Notes:
    """The note of a meeting."""

    def __init__(self, site: StaffSite) -> None:
        self._site, self._desk = site, site.desk

    async def form(self, one: str, request: Request) -> Response:
        """Filled in with time and people."""
        return await self._page(await self._site.who_opens(request), one, request)

    async def write(self, one: str, request: Request) -> Response:
        """On its way to the journal; what was written is shown again when it is refused, or nobody is signed in."""
        form = form_of(request)
        text = form.get("text", "")
        try:
            who = await self._site.who(request)
        except SignInFirst:
            if is_by_script(request) or not text.strip():
                raise
            return self._kept(request, text, closes="closes" in form)
        try:
            await write_note(self._desk, who, one, text, case_closes=form.get("closes") == "yes")
        except Refused as no:
            return await self._page(who, one, request, text, no)
        return done(request, "note", f"/staff#r-{one}", stays=False)

    def _kept(self, request: Request, text: str, *, closes: bool) -> Response:
        """The session is over: nothing of the meeting, only what this browser sent, to be sent again."""
        answer = self._site.page(request, "staff_note_kept.html.j2", None, None, text=text, closes=closes)
        answer.status_code = 401
        return answer

    async def _page(
        self, who: Session, one: str, request: Request, text: str = "", no: Refused | None = None
    ) -> Response:
        try:
            form = await note_form(self._desk, who, one)
        except Refused as refused:
            return not_done(request, refused.verdict.reason, "/staff")
        about = told(request)
        if no is not None:
            about["why"] = why(browser_of(request).language, no.verdict.reason)
        answer = self._site.page(
            request,
            "staff_note.html.j2",
            await staff_of(self._desk.office, who),
            await unit_of(self._desk.office, form.entry.appointment.unit),
            form=form,
            text=text or form.text,
            **about,
        )
        answer.status_code = 422 if no is not None else 200
        return answer


class HandOver:
    """To whom an appointment is given."""

    def __init__(self, site: StaffSite) -> None:
        self._site, self._desk = site, site.desk

    async def page(self, one: str, request: Request) -> Response:
        """A colleague to choose; pressed, it is an act like any other."""
        who, office = await self._site.who(request), self._desk.office
        try:
            entry, room = await self._desk.entry_for(who, one)
        except Refused as no:
            return not_done(request, no.verdict.reason, "/staff")
        is_named = may_read_name(who.person, entry.appointment, room)
        return self._site.page(
            request,
            "staff_hand_over.html.j2",
            await staff_of(office, who),
            await unit_of(office, entry.appointment.unit),
            entry=entry,
            name=entry.citizen.name if is_named else masked(entry.citizen.name),
            people=await colleagues_of(office, entry.appointment.unit),
        )


class Hotline:
    """The hotline."""

    def __init__(self, site: StaffSite) -> None:
        self._site, self._desk = site, site.desk

    async def page(self, request: Request) -> Response:
        """A field for the number, and a row for each call."""
        who = await self._site.who_opens(request)
        office = self._desk.office
        return self._site.page(
            request,
            "staff_hotline.html.j2",
            await staff_of(office, who),
            await unit_of(office, who.unit),
            calls=await calls_of(self._desk, who),
            **told(request),
        )

    async def start(self, request: Request) -> Response:
        """A link goes out, and the window this form opened goes into the meeting."""
        who, number = await self._site.who(request), form_of(request).get("number", "")
        try:
            started = await hotline.start_call(self._desk, who, number, browser_of(request).language)
        except Refused as no:
            return not_done(request, no.verdict.reason, _CALLS)
        return RedirectResponse(started.address, 303)

    async def open(self, call: str, request: Request) -> Response:
        """Into the meeting of a call again."""
        who = await self._site.who(request)
        try:
            found = await self._desk.calls.call(call)
            address = await open_room(self._desk, who, found.room if found else call, browser_of(request).language)
        except Refused as no:
            return not_done(request, no.verdict.reason, _CALLS)
        return RedirectResponse(address, 303)

    async def again(self, call: str, request: Request) -> Response:
        """The link once more."""
        who = await self._site.who(request)
        try:
            await hotline.send_link_again(self._desk, who, call)
        except Refused as no:
            return not_done(request, no.verdict.reason, _CALLS)
        return done(request, "again", _CALLS)

    async def promise(self, call: str, request: Request) -> Response:
        """Somebody rings back."""
        who = await self._site.who(request)
        try:
            await hotline.promise_call_back(self._desk, who, call)
        except Refused as no:
            return not_done(request, no.verdict.reason, _CALLS)
        return done(request, "promised", _CALLS)

    async def end(self, call: str, request: Request) -> Response:
        """Marked as over."""
        who = await self._site.who(request)
        try:
            await hotline.end_call(self._desk, who, call)
        except Refused as no:
            return not_done(request, no.verdict.reason, _CALLS)
        return done(request, "ended", _CALLS)


class OpeningHours:
    """Hours and the switch."""

    def __init__(self, site: StaffSite) -> None:
        self._site, self._office = site, site.desk.office

    async def page(self, request: Request) -> Response:
        """What is open when, and whether it is now."""
        who = await self._site.who_opens(request)
        unit = await unit_of(self._office, who.unit)
        return self._site.page(
            request,
            "staff_hours.html.j2",
            await staff_of(self._office, who),
            unit,
            the_unit=unit,
            days=[written_hours(unit, day) for day in range(7)],
            is_open=is_open(unit, self._office.clock.now()),
            **told(request),
        )

    async def change(self, request: Request) -> Response:
        """New hours, or the switch: which button was pressed says `do`."""
        who, form = await self._site.who(request), form_of(request)
        act = form.get("do", "hours")
        try:
            if act == "closed":
                await opening.close_for_now(self._office, who, who.unit, form.get("da", ""), form.get("en", ""))
            elif act == "opened":
                await opening.open_again(self._office, who, who.unit)
            else:
                act = "hours"
                days = [form.get(f"day{day}", "") for day in range(7)]
                await opening.set_hours(self._office, who, who.unit, days)
        except Refused as no:
            return not_done(request, no.verdict.reason, _HOURS)
        return done(request, act, _HOURS)


def add_desks(app: FastAPI, site: StaffSite) -> None:
    """The routes."""
    notes, calls, hours = Notes(site), Hotline(site), OpeningHours(site)
    app.add_api_route("/staff/a/{one}/hand_over", HandOver(site).page, methods=LOOKS)
    app.add_api_route("/staff/a/{one}/note", notes.form, methods=LOOKS)
    app.add_api_route("/staff/a/{one}/note", notes.write, methods=["POST"])
    app.add_api_route(_CALLS, calls.page, methods=LOOKS)
    app.add_api_route(_CALLS, calls.start, methods=["POST"])
    app.add_api_route("/staff/hotline/{call}/open", calls.open, methods=["POST"])
    app.add_api_route("/staff/hotline/{call}/again", calls.again, methods=["POST"])
    app.add_api_route("/staff/hotline/{call}/promise", calls.promise, methods=["POST"])
    app.add_api_route("/staff/hotline/{call}/end", calls.end, methods=["POST"])
    app.add_api_route(_HOURS, hours.page, methods=LOOKS)
    app.add_api_route(_HOURS, hours.change, methods=["POST"])
