"""HTTP on the agent's Unix socket: the console's wire (xmpp_agent/wire.py), withdrawals, health.

Who asks is known from the socket (SO_PEERCRED), never from what they send.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse

from xmpp_agent.edges.web.desk import Desk
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.flows.reveal import SHOWN_FOR
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.model.words import WORDS, danish
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.wire import Board, Done, Finish, LetIn, Problem, Reveal, Revealed, TurnAway, Write

Withdraw = Callable[[str, str], Awaitable[None]]
_STATUS = {
    Reason.NOT_YOUR_UNIT: 403,
    Reason.UNKNOWN_ROOM: 404,
    Reason.NOT_WAITING: 404,
    Reason.AUDIT_UNAVAILABLE: 503,
    Reason.PROSODY_DID_NOT_DO_IT: 503,
    Reason.TOO_LATE: 503,
}


class NotAllowed(Exception):  # reads as the fact it states
    """Whoever is at the other end of the socket is no supervisor."""


def problem(status: int, reason: Reason | None, detail: str) -> JSONResponse:
    """RFC 9457 problem details."""
    title = WORDS[reason][1] if reason else detail
    body = Problem(title=title, status=status, detail=detail, reason=reason.value if reason else "")
    return JSONResponse(body.model_dump(), status, media_type="application/problem+json")


def console_app(
    desk: Desk,
    feed: Feed,
    supervisors: Mapping[int, frozenset[str]],
    is_live: Callable[[], bool],
    withdraw: Mapping[str, Withdraw],
) -> FastAPI:
    """The application. `withdraw` has the acts `appointments` and `passes`, given (id, actor)."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(NotAllowed, lambda *_: problem(403, None, "not a supervisor here"))
    app.add_exception_handler(Unavailable, lambda *_: problem(503, Reason.AUDIT_UNAVAILABLE, ""))
    app.add_exception_handler(RequestValidationError, lambda *_: problem(422, Reason.BAD_REQUEST, ""))
    who = partial(_who, supervisors)

    @app.get("/v1/board")
    async def board(request: Request) -> Board:
        return desk.board(who(request)[0])

    @app.get("/v1/events")
    async def events(request: Request) -> StreamingResponse:
        units = who(request)[0]
        lines = feed.follow(request.headers.get("last-event-id"), partial(may_see, units))
        return StreamingResponse(lines, media_type="text/event-stream", headers={"cache-control": "no-store"})

    @app.post("/v1/rooms/{room}/let-in")
    async def let_in(room: str, command: LetIn, request: Request) -> Response:
        return _outcome(command.command, await desk.let_in(room, command, *who(request)))

    @app.post("/v1/rooms/{room}/turn-away")
    async def turn_away(room: str, command: TurnAway, request: Request) -> Response:
        return _outcome(command.command, await desk.turn_away(room, command, *who(request)))

    @app.post("/v1/rooms/{room}/write")
    async def write(room: str, command: Write, request: Request) -> Response:
        return _outcome(command.command, await desk.write(room, command, *who(request)))

    @app.post("/v1/rooms/{room}/finish")
    async def finish(room: str, command: Finish, request: Request) -> Response:
        return _outcome(command.command, await desk.finish(room, command, *who(request)))

    @app.post("/v1/rooms/{room}/reveal")
    async def reveal(room: str, command: Reveal, request: Request) -> Response:
        verdict, name = await desk.reveal(room, command, *who(request))
        if not verdict.is_open:
            return _outcome(command.command, verdict)
        return JSONResponse(Revealed(name=name, seconds=SHOWN_FOR).model_dump())

    @app.post("/v1/{kind}/{ident}/{act}")
    async def taken_back(kind: str, ident: str, act: str, request: Request) -> Response:
        actor = who(request)[1]
        if (kind, act) not in (("appointments", "cancel"), ("passes", "revoke")):
            return problem(404, None, "no such act")
        await withdraw[kind](ident, actor)
        return Response(status_code=204)

    @app.get("/healthz")
    async def healthz() -> Response:
        return Response("live\n", 200) if is_live() else Response("not live\n", 503)

    return app


def _who(supervisors: Mapping[int, frozenset[str]], request: Request) -> tuple[frozenset[str], str]:
    """Units and name on record of whoever is at the other end; `client` is set by the Unix socket's protocol."""
    uid = request.client.port if request.client is not None and request.client.host == "uid" else -1
    if uid not in supervisors:
        raise NotAllowed
    return supervisors[uid], f"uid:{uid}"


def _outcome(command: str, verdict: Verdict) -> Response:
    if verdict.is_open:
        done = Done(command=command, reason=verdict.reason.value, text=danish(verdict.reason))
        return JSONResponse(done.model_dump())
    return problem(_STATUS.get(verdict.reason, 409), verdict.reason, danish(verdict.reason))
