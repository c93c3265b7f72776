"""HTTP on the agent's Unix socket: the console's wire (xmpp_agent/wire.py), withdrawals, health.

Who asks is known from the socket (SO_PEERCRED), never from what they send (door.py).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from msgspec.json import encode
from starlette.exceptions import HTTPException
from starlette.types import Send
from typing_extensions import override

from xmpp_agent.edges.web.answers import body_of, ended, found, outcome, who_asks
from xmpp_agent.edges.web.audience import hears
from xmpp_agent.edges.web.desk import ROWS_AT_ONCE, Desk
from xmpp_agent.edges.web.door import OPEN_TO_ALL
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.problems import language, problem, refusal
from xmpp_agent.flows.reveal import SHOWN_FOR
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.model.words import WORDS
from xmpp_agent.ports import Unavailable
from xmpp_agent.wire import Board, Finish, LetIn, Reveal, Revealed, TurnAway, Write


class EventStream(StreamingResponse):
    """A text/event-stream that lets go of its source at once when the reader is gone."""

    def __init__(self, lines: AsyncGenerator[str, None]) -> None:
        super().__init__(lines, media_type="text/event-stream", headers={"cache-control": "no-store"})
        self._lines = lines

    @override
    async def stream_response(self, send: Send) -> None:
        """See StreamingResponse."""
        async with aclosing(self._lines):
            await super().stream_response(send)


def console_app(desk: Desk, feed: Feed, is_live: Callable[[], bool]) -> FastAPI:
    """The application; to be served behind a `Door`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    _refusals(app)
    _looks(app, desk, feed, is_live)
    _acts(app, desk)
    _withdrawals(app, desk)
    return app


def _refusals(app: FastAPI) -> None:
    """Every refusal is a problem in words; none repeats what was sent."""

    @app.exception_handler(Unavailable)
    async def unavailable(request: Request, _: Exception) -> Response:
        return refusal(Reason.AUDIT_UNAVAILABLE, language=language(request))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, _: Exception) -> Response:
        return problem(422, Reason.BAD_REQUEST, language=language(request))

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        status = 422 if error.status_code == 400 else error.status_code
        answer = problem(status, language=language(request))
        answer.headers.update({k: v for k, v in (error.headers or {}).items() if k.lower() == "allow"})
        return answer

    @app.exception_handler(Exception)
    async def broken(request: Request, _: Exception) -> Response:
        return problem(500, language=language(request))


def _looks(app: FastAPI, desk: Desk, feed: Feed, is_live: Callable[[], bool]) -> None:
    @app.get("/v1/board")
    async def board(request: Request) -> Response:
        who = who_asks(request)
        return Response(await _in_slices(await desk.board(who.units, who.actor)), media_type="application/json")

    @app.get("/v1/events")
    async def events(request: Request) -> Response:
        sees = partial(hears, who_asks(request).units)
        return EventStream(feed.follow(request.headers.get("last-event-id"), sees))

    @app.get(OPEN_TO_ALL)
    async def healthz() -> Response:
        return Response("live\n", 200) if is_live() else Response("not live\n", 503)


def _acts(app: FastAPI, desk: Desk) -> None:
    @app.post("/v1/rooms/{room}/let-in")
    async def let_in(room: str, request: Request) -> Response:
        command = await body_of(request, LetIn)
        who = who_asks(request)
        return _outcome(request, command.command, await desk.let_in(room, command, who.units, who.actor))

    @app.post("/v1/rooms/{room}/turn-away")
    async def turn_away(room: str, request: Request) -> Response:
        command = await body_of(request, TurnAway)
        who = who_asks(request)
        return _outcome(request, command.command, await desk.turn_away(room, command, who.units, who.actor))

    @app.post("/v1/rooms/{room}/write")
    async def write(room: str, request: Request) -> Response:
        command = await body_of(request, Write)
        who = who_asks(request)
        return _outcome(request, command.command, await desk.write(room, command, who.units, who.actor))

    @app.post("/v1/rooms/{room}/finish")
    async def finish(room: str, request: Request) -> Response:
        command = await body_of(request, Finish)
        who = who_asks(request)
        return _outcome(request, command.command, await desk.finish(room, command, who.units, who.actor))

    @app.post("/v1/rooms/{room}/reveal")
    async def reveal(room: str, request: Request) -> Response:
        command = await body_of(request, Reveal)
        who = who_asks(request)
        verdict, name = await desk.reveal(room, command, who.units, who.actor)
        return found(request, verdict, Revealed(name=name, seconds=SHOWN_FOR))


def _withdrawals(app: FastAPI, desk: Desk) -> None:
    @app.post("/v1/appointments/{ident}/cancel")
    async def cancel(ident: str, request: Request) -> Response:
        who = who_asks(request)
        return ended(request, await desk.cancel(ident, who.units, who.actor))

    @app.post("/v1/passes/{ident}/revoke")
    async def revoke(ident: str, request: Request) -> Response:
        who = who_asks(request)
        return ended(request, await desk.revoke(ident, who.units, who.actor))


async def _in_slices(board: Board) -> bytes:
    """A full house is megabytes of JSON: written some rows at a time, so that no door waits for all of it."""
    fields = list[bytes]()
    for name in Board.__struct_fields__:
        value = getattr(board, name)
        if not isinstance(value, tuple):
            fields.append(b'"%s":%s' % (name.encode(), encode(value)))
            continue
        slices = list[bytes]()
        for begin in range(0, len(value), ROWS_AT_ONCE):
            slices.append(encode(value[begin : begin + ROWS_AT_ONCE])[1:-1])
            await asyncio.sleep(0)
        fields.append(b'"%s":[%s]' % (name.encode(), b",".join(slices)))
    return b"{%s}" % b",".join(fields)


def _outcome(request: Request, command: str, verdict: Verdict) -> Response:
    return outcome(request, command, verdict, WORDS[verdict.reason])
