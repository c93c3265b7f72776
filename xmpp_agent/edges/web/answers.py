"""What a supervisor asks for over HTTP, read; and answered: done, found, or refused in words, each in the language they
read."""

from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from xmpp_agent.edges.web.door import Supervisor
from xmpp_agent.edges.web.problems import Sentence, language, refusal, said
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.wire import Done
from xmpp_agent.wire_base import Malformed, Wire

_Body = TypeVar("_Body", bound=Wire)


def who_asks(request: Request) -> Supervisor:
    """The supervisor of a request that came in by a `Door`."""
    supervisor: Supervisor = request.state.supervisor
    return supervisor


async def body_of(request: Request, kind: type[_Body]) -> _Body:
    """The message in a request's body. Raises RequestValidationError when it is none, or does not come as JSON."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RequestValidationError([])
    try:
        return kind.read(await request.body())
    except Malformed as error:
        raise RequestValidationError([]) from error


def shown(model: Wire) -> Response:
    """What was looked for."""
    return Response(model.json(), media_type="application/json")


def found(request: Request, verdict: Verdict, model: Wire | None) -> Response:
    """What was looked for; why not when the verdict is not open, or there is nothing to show."""
    if model is None or not verdict.is_open:
        return refusal(verdict.reason, language=language(request))
    return shown(model)


def done(request: Request, command: str, reason: Reason, words: Sentence) -> Response:
    """An act that was carried out. `command`: the id it was sent with; `words`: what happened."""
    return shown(Done(command=command, reason=reason.value, text=said(words, language(request))))


def outcome(request: Request, command: str, verdict: Verdict, words: Sentence) -> Response:
    """What became of an act; `words` when it was carried out."""
    if not verdict.is_open:
        return refusal(verdict.reason, language=language(request))
    return done(request, command, verdict.reason, words)


def ended(request: Request, verdict: Verdict) -> Response:
    """What became of an act after which nothing is left to tell of."""
    if not verdict.is_open:
        return refusal(verdict.reason, language=language(request))
    return Response(status_code=204)
