"""A small part of MedCom's VideoAPI v2, for systems that book video today: it books what the booking API books."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.api import shapes
from xmpp_agent.edges.web.api.appointments import as_caller, as_json, links_by_person
from xmpp_agent.edges.web.api.keys import caller_of
from xmpp_agent.edges.web.api.problems import STATUS as OURS
from xmpp_agent.edges.web.api.problems import Responses
from xmpp_agent.edges.web.api.video_shapes import (
    Info,
    Meeting,
    MeetingCreate,
    MeetingPatch,
    MeetingUpdate,
    SchedulingInfo,
    VideoError,
    error_of,
    id_of,
    uuid_of,
)
from xmpp_agent.edges.web.problems import words
from xmpp_agent.flows import reading, rebooking
from xmpp_agent.flows.booking import book
from xmpp_agent.flows.office import Office, refusal
from xmpp_agent.model.appointments import DAY, Entry
from xmpp_agent.model.callers import ALL_UNITS, Caller
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.ports.booking import Span
from xmpp_agent.ports.diary import NewLink

PREFIX = "/videoapi/v2"
POLICY = "samtale"
"""What meetings follow when neither the settings nor `portner.policy` say otherwise."""
_FILTERS = frozenset({"from-start-time", "to-start-time", "short-id"})
_STATE_FORBIDS = frozenset({Reason.APPOINTMENT_CANCELLED, Reason.APPOINTMENT_OVER, Reason.VISIT_GOING_ON})

Since = Annotated[shapes.When | None, Query(alias="from-start-time")]
Until = Annotated[shapes.When | None, Query(alias="to-start-time")]
ShortId = Annotated[str | None, Query(alias="short-id", pattern="^[a-z2-7]{1,12}$")]


def routes(office: Office, policy: str) -> APIRouter:
    """Everything under `/videoapi/v2`."""
    api = APIRouter(prefix=PREFIX, tags=["VideoAPI v2 (subset)"])
    _meetings(api, office, policy)
    _changes(api, office)
    _scheduling(api, office)
    return api


def _meetings(api: APIRouter, office: Office, policy: str) -> None:
    made: Responses = {200: {"model": Meeting, "description": "It was booked before, with the same content."}}

    @api.post("/meetings", status_code=201, response_model=Meeting, responses=made | _says(403))
    async def create(meeting: MeetingCreate, request: Request) -> Response:
        """Book a meeting."""
        caller = caller_of(request)
        booked = await book(office, meeting.wish(_unit(meeting, caller), policy), as_caller(caller))
        return await _answer(office, booked.entry, caller, 201 if booked.new else 200)

    @api.get("/meetings", response_model=list[Meeting], responses=_says())
    async def meetings(
        request: Request, since: Since = None, until: Until = None, short_id: ShortId = None
    ) -> list[Meeting]:
        """Meetings by start (default: from yesterday, for a month) or by short id; too many are refused, never cut."""
        if not _FILTERS.issuperset(request.query_params):  # whatever it is, an answer without it would be another one
            raise refusal("list", Reason.BAD_REQUEST)
        caller, now = caller_of(request), office.clock.now()
        span = Span(
            since=_seconds(since, 0.0 if short_id else now - DAY),
            until=_seconds(until, now + (10_000 if short_id else 31) * DAY),
            units=None if ALL_UNITS in caller.units else caller.units,
            begins=short_id or "",
        )
        page = await reading.read_all(office, span, as_caller(caller))
        found = (
            _meeting(
                entry,
                page.units.get(entry.appointment.unit),
                _link(office, entry, page.links.get(entry.appointment.id, ())),
                caller,
            )
            for entry in page.entries
        )
        return [meeting for meeting in found if meeting is not None]

    @api.get("/meetings/{uuid}", response_model=Meeting, responses=_says(404))
    async def meeting(uuid: UUID, request: Request) -> Response:
        """One meeting."""
        caller = caller_of(request)
        return await _answer(office, await reading.read(office, id_of(uuid), as_caller(caller)), caller)


def _changes(api: APIRouter, office: Office) -> None:
    @api.put("/meetings/{uuid}", response_model=Meeting, responses=_says(404, 406))
    async def put(uuid: UUID, wish: MeetingUpdate, request: Request) -> Response:
        """Change a meeting."""
        return await _changed(office, uuid, wish, caller_of(request))

    @api.patch("/meetings/{uuid}", response_model=Meeting, responses=_says(404, 406))
    async def patch(uuid: UUID, wish: MeetingPatch, request: Request) -> Response:
        """Change part of a meeting."""
        return await _changed(office, uuid, wish, caller_of(request))

    @api.delete("/meetings/{uuid}", status_code=204, response_class=Response, responses=_says(404, 406))
    async def delete(uuid: UUID, request: Request) -> Response:
        """Cancel a meeting."""
        by = as_caller(caller_of(request))
        entry = await rebooking.find(office, id_of(uuid), by)
        if entry.appointment.cancelled:
            raise refusal("cancel", Reason.APPOINTMENT_CANCELLED)
        await rebooking.cancel(office, id_of(uuid), by)
        return Response(status_code=204)


def _scheduling(api: APIRouter, office: Office) -> None:
    @api.get("/scheduling-info/{uuid}", response_model=SchedulingInfo, responses=_says(404))
    async def scheduling(uuid: UUID, request: Request) -> SchedulingInfo:
        """Where people go."""
        entry = await reading.read(office, id_of(uuid), as_caller(caller_of(request)))
        link = _link(office, entry, await office.visitors.links_of(entry.appointment.id))
        return SchedulingInfo(
            uuid=uuid,
            portal_link=link,
            custom_portal_guest=link,
            custom_portal_host=f"{office.site_origin}/staff",
            provision_status="DEPROVISION_OK" if entry.appointment.cancelled else "PROVISIONED_OK",
        )


async def _changed(office: Office, uuid: UUID, wish: MeetingUpdate | MeetingPatch, caller: Caller) -> Response:
    by, unit = as_caller(caller), wish.info("unit")
    if unit is not None and unit != (await rebooking.find(office, id_of(uuid), by)).appointment.unit:
        raise refusal("change", Reason.BAD_REQUEST)  # it stays where it was booked; a yes would say otherwise
    entry = await rebooking.revise(office, id_of(uuid), wish.change(), wish.to(), by)
    return await _answer(office, entry, caller)


def _unit(meeting: MeetingCreate, caller: Caller) -> str:
    """The unit named, or the only one of the key. Raises Refused."""
    named = meeting.info("unit")
    if named is None and len(caller.units) != 1:
        raise refusal("book", Reason.UNKNOWN_UNIT)
    return named or next(iter(caller.units))


async def _answer(office: Office, entry: Entry, caller: Caller, status: int = 200) -> Response:
    unit = await office.diary.unit(entry.appointment.unit)
    links = await office.visitors.links_of(entry.appointment.id)
    meeting = _meeting(entry, unit, _link(office, entry, links), caller)
    if meeting is None:
        raise refusal("booking", Reason.NO_APPOINTMENT)
    return as_json(meeting, status)


def _meeting(entry: Entry, unit: Unit | None, link: str | None, caller: Caller) -> Meeting | None:
    """As the VideoAPI has it; None for what has no UUID."""
    booked = entry.appointment
    uuid = uuid_of(booked.id)
    if unit is None or uuid is None:
        return None
    return Meeting(
        uuid=uuid,
        subject=booked.subject or unit.meeting_title,
        description=booked.description or None,
        start_time=shapes.moment(booked.starts_at),
        end_time=shapes.moment(booked.ends_at),
        external_id=booked.external_id if booked.external_id and booked.caller == caller.id else None,
        short_id=booked.id[:12],
        short_link=link,
        additional_information=[
            Info(key="portner.unit", value=unit.id),
            Info(key="portner.policy", value=booked.policy.id),
        ],
    )


def _link(office: Office, entry: Entry, links: tuple[NewLink, ...]) -> str | None:
    return links_by_person(office, links).of(entry.citizen.id)


def _seconds(given: datetime | None, otherwise: float) -> float:
    if given is None or not 1970 < given.year < 9999:
        return otherwise
    return (given if given.tzinfo is not None else given.replace(tzinfo=UTC)).timestamp()


def error_shape(request: Request, status: int, reason: Reason | None, headers: Mapping[str, str]) -> Response:
    """A refusal in their shape."""
    code = reason.value if reason is not None else ""
    said = words(reason, "en") if reason is not None else "Not possible."
    error = error_of(datetime.now(UTC), status, request.url.path, code, said)
    return Response(error.model_dump_json(), status, dict(headers), media_type="application/json")


def of_verdict(request: Request, verdict: Verdict) -> Response:
    """A rule's no in their shape: 406 when the state forbids it, 400 for what they call a bad request."""
    if verdict.reason in _STATE_FORBIDS:
        return error_shape(request, 406, verdict.reason, {})
    status = OURS.get(verdict.reason, 400)
    return error_shape(request, 400 if status in {409, 412} else status, verdict.reason, {})


def _says(*statuses: int) -> Responses:
    """For OpenAPI: what besides success may come back."""
    texts = {
        400: "The request cannot be read, or the rules say no.",
        401: "No key, or not a valid one.",
        403: "The key is not for that unit.",
        404: "There is none, or not for this key.",
        406: "The state of the meeting forbids it.",
        408: "The body did not arrive in time.",
        413: "The body is too large.",
        429: "Too many requests.",
        503: "The database cannot do it now; nothing was changed.",
    }
    schema: Any = {"schema": {"$ref": f"#/components/schemas/{VideoError.__name__}"}}
    said: Responses = {
        status: {"description": texts[status], "content": {"application/json": schema}}
        for status in sorted({*statuses, 400, 401, 408, 413, 429, 503})
    }
    return said
