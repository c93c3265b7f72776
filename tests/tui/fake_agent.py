"""An agent that speaks `xmpp_agent.wire` over a real Unix socket and refuses as the real one would.

It holds rooms in memory. Tests change rooms, and may make it silent, let it die in the middle of a stream, forget its
events, or stop answering acts.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from tests.tui.a_day import as_possible
from xmpp_agent import wire
from xmpp_agent.wire_base import Wire

SHARD = "s1"


@dataclass
class FakeAgent:
    """The state of the fake and what was asked of it."""

    rooms: dict[str, wire.RoomRow] = field(default_factory=dict)
    link: wire.Link = field(default_factory=lambda: wire.Link(state="live", since=time.time(), now=time.time()))
    recordings: dict[str, wire.RecordingRow] = field(default_factory=dict)
    calls: dict[str, wire.CallRow] = field(default_factory=dict)
    invitations: dict[str, wire.InvitationRow] = field(default_factory=dict)
    alerts: dict[str, wire.AlertRow] = field(default_factory=dict)
    shift_notes: dict[str, wire.ShiftNoteRow] = field(default_factory=dict)
    numbers: dict[str, wire.UnitNumbers] = field(default_factory=dict)
    audit: list[wire.AuditRow] = field(default_factory=list)
    """Oldest first."""
    you: str = "uid:1000"
    names: dict[str, str] = field(default_factory=dict)
    colleagues: tuple[wire.Colleague, ...] = ()
    """To whom anybody may be moved."""
    choices: tuple[wire.Choice, ...] = ()
    """Which appointments any recording may be of."""
    events: list[tuple[str, Wire]] = field(default_factory=list)
    asked: list[tuple[str, str, Wire]] = field(default_factory=list)
    forgotten: int = 0
    """Events up to this number are no longer kept."""
    refuses: dict[str, wire.Problem] = field(default_factory=dict)
    holds_answers: asyncio.Event | None = None
    raw: bytes = b""
    """Sent once on the next or current stream, as it is."""
    silent: bool = False
    closing: bool = False
    nonsense: bool = False
    """Acts are answered by something that is no agent: a proxy's page, say."""
    boards_read: int = 0
    now: Callable[[], float] = time.time
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _generation: int = 0

    def put(self, *rows: wire.RoomRow) -> None:
        """These rooms are now so."""
        for row in map(as_possible, rows):
            self.rooms[row.key] = row
            self.tell("room", wire.RoomChanged(now=self.now(), row=row))

    def put_recording(self, *rows: wire.RecordingRow) -> None:
        """These recordings are now so."""
        for row in rows:
            self.recordings[row.key] = row
            self.tell("recording", wire.RecordingChanged(now=self.now(), row=row))

    def put_call(self, *rows: wire.CallRow) -> None:
        """These hotline calls are now so."""
        for row in rows:
            self.calls[row.key] = row
            self.tell("call", wire.CallChanged(now=self.now(), row=row))

    def put_invitation(self, *rows: wire.InvitationRow) -> None:
        """These invitations are now so."""
        for row in rows:
            self.invitations[row.key] = row
            self.tell("invitation", wire.InvitationChanged(now=self.now(), row=row))

    def put_alert(self, *rows: wire.AlertRow) -> None:
        """These alerts are now so."""
        for row in rows:
            self.alerts[row.key] = row
            self.tell("alert", wire.AlertChanged(now=self.now(), row=row))

    def end_alert(self, key: str) -> None:
        """It is over."""
        del self.alerts[key]
        self.tell("alert_gone", wire.AlertGone(key=key))

    def put_numbers(self, *rows: wire.UnitNumbers) -> None:
        """The numbers of these units are now so."""
        for row in rows:
            self.numbers[row.unit] = row
            self.tell("numbers", wire.NumbersChanged(now=self.now(), row=row))

    def put_audit(self, *rows: wire.AuditRow, skipped: int = 0) -> None:
        """These lines were written."""
        self.audit += rows
        self.tell("audit", wire.AuditNews(now=self.now(), rows=rows, skipped=skipped))

    def drop(self, key: str) -> None:
        """The room has nothing more to show."""
        del self.rooms[key]
        self.tell("room_gone", wire.RoomGone(key=key))

    def tell(self, name: str, model: Wire) -> None:
        """One event to everybody who listens."""
        if isinstance(model, wire.Link):
            self.link = model
        self.events.append((name, model))
        self.wake()

    def wake(self) -> None:
        """Let the streams look."""
        self._changed.set()
        self._changed = asyncio.Event()

    def die(self) -> None:
        """End every open stream in the middle."""
        self._generation += 1
        self.wake()

    def board(self) -> wire.Board:
        """The whole picture."""
        link = self.link.but(now=self.now())
        at = f"{SHARD}:{len(self.events)}"
        rows: dict[str, object] = {"rooms": tuple(self.rooms.values()), "recordings": tuple(self.recordings.values())}
        rows |= {"calls": tuple(self.calls.values()), "invitations": tuple(self.invitations.values())}
        rows |= {"numbers": tuple(self.numbers.values()), "alerts": tuple(self.alerts.values())}
        rows |= {"audit": tuple(self.audit)}
        rows |= {"shift_notes": tuple(self.shift_notes.values()), "you": self.you}
        return wire.Board.of({"at_event": at, "now": self.now(), "link": link, **rows})

    async def stream(self, after: int) -> AsyncIterator[bytes]:
        """Server-sent events after event number `after`."""
        generation = self._generation
        if after < self.forgotten or after > len(self.events):
            yield b"event: resync\nid: s1:0\ndata: {}\n\n"
            return
        greeted = False
        while generation == self._generation and not self.closing:
            changed = self._changed
            while not self.silent and after < len(self.events):
                name, model = self.events[after]
                after += 1
                yield f"id: {SHARD}:{after}\nevent: {name}\ndata: {model.json()}\n\n".encode()
            if not greeted and not self.silent:
                greeted = True
                yield b": alive\n\n"
            if self.raw:
                raw, self.raw = self.raw, b""
                yield raw
            await changed.wait()

    async def answer(self, verb: str, room: str, act: Wire) -> Response:
        """Refuse, or do it as the real one would."""
        self.asked.append((verb, room, act))
        if self.holds_answers is not None:
            await self.holds_answers.wait()
        if self.nonsense:
            return Response("<html>", 502)
        row = next((each for each in self.rooms.values() if each.room == room), None)
        problem = self.refuses.get(verb) or _refusal(row, act)
        if problem is not None or row is None:
            problem = problem or wire.Problem(title="Lokalet findes ikke", status=404)
            body = problem.plain()
            return JSONResponse(body, problem.status, media_type="application/problem+json")
        return self._do(row, act)

    def on_record(self, taken: wire.ListTaken) -> Response:
        """A list is saved as a file."""
        self.asked.append(("list", taken.name, taken))
        if "list" in self.refuses:
            return JSONResponse(self.refuses["list"].plain(), self.refuses["list"].status)
        return JSONResponse(wire.Done(command=taken.command, reason="allowed", text="Står i loggen.").plain())

    def _do(self, row: wire.RoomRow, act: Wire) -> Response:
        said = "Gjort"
        match act:
            case wire.Reveal(knock=knock):
                told = wire.Revealed(name=self.names.get(knock or row.key, "Anna Hansen"), seconds=20)
                return JSONResponse(told.plain())
            case wire.LetIn(knock=knock):
                person = next(each for each in row.waiting if each.knock == knock)
                left = tuple(each for each in row.waiting if each.knock != knock)
                new = {"phase": wire.RoomPhase.VISIT, "citizen": person.masked, "visit": row.visit + 1}
                new |= {"inside": (knock,)}
                self.put(row.but(**new, waiting=left, visit_since=self.now()))
                said = "Lukket ind"
            case wire.TurnAway(knock=knock):
                left = tuple(each for each in row.waiting if each.knock != knock)
                self.put(row.but(waiting=left))
            case wire.Finish():
                gone = {
                    "phase": wire.RoomPhase.READY,
                    "citizen": None,
                    "companions": 0,
                    "visit_since": None,
                    "inside": (),
                }
                self.put(row.but(**gone))
            case _:
                pass
        command = getattr(act, "command", "")
        return JSONResponse(wire.Done(command=command, reason="allowed", text=said).plain())


def _refusal(row: wire.RoomRow | None, act: Wire) -> wire.Problem | None:
    if row is None:
        return wire.Problem(title="Lokalet findes ikke", status=404)
    knock = getattr(act, "knock", None)
    if knock is not None and all(person.knock != knock for person in row.waiting):
        return wire.Problem(title="Personen venter ikke mere", status=409, reason="not_waiting")
    if isinstance(act, wire.Finish) and act.visit != row.visit:
        return wire.Problem(title="Besøget findes ikke", status=409, reason="no_such_visit")
    if isinstance(act, wire.LetIn) and row.citizen is not None:
        return wire.Problem(title="En anden er inde", status=409, reason="others_inside")
    return None


def _what_may_be_chosen(app: FastAPI, agent: FakeAgent) -> None:
    """What the console asks for before a person chooses."""

    @app.get("/v1/rooms/{room}/next")
    async def next_up(room: str) -> Response:
        first = next(row for row in agent.rooms.values() if row.room == room).waiting[0]
        up = wire.NextUp(appointment="up", masked=first.masked, since=first.since, shared=False)
        return JSONResponse(up.plain())

    @app.get("/v1/rooms/{room}/waiting/{knock}/colleagues")
    async def colleagues(room: str, knock: str) -> Response:
        return JSONResponse(wire.Colleagues(colleagues=agent.colleagues).plain())

    @app.get("/v1/recordings/{recording}/appointments")
    async def appointments(recording: str) -> Response:
        return JSONResponse(wire.Choices(choices=agent.choices).plain())


def http(agent: FakeAgent) -> FastAPI:
    """The endpoints of the wire."""
    app = FastAPI()

    @app.get("/v1/board")
    async def board() -> Response:
        agent.boards_read += 1
        if "board" in agent.refuses:
            problem = agent.refuses["board"]
            return JSONResponse(problem.plain(), problem.status)
        return JSONResponse(agent.board().plain())

    @app.get("/v1/events")
    async def events(last_event_id: str = Header()) -> StreamingResponse:
        return StreamingResponse(agent.stream(int(last_event_id.rpartition(":")[2])), media_type="text/event-stream")

    _what_may_be_chosen(app, agent)
    kinds: dict[str, type[Wire]] = {
        "let-in": wire.LetIn,
        "turn-away": wire.TurnAway,
        "write": wire.Write,
        "finish": wire.Finish,
        "reveal": wire.Reveal,
        "put-back": wire.PutBack,
        "end": wire.End,
        "stop-recording": wire.StopRecording,
        "next": wire.Next,
        "move": wire.Move,
    }

    @app.post("/v1/lists/taken")
    async def list_taken(request: Request) -> Response:
        return agent.on_record(wire.ListTaken.read(await request.body()))

    @app.post("/v1/rooms/{room}/{verb}")
    async def act(room: str, verb: str, request: Request) -> Response:
        return await agent.answer(verb, room, kinds[verb].read(await request.body()))

    return app


def _listening(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    return listening


@asynccontextmanager
async def serving(agent: FakeAgent, path: Path) -> AsyncIterator[None]:
    """Serve on the Unix socket at `path` until the block ends."""
    with _listening(path) as listening:
        config = uvicorn.Config(http(agent), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        server.config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listening])
        agent.closing = False
        try:
            task = asyncio.create_task(server.main_loop())
            yield
        finally:
            agent.closing = True
            agent.wake()
            server.should_exit = True
            await task
            await server.shutdown(sockets=[listening])
