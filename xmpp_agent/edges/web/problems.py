"""Refusals in words: RFC 9457 problem details, without anything of the request in them."""

from starlette.requests import HTTPConnection
from starlette.responses import Response

from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.words import WORDS
from xmpp_agent.wire import Problem

Sentence = tuple[str, str]
"""Danish, English."""
STATUS = {
    Reason.NOT_YOUR_UNIT: 403,
    Reason.UNKNOWN_ROOM: 404,
    Reason.NOT_WAITING: 404,
    Reason.UNKNOWN_PERSON: 404,
    Reason.UNKNOWN_RECORDING: 404,
    Reason.NO_APPOINTMENT: 404,
    Reason.UNKNOWN_UNIT: 404,
    Reason.CPR_IN_TEXT: 422,
    Reason.AUDIT_UNAVAILABLE: 503,
    Reason.PROSODY_DID_NOT_DO_IT: 503,
    Reason.TOO_LATE: 503,
}
NOT_POSSIBLE_NOW = 409
"""Status of every other reason."""
_WORDS = {
    400: ("Det er ikke HTTP.", "That is not HTTP."),
    401: ("Log på først.", "Sign in first."),
    403: ("Du er ikke leder her.", "You are not a supervisor here."),
    404: ("Det findes ikke her.", "There is no such thing here."),
    405: ("Det kan man ikke gøre her.", "That cannot be done here."),
    408: ("Anmodningen kom ikke i tide.", "The request did not arrive in time."),
    413: ("Anmodningen er for stor.", "The request is too large."),
    429: ("Det går for hurtigt. Prøv igen om lidt.", "That is too fast. Try again shortly."),
    422: ("Anmodningen kunne ikke læses.", "The request could not be read."),
    503: ("Det kan ikke afgøres lige nu. Prøv igen om lidt.", "That cannot be told just now. Try again shortly."),
    500: ("Noget gik galt hos agenten.", "Something went wrong in the agent."),
}


def language(request: HTTPConnection) -> str:
    """`da` or `en`: what whoever asks reads, by their Accept-Language as consoles and calendars send it."""
    return "da" if request.headers.get("accept-language", "").lower().startswith("da") else "en"


def said(words: Sentence, language: str) -> str:
    """In the language of whoever reads it."""
    return words[0 if language == "da" else 1]


def words(reason: Reason, language: str) -> str:
    """The sentence of a reason."""
    return said(WORDS[reason], language)


def problem(status: int, reason: Reason | None = None, *, language: str) -> Response:
    """The refusal as a response."""
    plain = _WORDS.get(status, _WORDS[500])
    title = words(reason, language) if reason is not None else said(plain, language)
    body = Problem(title=title, status=status, reason=reason.value if reason is not None else "")
    return Response(body.json(), status, media_type="application/problem+json")


def refusal(reason: Reason, *, language: str) -> Response:
    """The answer to an act that was not carried out."""
    return problem(STATUS.get(reason, NOT_POSSIBLE_NOW), reason, language=language)
