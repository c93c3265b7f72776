"""A stand-in for Jicofo, Jitsi's conference focus: as much of it as a Jitsi client needs to get into a room.

It answers the conference request (`http://jitsi.org/protocol/focus`) after having joined the asked room under
the nick `focus`, and leaves when the last person has left or when nobody came. Shaped after Jicofo's
`ConferenceIqHandler` with authentication and auto-owner switched off: it makes nobody a moderator, and, like
Jicofo, answers nothing when it cannot get into the room. Requests to record go to the recorders it was given
(`recording_sessions.py`). Demo and tests only; there is no media here.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from slixmpp import JID, ClientXMPP, Iq, Presence
from slixmpp.xmlstream import ET
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from xmpp_agent.demo.recording_sessions import JIBRI, Recorder, RecordingSessions

FOCUS = "http://jitsi.org/protocol/focus"
_MUC = "http://jabber.org/protocol/muc"
_FORM = "jabber:x:data"
_NICK = "focus"
_log = structlog.get_logger("portner.demo.focus")


@dataclass(slots=True)
class _Conference:
    """A room the focus sits in or is on its way into."""

    alone: asyncio.TimerHandle
    """Runs out when nobody comes (Jicofo's `initial-timeout`)."""
    inside: bool = False
    asked: list[Iq] = field(default_factory=list)
    """Requests to answer once inside."""
    people: dict[str, str] = field(default_factory=dict)
    """Nick and role of the others."""


class Focus:
    """The focus as an ordinary user of the server, without TLS: for loopback only.

    `jid` must be full (`focus@auth.D/focus`): clients send requests to it (`hosts.focus`). `patience`:
    how many seconds it sits alone in a room before it leaves. `recorders`: who records when a moderator asks for it.
    """

    def __init__(
        self, jid: str, password: str, port: int, patience: float = 15.0, recorders: Sequence[Recorder] = ()
    ) -> None:
        self._port = port
        self._patience = patience
        self._conferences: dict[str, _Conference] = {}
        self._recordings = RecordingSessions(recorders, self._announce)
        self._leaving: set[asyncio.Task[None]] = set()
        plain_enough = {"feature_mechanisms": {"unencrypted_scram": True}}
        self._xmpp = ClientXMPP(jid, password, plugin_config=plain_enough)
        self._xmpp.enable_starttls = self._xmpp.enable_direct_tls = False
        self._xmpp.enable_plaintext = True
        for roster_work in ("Presence", "IM"):
            self._xmpp.remove_handler(roster_work)
        request = MatchXPath(f"{{jabber:client}}iq/{{{FOCUS}}}conference")
        self._xmpp.register_handler(Callback("requests", request, self._asked))
        to_record = MatchXPath(f"{{jabber:client}}iq/{{{JIBRI}}}jibri")
        self._xmpp.register_handler(Callback("recordings", to_record, self._asked_to_record))
        self._xmpp.register_handler(Callback("rooms", MatchXPath("{jabber:client}presence"), self._seen))

    async def start(self, within: float = 10.0) -> None:
        """Returns when it can be asked. ConnectionError: refused by the server; TimeoutError: call `stop`."""
        settled, up = asyncio.Event(), asyncio.Event()
        for event, told in (("session_start", up), ("session_start", settled), ("failed_all_auth", settled)):
            self._xmpp.add_event_handler(event, lambda _, told=told: told.set())
        self._xmpp.connect("127.0.0.1", self._port)
        async with asyncio.timeout(within):
            await settled.wait()
        if not up.is_set():
            raise ConnectionError("the server refuses the focus's name or password")

    async def stop(self) -> None:
        """Ends every recording, and leaves every room by ending its stream."""
        await self._recordings.close()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        for conference in self._conferences.values():
            conference.alone.cancel()
        self._conferences.clear()
        self._xmpp.cancel_connection_attempt()
        await self._xmpp.disconnect()

    def _asked(self, iq: Iq) -> None:
        room = JID(iq.xml.find(f"{{{FOCUS}}}conference").get("room", "")).bare
        conference = self._conferences.get(room)
        if conference is None:
            conference = self._conferences[room] = _Conference(self._leave_later(room))
            self._presence(room, joining=True)
        elif not conference.people:
            conference.alone.cancel()
            conference.alone = self._leave_later(room)
        conference.asked.append(iq)
        if conference.inside:
            self._answer(room, conference)

    def _asked_to_record(self, iq: Iq) -> None:
        conference = self._conferences.get(iq["from"].bare)
        role = conference.people.get(iq["from"].resource) if conference is not None else None
        self._recordings.asked(iq, is_moderator=role == "moderator" if role is not None else None)

    def _announce(self, room: str, status: ET.Element) -> None:
        if room in self._conferences:
            presence = self._xmpp.make_presence(pto=f"{room}/{_NICK}")
            presence.xml.append(status)
            presence.send()

    def _answer(self, room: str, conference: _Conference) -> None:
        what = {"room": room, "ready": "true", "focusjid": self._xmpp.boundjid.bare}
        for iq in conference.asked:
            reply = iq.reply()
            answer = ET.SubElement(reply.xml, f"{{{FOCUS}}}conference", what)
            ET.SubElement(answer, f"{{{FOCUS}}}property", {"name": "authentication", "value": "false"})
            reply.send()
        conference.asked.clear()

    def _presence(self, room: str, *, joining: bool) -> None:
        presence = self._xmpp.make_presence(pto=f"{room}/{_NICK}", ptype=None if joining else "unavailable")
        if joining:
            ET.SubElement(presence.xml, f"{{{_MUC}}}x")
        presence.send()

    def _leave_later(self, room: str) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._patience, self._leave, room)

    def _leave(self, room: str) -> None:
        self._forget(room)
        self._presence(room, joining=False)

    def _forget(self, room: str) -> None:
        self._conferences.pop(room).alone.cancel()
        task = asyncio.get_running_loop().create_task(self._recordings.left(room))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    def _seen(self, presence: Presence) -> None:
        room, nick = presence["from"].bare, presence["from"].resource
        conference = self._conferences.get(room)
        if conference is None:
            return
        if nick == _NICK:
            self._seen_self(room, conference, presence)
        elif presence["type"] == "unavailable":
            conference.people.pop(nick, None)
            if not conference.people:
                self._leave(room)
        else:
            item = presence.xml.find(f"{{{_MUC}#user}}x/{{{_MUC}#user}}item")
            conference.people[nick] = item.get("role", "") if item is not None else ""
            conference.alone.cancel()

    def _seen_self(self, room: str, conference: _Conference, presence: Presence) -> None:
        kind = presence["type"]
        if kind == "error" or (kind == "unavailable" and conference.inside):
            _log.warning("focus is not in the room", room=room, kind=kind)
            self._forget(room)
        elif kind != "unavailable":  # which, from outside, is the echo of a leave that a new request overtook
            if any(status.get("code") == "201" for status in presence.xml.iter(f"{{{_MUC}#user}}status")):
                self._configure(room)
            conference.inside = True
            self._answer(room, conference)

    def _configure(self, room: str) -> None:
        """Submits the owner form as Jicofo does (everybody sees real JIDs); until then the room is locked."""
        iq = self._xmpp.make_iq_set(ito=room)
        query = ET.SubElement(iq.xml, f"{{{_MUC}#owner}}query")
        form = ET.SubElement(query, f"{{{_FORM}}}x", {"type": "submit"})
        for var, value in (("FORM_TYPE", f"{_MUC}#roomconfig"), ("muc#roomconfig_whois", "anyone")):
            line = ET.SubElement(form, f"{{{_FORM}}}field", {"var": var})
            ET.SubElement(line, f"{{{_FORM}}}value").text = value
        self._xmpp.send(iq)
