"""The booking API as one application: `/api/v1`, beside it the VideoAPI, and `/openapi.json` that describes both."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from xmpp_agent.edges.web.api import problems, video
from xmpp_agent.edges.web.api.appointments import appointment_routes
from xmpp_agent.edges.web.api.catalogue import catalogue_routes
from xmpp_agent.edges.web.api.keys import KeyCheck, KeyGate, problem_shape
from xmpp_agent.edges.web.api.video_shapes import VideoError
from xmpp_agent.edges.web.problems import language
from xmpp_agent.flows.office import Office, Refused
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.booking import Callers

DOCUMENT = "/openapi.json"
PREFIXES = ("/api/", "/videoapi/")
"""Paths, with `DOCUMENT`, that belong to this application; it is to be served under its full paths."""
_ABOUT = """Calendar and case systems book here.

Every request needs `Authorization: Bearer <key>`; the key is made by `portner api-key add`.
Times are RFC 3339 with offset; answers are in UTC. Changes name the version they are for (`If-Match`, from `ETag`).
Refusals are problem details (RFC 9457) with a `reason` code. More: docs/booking-api.md.
"""


def booking_app(office: Office, callers: Callers, *, video_policy: str = video.POLICY) -> FastAPI:
    """The application. `video_policy`: what meetings booked through the VideoAPI follow when they do not say.

    Its document is made when it is first asked for, which takes a fifth of a second: `openapi()` makes it.
    """
    app = FastAPI(
        title="Portner booking API",
        version="1",
        description=_ABOUT,
        openapi_url=DOCUMENT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for routes in (appointment_routes(office), catalogue_routes(office), video.routes(office, video_policy)):
        app.include_router(routes)
    check = KeyCheck(callers, office.marks, office.clock)
    app.add_middleware(KeyGate, check=check, shape=_shape, open_paths=frozenset({DOCUMENT}))
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]  # FastAPI's own way to extend the document
    _refusals(app, cache(lambda: frozenset(_names(app.openapi()["components"]["schemas"]))))
    return app


def _shape(request: Request, status: int, reason: Reason | None, headers: Mapping[str, str]) -> Response:
    of_video = request.url.path.startswith(video.PREFIX)
    return (video.error_shape if of_video else problem_shape)(request, status, reason, headers)


def _refusals(app: FastAPI, known: Callable[[], frozenset[str]]) -> None:
    """Every refusal in the shape of its interface; none repeats what was sent."""

    @app.exception_handler(Refused)
    async def refused(request: Request, fault: Refused) -> Response:
        if request.url.path.startswith(video.PREFIX):
            return video.of_verdict(request, fault.verdict)
        return problems.of_verdict(fault.verdict, language=language(request))

    @app.exception_handler(Unavailable)
    async def unavailable(request: Request, _: Exception) -> Response:
        return _shape(request, 503, None, {"retry-after": "5"})

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, fault: RequestValidationError) -> Response:
        return _unreadable(request, problems.field_faults(list(fault.errors()), known()))

    @app.exception_handler(HTTPException)
    async def not_here(request: Request, fault: HTTPException) -> Response:
        if fault.status_code == 400:  # a body that even the parser gave up on, such as one nested too deeply
            return _unreadable(request)
        status = fault.status_code
        allowed = {k: v for k, v in (fault.headers or {}).items() if k.lower() == "allow"}
        return _shape(request, status, None, allowed)

    @app.exception_handler(Exception)
    async def broken(request: Request, _: Exception) -> Response:
        return _shape(request, 500, None, {})


def _unreadable(request: Request, fields: tuple[problems.FieldFault, ...] = ()) -> Response:
    if request.url.path.startswith(video.PREFIX):
        return video.error_shape(request, 400, Reason.BAD_REQUEST, {})
    return problems.problem(422, Reason.BAD_REQUEST, language=language(request), fields=fields)


def _described(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document with what every operation shares."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        parts = made["components"]
        for model in (problems.Problem, VideoError):
            shape = model.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
            parts["schemas"].update({**shape.pop("$defs", {}), model.__name__: shape})
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"key": []}]
        app.openapi_schema = made
    return app.openapi_schema


def _names(schemas: Mapping[str, Any]) -> Iterator[str]:
    """Names of fields and parameters that a fault may repeat."""
    for schema in schemas.values():
        yield from schema.get("properties", {})
    yield from ("day", "unit", "staff", "after", "limit", "ident", "person", "If-Match")
