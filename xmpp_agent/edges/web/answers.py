"""What a supervisor asked for, answered over HTTP: done, found, or refused in words, each in the language they read."""

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from xmpp_agent.edges.web.door import Supervisor
from xmpp_agent.edges.web.problems import Sentence, language, refusal, said
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.wire import Done


def who_asks(request: Request) -> Supervisor:
    """The supervisor of a request that came in by a `Door`."""
    supervisor: Supervisor = request.state.supervisor
    return supervisor


def shown(model: BaseModel) -> Response:
    """What was looked for."""
    return Response(model.model_dump_json(), media_type="application/json")


def found(request: Request, verdict: Verdict, model: BaseModel | None) -> Response:
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
