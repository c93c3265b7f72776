"""A stand-in for Jibri, Jitsi's recorder: joins a meeting, leaves a video in Jibri's layout, runs the finalize script.

As Jibri does (`FileRecordingJibriService`): an own login on the recorders' host for each recording, presence with
`session_id` and `mode`, the folder `<session>` with `<room>_<time>.mp4`, `metadata.json` written at the stop only, and
busy until the finalize script has ended. Demo and tests only; it can be told to fail in the ways Jibri does.
"""

import asyncio
import json
import re
import secrets
from asyncio.subprocess import DEVNULL
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from slixmpp import JID, ClientXMPP, Presence
from slixmpp.xmlstream import ET
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from xmpp_agent.demo.tiny_video import tiny_video

_MUC = "http://jabber.org/protocol/muc"
_WITHIN = 10.0
"""Seconds to log in and get into the room."""
_LONGEST_NAME = 125


class RecorderFault(Exception):
    """It could not begin: not let in, or no connection."""


@dataclass(slots=True)
class Trick:
    """How it fails."""

    busy: bool = False
    """Says no to every start, as while another meeting is recorded."""
    leaves: str = "video"
    """`video`; `empty`: a file of no bytes; `nothing`: no directory at all (Jibri deletes one without media)."""


@dataclass(slots=True)
class _Call:
    """One recording under way."""

    room: str
    session: str
    metadata: Mapping[str, object]
    xmpp: ClientXMPP
    nick: str
    joined: "asyncio.Future[bool]"
    file: Path | None = None
    stopping: bool = False

    @property
    def seat(self) -> str:
        return f"{self.room}/{self.nick}"


class Recorder:
    """One recorder, with room for one meeting at a time.

    `jid` is its account on the recorders' host; `meetings` is where people would open a meeting (`https://D`);
    `finalize` the script and its first words, run with the directory as last argument.
    """

    def __init__(
        self, jid: str, password: str, port: int, folder: Path, meetings: str, finalize: Sequence[str] = ()
    ) -> None:
        self._jid, self._password, self._port = jid, password, port
        self._folder, self._meetings, self._finalize = folder, meetings, tuple(finalize)
        self._call: _Call | None = None
        self._work: set[asyncio.Task[None]] = set()
        self.trick = Trick()
        self.is_there = True
        """Whether the focus knows of it; False after a crash, until somebody starts it again."""
        self.on_end: Callable[[str, bool], None] = lambda session, failed: None
        """Called with the session when a recording ended without a word from the focus; `failed`: it broke off."""

    @property
    def is_free(self) -> bool:
        """Whether it would take a meeting now."""
        return self.is_there and self._call is None and not self.trick.busy

    async def start(self, room: str, session: str, metadata: Mapping[str, object]) -> None:
        """Returns when it records. Raises RecorderFault."""
        if not self.is_there:
            raise RecorderFault("it is gone")
        xmpp = _stream(f"{self._jid}/{secrets.token_hex(8)}", self._password)
        joined = asyncio.get_running_loop().create_future()
        call = self._call = _Call(room, session, metadata, xmpp, secrets.token_hex(4), joined)
        xmpp.add_event_handler("session_start", lambda _: self._join(call))
        for failure in ("failed_all_auth", "disconnected"):
            xmpp.add_event_handler(failure, lambda _: _settle(joined, done=False))
        seen = Callback("seat", MatchXPath("{jabber:client}presence"), lambda presence: self._seen(call, presence))
        xmpp.register_handler(seen)
        xmpp.connect("127.0.0.1", self._port)
        try:
            async with asyncio.timeout(_WITHIN):
                if not await joined:
                    raise RecorderFault("not let in")
            await self._begin_file(call)
        except (TimeoutError, RecorderFault) as fault:
            self._call = None
            await _close(xmpp)
            raise RecorderFault(str(fault)) from None

    async def stop(self) -> None:
        """Out of the meeting; the file finished; returns when the finalize script has ended. Done also when idle."""
        call = self._call
        if call is None or call.stopping:
            return
        call.stopping = True
        presence = call.xmpp.make_presence(pto=call.seat, ptype="unavailable")
        presence.send()
        await _close(call.xmpp)
        directory = await self._finish_file(call)
        if directory is not None and self._finalize:
            command = (*self._finalize, str(directory))
            process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
            await process.wait()
        self._call = None

    def crash(self) -> None:
        """As if its machine lost power: half a file, no metadata, no script, and its connection cut."""
        call, self._call, self.is_there = self._call, None, False
        if call is not None:
            call.stopping = True
            call.xmpp.abort()
            self.on_end(call.session, True)

    async def close(self) -> None:
        """Ends what it does, in order."""
        await self.stop()
        await asyncio.gather(*self._work, return_exceptions=True)

    def _join(self, call: _Call) -> None:
        presence = call.xmpp.make_presence(pto=call.seat)
        ET.SubElement(presence.xml, f"{{{_MUC}}}x")
        presence.send()

    def _seen(self, call: _Call, presence: Presence) -> None:
        if JID(presence["from"]).full != call.seat:
            return
        kind = presence["type"]
        if kind == "error":
            _settle(call.joined, done=False)
        elif kind == "unavailable":
            self._put_out(call)
        elif not call.joined.done():
            self._announce(call)
            _settle(call.joined, done=True)

    def _announce(self, call: _Call) -> None:
        presence = call.xmpp.make_presence(pto=call.seat)
        for name, value in (("session_id", call.session), ("mode", "file")):
            ET.SubElement(presence.xml, f"{{jabber:client}}{name}").text = value
        presence.send()

    def _put_out(self, call: _Call) -> None:
        """Kicked, or the room has ended: it finishes by itself and says so, without a failure."""
        if call.stopping or self._call is not call:
            return
        task = asyncio.get_running_loop().create_task(self._finish_alone(call))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _finish_alone(self, call: _Call) -> None:
        await self.stop()
        self.on_end(call.session, False)

    async def _begin_file(self, call: _Call) -> None:
        directory = self._folder / re.sub(r"[^A-Za-z0-9_-]", "_", call.session)
        stamp = datetime.now().strftime("%Y-%m-%d-%H-%M-%S")  # noqa: DTZ005 -- Jibri writes local time
        tail = f"_{stamp}.mp4"
        file = directory / (call.room.partition("@")[0][: _LONGEST_NAME - len(tail)] + tail)
        if self.trick.leaves != "nothing":
            video = await tiny_video() if self.trick.leaves == "video" else b""
            await asyncio.to_thread(_write, file, video[: len(video) // 2])
            call.file = file

    async def _finish_file(self, call: _Call) -> Path | None:
        """The directory, when there is anything in it to hand over."""
        if call.file is None:
            return None
        video = await tiny_video() if self.trick.leaves == "video" else b""
        await asyncio.to_thread(_write, call.file, video)
        said = {"meeting_url": f"{self._meetings}/{call.room.partition('@')[0]}", "participants": [], **call.metadata}
        await asyncio.to_thread(_write, call.file.with_name("metadata.json"), json.dumps(said).encode())
        return call.file.parent


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _settle(future: "asyncio.Future[bool]", *, done: bool) -> None:
    if not future.done():
        future.set_result(done)


def _stream(jid: str, password: str) -> ClientXMPP:
    xmpp = ClientXMPP(jid, password, plugin_config={"feature_mechanisms": {"unencrypted_scram": True}})
    xmpp.enable_starttls = xmpp.enable_direct_tls = False
    xmpp.enable_plaintext = True
    for roster_work in ("Presence", "IM"):
        xmpp.remove_handler(roster_work)
    return xmpp


async def _close(xmpp: ClientXMPP) -> None:
    xmpp.cancel_connection_attempt()
    await xmpp.disconnect()
