"""The agent's HTTP, on its Unix socket or at its site: the picture, the events, and the acts."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from tui.agent.sign_in import SignIn
from tui.board.freshness import GIVE_UP_AFTER
from tui.settings import Lang
from xmpp_agent import wire

ANSWER_WITHIN = 15.0
"""Seconds. The agent answers when Prosody confirmed, at the latest after its own deadline of a few seconds."""

_Answer = TypeVar("_Answer", bound=BaseModel)


class Refused(Exception):
    """The agent said no; `problem` holds its words."""

    def __init__(self, problem: wire.Problem) -> None:
        super().__init__(f"refused with status {problem.status}")
        self.problem = problem


class Unanswered(Exception):
    """No answer that can be read. An act may or may not have been carried out."""


def new_command() -> str:
    """A name for one act, so that sending it twice does it once."""
    return uuid.uuid4().hex


class AgentClient:
    """Speaks `xmpp_agent.wire` over the Unix socket at a path, or elsewhere as whoever is signed in.

    Use as an async context manager.
    """

    def __init__(self, where: Path | SignIn, lang: Lang = "da") -> None:
        self.sign_in = where if isinstance(where, SignIn) else None
        spoken = {"Accept-Language": lang}
        if isinstance(where, SignIn):
            base, env = f"{where.origin}/console", where.trust_env
            self._http = httpx.AsyncClient(
                base_url=base, auth=where, headers=spoken, timeout=ANSWER_WITHIN, trust_env=env
            )
        else:
            socket = httpx.AsyncHTTPTransport(uds=str(where))
            self._http = httpx.AsyncClient(
                transport=socket, base_url="http://agent", headers=spoken, timeout=ANSWER_WITHIN, trust_env=False
            )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)
        if self.sign_in is not None:
            await self.sign_in.http.aclose()

    async def board(self) -> wire.Board:
        """The whole picture. Raises Refused, Unanswered, httpx.TransportError."""
        return await self._ask("GET", "/v1/board", wire.Board)

    @asynccontextmanager
    async def events(self, after: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of the event stream after the event `after`. Raises Refused, Unanswered, httpx.TransportError."""
        headers = {"Last-Event-ID": after, "Accept": "text/event-stream"}
        limits = httpx.Timeout(ANSWER_WITHIN, read=GIVE_UP_AFTER)
        async with self._http.stream("GET", "/v1/events", headers=headers, timeout=limits) as answer:
            if answer.status_code != httpx.codes.OK:
                await answer.aread()
                raise _problem(answer)
            yield answer.aiter_raw()

    async def let_in(self, room: str, act: wire.LetIn) -> wire.Done:
        """Let one person in. Acts raise Refused with the agent's words, or Unanswered."""
        return await self._act(room, "let-in", act, wire.Done)

    async def turn_away(self, room: str, act: wire.TurnAway) -> wire.Done:
        """Refuse one person, with a reason they can read."""
        return await self._act(room, "turn-away", act, wire.Done)

    async def write(self, room: str, act: wire.Write) -> wire.Done:
        """Write to one or all who wait."""
        return await self._act(room, "write", act, wire.Done)

    async def finish(self, room: str, act: wire.Finish) -> wire.Done:
        """End a visit."""
        return await self._act(room, "finish", act, wire.Done)

    async def next_up(self, room: str) -> wire.NextUp:
        """Who would be let in by `next`. Raises Refused, Unanswered."""
        return await self._look(f"/v1/rooms/{quote(room, safe='')}/next", wire.NextUp)

    async def next(self, room: str, act: wire.Next) -> wire.Done:
        """Let in whoever is next."""
        return await self._act(room, "next", act, wire.Done)

    async def put_back(self, room: str, act: wire.PutBack) -> wire.Done:
        """Send a visit's people back to wait."""
        return await self._act(room, "put-back", act, wire.Done)

    async def colleagues(self, room: str, knock: str) -> wire.Colleagues:
        """To whom somebody who waits may be moved. Raises Refused, Unanswered."""
        path = f"/v1/rooms/{quote(room, safe='')}/waiting/{quote(knock, safe='')}/colleagues"
        return await self._look(path, wire.Colleagues)

    async def move(self, room: str, act: wire.Move) -> wire.Done:
        """Give somebody who waits to a colleague."""
        return await self._act(room, "move", act, wire.Done)

    async def end(self, room: str, act: wire.End) -> wire.Done:
        """Close a meeting for all."""
        return await self._act(room, "end", act, wire.Done)

    async def stop_recording(self, room: str, act: wire.StopRecording) -> wire.Done:
        """Ask for the end of a recording."""
        return await self._act(room, "stop-recording", act, wire.Done)

    async def write_unit(self, act: wire.WriteUnit) -> wire.Done:
        """Write to everybody who waits in a unit."""
        return await self._send("/v1/write-unit", act, wire.Done)

    async def reveal(self, room: str, act: wire.Reveal) -> wire.Revealed:
        """See one full name; the agent writes the reason down first."""
        return await self._act(room, "reveal", act, wire.Revealed)

    async def handle(self, recording: str, what: wire.RecordingAct, act: wire.Retry) -> wire.Done:
        """Do something to a recording that is stuck."""
        return await self._send(f"/v1/recordings/{quote(recording, safe='')}/{what}", act, wire.Done)

    async def handle_call(self, call: str, what: wire.CallAct, act: wire.Retry) -> wire.Done:
        """Do something about a hotline call."""
        return await self._send(f"/v1/calls/{quote(call, safe='')}/{what}", act, wire.Done)

    async def send_link(self, appointment: str, act: wire.Retry) -> wire.Done:
        """Have a fresh link sent to the citizen of an appointment."""
        return await self._send(f"/v1/invitations/{quote(appointment, safe='')}/again", act, wire.Done)

    async def choices(self, recording: str) -> wire.Choices:
        """Appointments an unmapped recording may be of. Raises Refused, Unanswered."""
        return await self._look(f"/v1/recordings/{quote(recording, safe='')}/appointments", wire.Choices)

    async def _look(self, path: str, kind: type[_Answer]) -> _Answer:
        try:
            return await self._ask("GET", path, kind)
        except httpx.TransportError as error:
            raise Unanswered from error

    async def audit_search(self, asked: wire.AuditSearch) -> wire.AuditPage:
        """Look through the audit. Raises Refused (`reason_needed`: say why), Unanswered."""
        return await self._send("/v1/audit/search", asked, wire.AuditPage)

    async def audit_export(self, asked: wire.AuditTake) -> wire.AuditExport:
        """Every line of one citizen or room, to be kept as a file; on record first. Raises Refused, Unanswered."""
        return await self._send("/v1/audit/export", asked, wire.AuditExport)

    async def audit_line(self, at: wire.AuditSpot) -> wire.AuditWhy:
        """One line with every rule that was asked. Raises Refused, Unanswered."""
        try:
            return await self._ask("GET", f"/v1/audit/{quote(at.shard, safe='')}/{at.seq}", wire.AuditWhy)
        except httpx.TransportError as error:
            raise Unanswered from error

    async def list_taken(self, asked: wire.ListTaken) -> wire.Done:
        """A list is about to be saved as a file: only when this returns it may be. Raises Refused, Unanswered."""
        return await self._send("/v1/lists/taken", asked, wire.Done)

    async def _act(self, room: str, what: str, act: BaseModel, kind: type[_Answer]) -> _Answer:
        return await self._send(f"/v1/rooms/{quote(room, safe='')}/{what}", act, kind)

    async def _send(self, path: str, act: BaseModel, kind: type[_Answer]) -> _Answer:
        body = act.model_dump_json().encode()
        try:
            try:
                return await self._ask("POST", path, kind, body)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                # A connection kept from before may have been closed by the agent in this very moment. Sending the
                # same command twice does it once, so a second try is safe; only a new connection tells more.
                return await self._ask("POST", path, kind, body)
        except httpx.TransportError as error:
            raise Unanswered from error

    async def _ask(self, verb: str, path: str, kind: type[_Answer], body: bytes | None = None) -> _Answer:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        answer = await self._http.request(verb, path, content=body, headers=headers)
        if answer.status_code != httpx.codes.OK:
            raise _problem(answer)
        try:
            return kind.model_validate_json(answer.content)
        except ValidationError as error:
            raise Unanswered from error


def _problem(answer: httpx.Response) -> Refused | Unanswered:
    try:
        return Refused(wire.Problem.model_validate_json(answer.content))
    except ValidationError:
        return Unanswered(f"status {answer.status_code} without words")
