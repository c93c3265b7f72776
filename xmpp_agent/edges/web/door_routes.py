"""The routes of `door_desk.py`; the application is served behind a `Door`."""

from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import BaseModel

from xmpp_agent.edges.web import problems
from xmpp_agent.edges.web.door import Supervisor
from xmpp_agent.edges.web.door_desk import DoorDesk
from xmpp_agent.model.verdicts import Verdict
from xmpp_agent.wire import Done, End, Move, Next, PutBack, StopRecording, WriteUnit

_ASKED = (
    "Der er bedt om stop. Optagelsen er slut, når den ikke vises mere.",
    "A stop was asked for. The recording is over when it is no longer shown.",
)
_MOVED = (
    "Aftalen er givet videre. Borgeren kommer igen med det samme link og beholder sin plads.",
    "The appointment was handed over. The citizen comes again by the same link and keeps the place.",
)
_DONE = ("Det er gjort.", "It is done.")


def add_door(app: FastAPI, desk: DoorDesk) -> None:
    """Looks and acts."""
    _looks(app, desk)
    _acts(app, desk)


def _looks(app: FastAPI, desk: DoorDesk) -> None:
    @app.get("/v1/rooms/{room}/next")
    async def next_up(room: str, request: Request) -> Response:
        who = _who(request)
        return _found(request, *await desk.next_up(room, who.units, who.actor))

    @app.get("/v1/rooms/{room}/waiting/{knock}/colleagues")
    async def colleagues(room: str, knock: str, request: Request) -> Response:
        who = _who(request)
        return _found(request, *await desk.colleagues(room, knock, who.units, who.actor))


def _acts(app: FastAPI, desk: DoorDesk) -> None:
    @app.post("/v1/rooms/{room}/next")
    async def call_next(room: str, command: Next, request: Request) -> Response:
        who = _who(request)
        return _outcome(request, command.command, await desk.next(room, command, who.units, who.actor))

    @app.post("/v1/rooms/{room}/put-back")
    async def put_back(room: str, command: PutBack, request: Request) -> Response:
        who = _who(request)
        return _outcome(request, command.command, await desk.put_back(room, command, who.units, who.actor))

    @app.post("/v1/rooms/{room}/move")
    async def move(room: str, command: Move, request: Request) -> Response:
        who = _who(request)
        return _outcome(request, command.command, await desk.move(room, command, who.units, who.actor), _MOVED)

    @app.post("/v1/rooms/{room}/end")
    async def end(room: str, command: End, request: Request) -> Response:
        who = _who(request)
        return _outcome(request, command.command, await desk.end(room, command, who.units, who.actor))

    @app.post("/v1/rooms/{room}/stop-recording")
    async def stop_recording(room: str, command: StopRecording, request: Request) -> Response:
        who = _who(request)
        verdict = await desk.stop_recording(room, command, who.units, who.actor)
        return _outcome(request, command.command, verdict, _ASKED)

    @app.post("/v1/write-unit")
    async def write_unit(command: WriteUnit, request: Request) -> Response:
        who = _who(request)
        return _outcome(request, command.command, await desk.write_unit(command, who.units, who.actor))


def _who(request: Request) -> Supervisor:
    supervisor: Supervisor = request.state.supervisor
    return supervisor


def _language(request: Request) -> str:
    return problems.language(request.headers.get("accept-language", ""))


def _found(request: Request, verdict: Verdict, found: BaseModel | None) -> Response:
    if found is None:
        return problems.refusal(verdict.reason, language=_language(request))
    return Response(found.model_dump_json(), media_type="application/json")


def _outcome(request: Request, command: str, verdict: Verdict, words: tuple[str, str] = _DONE) -> Response:
    spoken = _language(request)
    if not verdict.is_open:
        return problems.refusal(verdict.reason, language=spoken)
    done = Done(command=command, reason=verdict.reason.value, text=words[0 if spoken == "da" else 1])
    return Response(done.model_dump_json(), media_type="application/json")
