"""The routes of `door_desk.py`; the application is served behind a `Door`."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from xmpp_agent.edges.web.answers import body_of, found, outcome, who_asks
from xmpp_agent.edges.web.door_desk import DoorDesk
from xmpp_agent.wire import End, Move, Next, PutBack, StopRecording, WriteUnit

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
        who = who_asks(request)
        return found(request, *await desk.next_up(room, who.units, who.actor))

    @app.get("/v1/rooms/{room}/waiting/{knock}/colleagues")
    async def colleagues(room: str, knock: str, request: Request) -> Response:
        who = who_asks(request)
        return found(request, *await desk.colleagues(room, knock, who.units, who.actor))


def _acts(app: FastAPI, desk: DoorDesk) -> None:
    @app.post("/v1/rooms/{room}/next")
    async def call_next(room: str, request: Request) -> Response:
        command = await body_of(request, Next)
        who = who_asks(request)
        verdict = await desk.next(room, command, who.units, who.actor)
        return outcome(request, command.command, verdict, _DONE)

    @app.post("/v1/rooms/{room}/put-back")
    async def put_back(room: str, request: Request) -> Response:
        command = await body_of(request, PutBack)
        who = who_asks(request)
        verdict = await desk.put_back(room, command, who.units, who.actor)
        return outcome(request, command.command, verdict, _DONE)

    @app.post("/v1/rooms/{room}/move")
    async def move(room: str, request: Request) -> Response:
        command = await body_of(request, Move)
        who = who_asks(request)
        verdict = await desk.move(room, command, who.units, who.actor)
        return outcome(request, command.command, verdict, _MOVED)

    @app.post("/v1/rooms/{room}/end")
    async def end(room: str, request: Request) -> Response:
        command = await body_of(request, End)
        who = who_asks(request)
        verdict = await desk.end(room, command, who.units, who.actor)
        return outcome(request, command.command, verdict, _DONE)

    @app.post("/v1/rooms/{room}/stop-recording")
    async def stop_recording(room: str, request: Request) -> Response:
        command = await body_of(request, StopRecording)
        who = who_asks(request)
        verdict = await desk.stop_recording(room, command, who.units, who.actor)
        return outcome(request, command.command, verdict, _ASKED)

    @app.post("/v1/write-unit")
    async def write_unit(request: Request) -> Response:
        command = await body_of(request, WriteUnit)
        who = who_asks(request)
        verdict = await desk.write_unit(command, who.units, who.actor)
        return outcome(request, command.command, verdict, _DONE)
