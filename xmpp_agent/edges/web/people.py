"""Erasing a citizen through the running agent, which keeps at hand what it knows of people who were connected."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web import problems
from xmpp_agent.edges.web.door import Supervisor
from xmpp_agent.model.verdicts import Verdict

Erase = Callable[[str, str, frozenset[str]], Awaitable[Verdict]]
"""Of a person id, who asks, and their units. Raises Unavailable."""


def add_people(app: FastAPI, erase: Erase) -> None:
    """The route; `app` is served behind a `Door`."""

    @app.post("/v1/people/{ident}/erase")
    async def erase_person(ident: str, request: Request) -> Response:
        who: Supervisor = request.state.supervisor
        verdict = await erase(ident, who.actor, who.units)
        if verdict.is_open:
            return Response(status_code=204)
        language = problems.language(request.headers.get("accept-language", ""))
        return problems.refusal(verdict.reason, language=language)
