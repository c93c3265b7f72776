"""Refusals of the booking API as problem details (RFC 9457), with nothing of the request in them."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from xmpp_agent.edges.web.problems import said, words
from xmpp_agent.model.verdicts import Reason, Verdict

STATUS: Mapping[Reason, int] = {
    Reason.NO_KEY: 401,
    Reason.NOT_FOR_THIS_KEY: 403,
    Reason.NO_APPOINTMENT: 404,
    Reason.UNKNOWN_COMPANION: 404,
    Reason.BOOKED_OTHERWISE: 409,
    Reason.ID_TAKEN: 409,
    Reason.APPOINTMENT_CANCELLED: 409,
    Reason.APPOINTMENT_OVER: 409,
    Reason.VISIT_GOING_ON: 409,
    Reason.CHANGED_MEANWHILE: 412,
    Reason.VERSION_NEEDED: 428,
    Reason.TOO_MANY_REQUESTS: 429,
}
AS_WISHED_IMPOSSIBLE = 422
"""Status of every other reason: the request says what the rules do not allow."""
MEDIA_TYPE = "application/problem+json"
_PLAIN: Mapping[int, tuple[str, str]] = {
    404: ("Det findes ikke her.", "There is no such thing here."),
    405: ("Det kan man ikke gøre her.", "That cannot be done here."),
    408: ("Anmodningen kom ikke i tide.", "The request did not arrive in time."),
    413: ("Anmodningen er for stor.", "The request is too large."),
    422: ("Anmodningen kunne ikke læses.", "The request could not be read."),
    500: ("Noget gik galt hos Portner.", "Something went wrong in Portner."),
    503: (
        "Det kan ikke lade sig gøre lige nu. Intet er ændret.",
        "That cannot be done right now. Nothing was changed.",
    ),
}


Responses = dict[int | str, dict[str, Any]]
"""What OpenAPI says may come back, by status."""


class FieldFault(BaseModel):
    """What is wrong with one field; the value is not repeated."""

    field: str
    """Path, such as `citizen.phone` or `companions.0.name`; empty: the whole request."""
    fault: str
    """Code, such as `missing` or `string_too_long`."""


class Problem(BaseModel):
    """Why a request was not carried out. `reason` is the code to act on; `title` is for people."""

    model_config = ConfigDict(extra="forbid")

    type: str = "about:blank"
    title: str
    status: int
    reason: str = ""
    reasons: list[str] = Field(default_factory=list)
    """Every rule that says no; `reason` is the first of them."""
    fields: list[FieldFault] = Field(default_factory=list)


def problem(
    status: int,
    reason: Reason | None = None,
    *,
    language: str = "en",
    reasons: tuple[Reason, ...] = (),
    fields: tuple[FieldFault, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The refusal as a response."""
    plain = _PLAIN.get(status, _PLAIN[500])
    body = Problem(
        type=f"urn:portner:reason:{reason.value}" if reason is not None else "about:blank",
        title=words(reason, language) if reason is not None else said(plain, language),
        status=status,
        reason=reason.value if reason is not None else "",
        reasons=[each.value for each in reasons],
        fields=list(fields),
    )
    return Response(body.model_dump_json(), status, dict(headers or {}), media_type=MEDIA_TYPE)


def refusal(reason: Reason, *, language: str, headers: Mapping[str, str] | None = None) -> Response:
    """One reason as a response, with the status that goes with it."""
    return problem(STATUS.get(reason, AS_WISHED_IMPOSSIBLE), reason, language=language, headers=headers)


def of_verdict(verdict: Verdict, *, language: str) -> Response:
    """Every rule's no as a response."""
    status = STATUS.get(verdict.reason, AS_WISHED_IMPOSSIBLE)
    return problem(status, verdict.reason, language=language, reasons=tuple(said.reason for said in verdict.said))


def field_faults(errors: list[Mapping[str, Any]], known: frozenset[str]) -> tuple[FieldFault, ...]:
    """What pydantic found, without what it found it in: names the caller made up are left out, too."""
    return tuple(FieldFault(field=_path(error["loc"], known), fault=str(error["type"])) for error in errors[:20])


def _path(loc: tuple[str | int, ...], known: frozenset[str]) -> str:
    parts = loc[1:] if loc and loc[0] in {"body", "query", "path", "header"} else loc
    return ".".join(str(part) if isinstance(part, int) or part in known else "?" for part in parts)


def documented(*statuses: int) -> Responses:
    """For OpenAPI: what besides success may come back, and what any request to the API may meet."""
    texts = {
        401: "No key, or not a valid one.",
        403: "The key is not for that unit.",
        404: "There is none, or not for this key.",
        408: "The body did not arrive in time.",
        409: "The state of the appointment, or what was booked before, forbids it.",
        412: "Changed meanwhile: read it again.",
        413: "The body is too large.",
        422: "The request cannot be read, or the rules say no; see `reasons` and `fields`.",
        428: "`If-Match` is missing.",
        429: "Too many requests with this key, or too many wrong keys from this address.",
        503: "The database cannot do it now; nothing was changed.",
    }
    wanted = sorted({*statuses, 401, 408, 413, 422, 429, 503})
    return {status: {"description": texts[status], "model": Problem, "content": {MEDIA_TYPE: {}}} for status in wanted}
