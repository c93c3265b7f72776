"""Appointments over HTTP: book, read, list, change, move, cancel, companions, and what became of the letters."""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from xmpp_agent.edges.web.api import shapes
from xmpp_agent.edges.web.api.keys import caller_of
from xmpp_agent.edges.web.api.problems import Responses, documented
from xmpp_agent.flows import companions, reading, rebooking
from xmpp_agent.flows.booking import By, book
from xmpp_agent.flows.office import Office, refusal
from xmpp_agent.model.appointments import Appointment, Entry
from xmpp_agent.model.callers import ALL_UNITS, Caller
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.booking import Listed, Span
from xmpp_agent.ports.diary import NewLink

_VERSION = re.compile(r'"([1-9][0-9]{0,8})"')
_LOCAL = Unit("", "", "", "").timezone
"""A day is that of the unit's place; of Denmark when no unit is named."""
MOST = 2000
"""Appointments on one page."""

Ident = Annotated[str, Path(max_length=64)]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag of the version to be changed.")]


def as_caller(caller: Caller) -> By:
    """The calling system as the flows know who acts."""
    return By(caller.id, caller.id, caller.units)


def appointment_routes(office: Office) -> APIRouter:
    """Everything under `/api/v1/appointments`."""
    routes = APIRouter(prefix="/api/v1/appointments", tags=["appointments"])
    _book_and_read(routes, office)
    _list(routes, office)
    _changes(routes, office)
    _companions(routes, office)
    return routes


def _book_and_read(routes: APIRouter, office: Office) -> None:
    booked_now: Responses = {201: {"model": shapes.AppointmentOut, "description": "Booked."}}

    @routes.post("", response_model=shapes.AppointmentOut, responses=booked_now | documented(403, 409))
    async def create(wish: shapes.AppointmentIn, request: Request) -> Response:
        """Book. The same `externalId` with the same content answers what stands (200)."""
        caller = caller_of(request)
        booked = await book(office, wish.wish(), as_caller(caller))
        links = booked.links if booked.new else await office.visitors.links_of(booked.entry.appointment.id)
        return _answer(office, booked.entry, links, caller, 201 if booked.new else 200)

    @routes.get("/{ident}", response_model=shapes.AppointmentOut, responses=documented(404))
    async def read(ident: Ident, request: Request) -> Response:
        """One appointment with names and links; looking is on the citizen's access log."""
        caller = caller_of(request)
        entry = await reading.read(office, ident, as_caller(caller))
        return _answer(office, entry, await office.visitors.links_of(ident), caller)

    @routes.get("/{ident}/letters", response_model=list[shapes.LetterOut], responses=documented(404))
    async def letters(ident: Ident, request: Request) -> list[shapes.LetterOut]:
        """What was sent to people, and what became of it."""
        await rebooking.find(office, ident, as_caller(caller_of(request)))
        return [
            shapes.LetterOut(
                id=letter.id,
                person=letter.person,
                about=letter.about.value,
                channel=letter.channel.value,
                state=letter.state.value,
                failure=letter.failure.value if letter.failure else None,
                changed_at=shapes.moment(letter.changed_at),
            )
            for letter in await office.mailroom.letters_of(ident)
        ]


def _list(routes: APIRouter, office: Office) -> None:
    @routes.get("", response_model=shapes.Page, responses=documented(403))
    async def day(
        request: Request,
        day: shapes.Day,
        unit: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
        staff: Annotated[str | None, Query(min_length=1, max_length=64, description="Person id.")] = None,
        after: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 500,
    ) -> Response:
        """The appointments of a day in order, cancelled ones too; no names."""
        caller = caller_of(request)
        if unit is not None and not caller.may_see(unit):
            raise refusal("booking", Reason.NOT_FOR_THIS_KEY)
        known = await office.diary.unit(unit) if unit is not None else None
        zone = ZoneInfo(known.timezone if known is not None else _LOCAL)
        units = {unit} if unit is not None else None if ALL_UNITS in caller.units else caller.units
        begin, end = _bounds(day, zone)
        found = await office.bookings.listed(
            Span(begin, end, units, staff=staff or "", after=_seen(after), most=limit + 1)
        )
        rows = [row_of(row, caller) for row in found[:limit]]
        last = _cursor(found[limit - 1]) if len(found) > limit else None
        page = json.dumps({"appointments": rows, "next": last}, separators=(",", ":"))
        return Response(page, media_type="application/json")


def _changes(routes: APIRouter, office: Office) -> None:
    @routes.patch("/{ident}", response_model=shapes.AppointmentOut, responses=documented(404, 409, 412, 428))
    async def change(
        ident: Ident, wish: shapes.AppointmentChange, request: Request, if_match: IfMatch = None
    ) -> Response:
        """Change what is known of citizen and case; what is left out stays."""
        caller = caller_of(request)
        entry = await rebooking.change(office, ident, wish.change(), as_caller(caller), _version(if_match))
        return await _answered(office, entry, caller)

    @routes.post("/{ident}/move", response_model=shapes.AppointmentOut, responses=documented(404, 409, 412, 428))
    async def move(ident: Ident, wish: shapes.MoveIn, request: Request, if_match: IfMatch = None) -> Response:
        """Another time, another member of staff, or both. Links go on working."""
        caller = caller_of(request)
        entry = await rebooking.move(office, ident, wish.to(), as_caller(caller), _version(if_match))
        return await _answered(office, entry, caller)

    @routes.post("/{ident}/cancel", response_model=shapes.AppointmentOut, responses=documented(404, 409, 412, 428))
    async def cancel(ident: Ident, request: Request, if_match: IfMatch = None) -> Response:
        """It will not take place. A second time changes nothing."""
        caller = caller_of(request)
        entry = await rebooking.cancel(office, ident, as_caller(caller), _version(if_match))
        return await _answered(office, entry, caller)


def _companions(routes: APIRouter, office: Office) -> None:
    says = documented(404, 409, 412, 428)

    @routes.post("/{ident}/companions", status_code=201, response_model=shapes.AppointmentOut, responses=says)
    async def come(ident: Ident, who: shapes.CompanionIn, request: Request, if_match: IfMatch = None) -> Response:
        """Somebody comes with the citizen."""
        caller, version = caller_of(request), _version(if_match)
        entry, _ = await companions.add_companion(office, ident, who.kind, who.typed(), as_caller(caller), version)
        return await _answered(office, entry, caller, 201)

    @routes.delete("/{ident}/companions/{person}", response_model=shapes.AppointmentOut, responses=says)
    async def go(ident: Ident, person: Ident, request: Request, if_match: IfMatch = None) -> Response:
        """A companion does not come after all: their link is dead, and they are put out if they are in."""
        caller = caller_of(request)
        entry = await companions.remove_companion(office, ident, person, as_caller(caller), _version(if_match))
        return await _answered(office, entry, caller)


def row_of(row: Listed, caller: Caller) -> dict[str, object]:
    """A row as JSON (`shapes.Row`); two thousand of them are made at once."""
    return {
        "id": row.id,
        "externalId": row.external_id if row.external_id and row.caller == caller.id else None,
        "unit": row.unit,
        "policy": row.policy,
        "startsAt": shapes.moment(row.starts_at),
        "endsAt": shapes.moment(row.ends_at),
        "state": "cancelled" if row.cancelled else row.outcome.value if row.outcome else "booked",
        "staff": row.staff or None,
        "version": row.version,
    }


def state_of(appointment: Appointment) -> str:
    """What became of it, in one word."""
    if appointment.cancelled:
        return "cancelled"
    return appointment.outcome.value if appointment.outcome is not None else "booked"


@dataclass(frozen=True, slots=True)
class Links:
    """Each person's newest link."""

    origin: str
    codes: dict[str, str]

    def of(self, person: str) -> str | None:
        """The address; None: they have none."""
        code = self.codes.get(person)
        return f"{self.origin}/m/{code}" if code is not None else None


def links_by_person(office: Office, links: Sequence[NewLink]) -> Links:
    """The links of an appointment, newest first, by person."""
    return Links(office.site_origin, {new.link.person: new.code for new in reversed(links)})


async def _answered(office: Office, entry: Entry, caller: Caller, status: int = 200) -> Response:
    return _answer(office, entry, await office.visitors.links_of(entry.appointment.id), caller, status)


def _answer(office: Office, entry: Entry, links: tuple[NewLink, ...], caller: Caller, status: int = 200) -> Response:
    booked, by_person = entry.appointment, links_by_person(office, links)
    shown = shapes.AppointmentOut(
        id=booked.id,
        external_id=booked.external_id if booked.external_id and booked.caller == caller.id else None,
        unit=booked.unit,
        policy=booked.policy.id,
        starts_at=shapes.moment(booked.starts_at),
        ends_at=shapes.moment(booked.ends_at),
        state=state_of(booked),
        staff=booked.staff or None,
        version=booked.version,
        language=booked.language,
        case_ref=booked.case_ref,
        met_in_person=booked.met,
        asked_for_video=booked.asked,
        citizen=shapes.GuestOut(id=entry.citizen.id, name=entry.citizen.name, link=by_person.of(entry.citizen.id)),
        companions=[
            shapes.CompanionOut(id=c.person.id, name=c.person.name, kind=c.kind, link=by_person.of(c.person.id))
            for c in entry.companions
        ],
    )
    headers = {"etag": f'"{booked.version}"', "location": f"/api/v1/appointments/{booked.id}"}
    return as_json(shown, status, headers)


def as_json(shown: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A shape as a response."""
    return Response(shown.model_dump_json(by_alias=True), status, headers, media_type="application/json")


def _version(if_match: str | None) -> int:
    """The version named by If-Match. Raises Refused: none is named, or none of ours."""
    if if_match is None:
        raise refusal("booking", Reason.VERSION_NEEDED)
    named = _VERSION.fullmatch(if_match.strip())
    if named is None:
        raise refusal("booking", Reason.CHANGED_MEANWHILE)
    return int(named[1])


def _bounds(day: date, zone: ZoneInfo) -> tuple[float, float]:
    """When a day begins and ends at a place. The first and last days of the calendar hold nothing of ours."""
    if not 1970 < day.year < 9999:
        return 0.0, 0.0
    begin, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    return begin.timestamp(), end.timestamp()


def _cursor(row: Listed) -> str:
    return base64.urlsafe_b64encode(json.dumps([row.starts_at, row.id]).encode()).decode()


def _seen(after: str | None) -> tuple[float, str]:
    """Where the page before ended. Raises Refused when it is none of ours."""
    if after is None:
        return 0.0, ""
    try:
        starts_at, ident = json.loads(base64.urlsafe_b64decode(after.encode()))
        return float(starts_at), str(ident)
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise refusal("booking", Reason.BAD_REQUEST) from None
