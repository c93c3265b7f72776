"""A stand-in for Jicofo, Jitsi's conference focus: as much of it as a Jitsi client needs to get into a room.

It answers the conference request (`http://jitsi.org/protocol/focus`) after having joined the asked room under
the nick `focus`, and leaves when the last person has left or when nobody came. Shaped after Jicofo's
`ConferenceIqHandler` with authentication and auto-owner switched off: it makes nobody a moderator, and, like
Jicofo, answers nothing when it cannot get into the room. Demo and tests only; there is no media here.
"""

import asyncio
from dataclasses import dataclass, field

import structlog
from slixmpp import JID, ClientXMPP, Iq, Presence
from slixmpp.xmlstream import ET
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

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
    people: set[str] = field(default_factory=set)
    """Nicks of the others."""


class Focus:
    """The focus as an ordinary user of the server, without TLS: for loopback only.

    `jid` must be full (`focus@auth.D/focus`): clients send requests to it (`hosts.focus`). `patience`:
    how many seconds it sits alone in a room before it leaves.
    """

    def __init__(self, jid: str, password: str, port: int, patience: float = 15.0) -> None:
        self._port = port
        self._patience = patience
        self._conferences: dict[str, _Conference] = {}
        plain_enough = {"feature_mechanisms": {"unencrypted_scram": True}}
        self._xmpp = ClientXMPP(jid, password, plugin_config=plain_enough)
        self._xmpp.enable_starttls = self._xmpp.enable_direct_tls = False
        self._xmpp.enable_plaintext = True
        for roster_work in ("Presence", "IM"):
            self._xmpp.remove_handler(roster_work)
        request = MatchXPath(f"{{jabber:client}}iq/{{{FOCUS}}}conference")
        self._xmpp.register_handler(Callback("requests", request, self._asked))
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
        """Leaves every room by ending its stream."""
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

    def _seen(self, presence: Presence) -> None:
        room, nick = presence["from"].bare, presence["from"].resource
        conference = self._conferences.get(room)
        if conference is None:
            return
        if nick == _NICK:
            self._seen_self(room, conference, presence)
        elif presence["type"] == "unavailable":
            conference.people.discard(nick)
            if not conference.people:
                self._leave(room)
        else:
            conference.people.add(nick)
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
