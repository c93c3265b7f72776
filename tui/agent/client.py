"""What the console may ask of the agent: the picture, the events, and the acts."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import quote

from tui.agent.early import Early
from tui.agent.faults import Unanswered
from tui.settings import Lang
from xmpp_agent import wire
from xmpp_agent.wire_base import Malformed, Wire

if TYPE_CHECKING:
    from tui.agent.line import Line
    from tui.agent.sign_in import SignIn

_Answer = TypeVar("_Answer", bound=Wire)


def new_command() -> str:
    """A name for one act, so that sending it twice does it once."""
    return uuid.uuid4().hex


class AgentClient:
    """Speaks `xmpp_agent.wire` over the Unix socket at a path, or elsewhere as whoever is signed in.

    Use as an async context manager. What is asked raises Refused with the agent's words, or Unanswered.
    """

    def __init__(self, where: "Path | SignIn", lang: Lang = "da", early: Early | None = None) -> None:
        """`early`: the first picture, asked for already."""
        self._where = where
        self._lang = lang
        self._early = early
        self.sign_in = None if isinstance(where, Path) else where
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()
        if self.sign_in is not None:
            await self.sign_in.http.aclose()

    @cached_property
    def _line(self) -> "Line":
        # Loaded only now: HTTP is a tenth of what the console loads, and the first picture comes without it (`early`).
        from tui.agent.line import Line

        if isinstance(self._where, Path):
            line = Line.on_socket(self._where, self._lang)
        else:
            line = Line.to_site(self._where.origin, self._where, self._lang, trust_env=self._where.trust_env)
        self._opened.push_async_callback(line.close)
        return line

    async def board(self) -> wire.Board:
        """The whole picture."""
        early, self._early = self._early, None
        body = await asyncio.to_thread(early.body) if early is not None else None
        return _read(body, wire.Board) if body is not None else await self._look("/v1/board", wire.Board)

    @asynccontextmanager
    async def events(self, after: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes of the event stream after the event `after`."""
        async with self._line.events("/v1/events", after) as chunks:
            yield chunks

    async def let_in(self, room: str, act: wire.LetIn) -> wire.Done:
        """Let one person in."""
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
        """Who would be let in by `next`."""
        return await self._look(f"/v1/rooms/{quote(room, safe='')}/next", wire.NextUp)

    async def next(self, room: str, act: wire.Next) -> wire.Done:
        """Let in whoever is next."""
        return await self._act(room, "next", act, wire.Done)

    async def put_back(self, room: str, act: wire.PutBack) -> wire.Done:
        """Send a visit's people back to wait."""
        return await self._act(room, "put-back", act, wire.Done)

    async def colleagues(self, room: str, knock: str) -> wire.Colleagues:
        """To whom somebody who waits may be moved."""
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

    async def handle_alert(self, alert: str, what: wire.AlertAct, act: wire.Retry) -> wire.Done:
        """Acknowledge an alert, take it, or give it back."""
        return await self._send(f"/v1/alerts/{quote(alert, safe='')}/{what.replace('_', '-')}", act, wire.Done)

    async def write_shift_note(self, unit: str, act: wire.WriteShiftNote) -> wire.Done:
        """Write a unit's note to its next shift."""
        return await self._send(f"/v1/units/{quote(unit, safe='')}/shift-note", act, wire.Done)

    async def choices(self, recording: str) -> wire.Choices:
        """Appointments an unmapped recording may be of."""
        return await self._look(f"/v1/recordings/{quote(recording, safe='')}/appointments", wire.Choices)

    async def audit_search(self, asked: wire.AuditSearch) -> wire.AuditPage:
        """Look through the audit. Raises Refused (`reason_needed`: say why)."""
        return await self._send("/v1/audit/search", asked, wire.AuditPage)

    async def audit_export(self, asked: wire.AuditTake) -> wire.AuditExport:
        """Every line of one citizen or room, to be kept as a file; on record first."""
        return await self._send("/v1/audit/export", asked, wire.AuditExport)

    async def audit_line(self, at: wire.AuditSpot) -> wire.AuditWhy:
        """One line with every rule that was asked."""
        return await self._look(f"/v1/audit/{quote(at.shard, safe='')}/{at.seq}", wire.AuditWhy)

    async def list_taken(self, asked: wire.ListTaken) -> wire.Done:
        """A list is about to be saved as a file: only when this returns it may be."""
        return await self._send("/v1/lists/taken", asked, wire.Done)

    async def _act(self, room: str, what: str, act: Wire, kind: type[_Answer]) -> _Answer:
        return await self._send(f"/v1/rooms/{quote(room, safe='')}/{what}", act, kind)

    async def _look(self, path: str, kind: type[_Answer]) -> _Answer:
        return _read(await self._line.look(path), kind)

    async def _send(self, path: str, act: Wire, kind: type[_Answer]) -> _Answer:
        return _read(await self._line.send(path, act.json().encode()), kind)


def _read(content: bytes, kind: type[_Answer]) -> _Answer:
    try:
        return kind.read(content)
    except Malformed as error:
        raise Unanswered from error
