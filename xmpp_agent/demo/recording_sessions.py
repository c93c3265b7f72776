"""The recordings of the focus stand-in: which room is recorded by whom, as Jicofo's `JibriRecorder` keeps them.

One session to a room. A recorder that breaks off is replaced by the next free one under the same session id; without
one the room hears `off` with a reason. Demo and tests only.
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from slixmpp import Iq
from slixmpp.xmlstream import ET

from xmpp_agent.demo.recorder import RecorderFault

JIBRI = "http://jitsi.org/protocol/jibri"
_STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
_AUTH = {"forbidden", "not-allowed"}


class Recorder(Protocol):
    """A recorder as the focus sees it; `xmpp_agent.demo.recorder.Recorder` is one."""

    is_there: bool
    on_end: Callable[[str, bool], None]

    @property
    def is_free(self) -> bool:
        """Whether it would take a meeting now."""
        ...

    async def start(self, room: str, session: str, metadata: Mapping[str, object]) -> None:
        """Returns when it records. Raises RecorderFault."""
        ...

    async def stop(self) -> None:
        """Returns when it is over, its finalize script included."""
        ...


@dataclass(slots=True)
class _Session:
    id: str
    room: str
    initiator: str
    metadata: Mapping[str, object]
    recorder: Recorder | None = None
    ending: bool = False


class RecordingSessions:
    """`announce(room, status)` puts the status into the focus's presence in that room, for good."""

    def __init__(self, recorders: Sequence[Recorder], announce: Callable[[str, ET.Element], None]) -> None:
        self._recorders, self._announce = recorders, announce
        self._sessions: dict[str, _Session] = {}
        self._work: set[asyncio.Task[None]] = set()
        for recorder in recorders:
            recorder.on_end = self._ended

    def asked(self, iq: Iq, *, is_moderator: bool | None) -> None:
        """A request of somebody in a room; `is_moderator` None: nobody who is in there."""
        asked, room = iq.xml.find(f"{{{JIBRI}}}jibri"), iq["from"].bare
        action = asked.get("action")
        if not is_moderator:
            _refuse(iq, "forbidden" if is_moderator is None else "not-allowed")
        elif action == "start":
            self._start(iq, room, asked)
        elif action == "stop" and room in self._sessions:
            self._do(self._stop(iq, self._sessions[room]))
        else:
            _refuse(iq, "item-not-found" if action == "stop" else "bad-request")

    async def left(self, room: str) -> None:
        """The focus is out of the room: nobody records there any more."""
        session = self._sessions.pop(room, None)
        if session is not None and session.recorder is not None:
            await session.recorder.stop()

    async def close(self) -> None:
        """Ends every recording, in order."""
        for room in tuple(self._sessions):
            await self.left(room)
        await asyncio.gather(*self._work, return_exceptions=True)

    def _start(self, iq: Iq, room: str, asked: ET.Element) -> None:
        if room in self._sessions:
            _refuse(iq, "unexpected-request")
        elif asked.get("recording_mode") != "file":
            _refuse(iq, "bad-request")
        elif not any(recorder.is_there for recorder in self._recorders):
            _refuse(iq, "service-unavailable")
        elif (recorder := self._free()) is None:
            _refuse(iq, "resource-constraint")
        else:
            session = _Session(str(uuid.uuid4()), room, iq["from"].full, _metadata(asked))
            self._sessions[room] = session
            reply = iq.reply()
            ET.SubElement(reply.xml, f"{{{JIBRI}}}jibri", {"session_id": session.id})
            reply.send()
            self._do(self._record(session, recorder))

    def _free(self) -> Recorder | None:
        return next((recorder for recorder in self._recorders if recorder.is_free), None)

    async def _record(self, session: _Session, recorder: Recorder | None) -> None:
        while recorder is not None and self._is_on(session) and not session.ending:
            session.recorder = recorder
            try:
                await recorder.start(session.room, session.id, session.metadata)
            except RecorderFault:
                others = [r for r in self._recorders if r is not recorder and r.is_free]
                recorder = others[0] if others else None
                continue
            if self._is_on(session) and not session.ending:
                self._say(session, "on", session.initiator)
            return
        if not session.ending:
            self._over(session, "", "error")

    async def _stop(self, iq: Iq, session: _Session) -> None:
        if session.ending:
            iq.reply().send()
            return
        session.ending = True
        if session.recorder is not None:
            await session.recorder.stop()
        iq.reply().send()
        self._over(session, iq["from"].full)

    def _ended(self, session_id: str, failed: bool) -> None:
        session = next((one for one in self._sessions.values() if one.id == session_id), None)
        if session is None or session.ending:
            return
        following = self._free() if failed else None
        if following is not None:
            self._do(self._record(session, following))
        else:
            self._over(session, "", "error" if failed else "")

    def _is_on(self, session: _Session) -> bool:
        return self._sessions.get(session.room) is session

    def _over(self, session: _Session, by: str, failure: str = "") -> None:
        if self._is_on(session):
            del self._sessions[session.room]
            self._say(session, "off", by, failure)

    def _say(self, session: _Session, status: str, by: str, failure: str = "") -> None:
        words = {"status": status, "session_id": session.id, "recording_mode": "file"}
        more = {"initiator": by, "failure_reason": failure}
        words |= {name: value for name, value in more.items() if value}
        self._announce(session.room, ET.Element(f"{{{JIBRI}}}jibri-recording-status", words))

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)


def _metadata(asked: ET.Element) -> Mapping[str, object]:
    """`app_data.file_recording_metadata` of the client: Jibri copies it into its metadata."""
    try:
        said = json.loads(asked.get("app_data") or "{}")
    except ValueError:
        return {}
    kept = said.get("file_recording_metadata") if isinstance(said, dict) else None
    return kept if isinstance(kept, dict) else {}


def _refuse(iq: Iq, condition: str) -> None:
    reply = iq.reply()
    reply["type"] = "error"
    error = ET.SubElement(reply.xml, "{jabber:client}error", {"type": "auth" if condition in _AUTH else "cancel"})
    ET.SubElement(error, f"{{{_STANZAS}}}{condition}")
    reply.send()
