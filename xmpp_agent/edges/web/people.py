"""Through the running agent, which keeps at hand what it knows of people: erasing a citizen, signing staff out."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.answers import ended, who_asks
from xmpp_agent.model.verdicts import Verdict

Act = Callable[[str, str, frozenset[str]], Awaitable[Verdict]]
"""On a person id, by whoever asks, and their units. Raises Unavailable."""


def add_people(app: FastAPI, erase: Act, sign_out: Act) -> None:
    """The routes; `app` is served behind a `Door`. `sign_out` of "" is everybody of staff."""

    @app.post("/v1/people/{ident}/erase")
    async def erase_person(ident: str, request: Request) -> Response:
        return await _done(request, erase, ident)

    @app.post("/v1/staff/{ident}/sign-out")
    async def sign_out_staff(ident: str, request: Request) -> Response:
        return await _done(request, sign_out, ident)

    @app.post("/v1/staff/sign-out")
    async def sign_out_everybody(request: Request) -> Response:
        return await _done(request, sign_out, "")


async def _done(request: Request, act: Act, ident: str) -> Response:
    who = who_asks(request)
    return ended(request, await act(ident, who.actor, who.units))
