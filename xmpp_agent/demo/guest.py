"""Somebody at a Jitsi client, as far as XMPP goes: does what that client does by itself, and what they are told to.

By itself: knocks when shown to the waiting room (unless `hesitates`), comes when asked in, leaves the waiting room
once inside; staff take the desk there. TCP without TLS, for loopback only.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import slixmpp
from slixmpp.xmlstream.stanzabase import StanzaBase

from xmpp_agent.demo.sightings import FOCUS, Reader, Sighting, What

_SOON = 10.0
_STANZAS = frozenset(f"{{jabber:client}}{kind}" for kind in ("iq", "message", "presence"))
_MUC = "http://jabber.org/protocol/muc"
_NICK = "http://jabber.org/protocol/nick"
Told = Callable[[str, Sighting], None]


class GuestFault(Exception):
    """A client that got no answer it must get; the text says which."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the door is: the domains of a Jitsi, the focus, and the port for clients."""

    domain: str
    rooms: str
    lobby: str
    focus: str
    port: int


class Guest:
    """One person with one client. `told` hears everything that happens to them."""

    def __init__(self, name: str, door: Door, node: str, told: Told, *, hesitates: bool = False) -> None:
        self.name = name
        self._door, self._told, self._hesitates = door, told, hesitates
        nick = secrets.token_hex(4)
        self.room, self.lobby = f"{node}@{door.rooms}", f"{node}@{door.lobby}"
        self._seat, self._place = f"{self.room}/{nick}", f"{self.lobby}/{secrets.token_hex(4)}"
        self._reader = Reader(self._seat, self._place)
        self._in_lobby = False
        self._ending = False
        self._listed: dict[str, str] = {}
        self._work: set[asyncio.Task[None]] = set()
        self.fault: BaseException | None = None
        self._xmpp: slixmpp.ClientXMPP | None = None

    @property
    def waiting_list(self) -> tuple[str, ...]:
        """Staff: the names on the waiting list, in the order they came on it."""
        return tuple(self._listed)

    async def log_in(self, token: str) -> bool:
        """Log in with a pass; False when it is refused, which is told as well."""
        xmpp = _client(self._door.domain, token)
        settled: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def settle(done: bool) -> Callable[[object], None]:
            return lambda _: None if settled.done() else settled.set_result(done)

        xmpp.add_event_handler("session_start", settle(True))
        xmpp.add_event_handler("failed_all_auth", settle(False))
        xmpp.add_event_handler("disconnected", settle(False))
        xmpp.add_filter("in", self._heard)
        self._xmpp = xmpp
        xmpp.connect("127.0.0.1", self._door.port)
        try:
            async with asyncio.timeout(_SOON):
                entered = await settled
        except TimeoutError:
            raise GuestFault(f"{self.name}: no answer to the login") from None
        if not entered:
            await self.hang_up()
            self._told(self.name, Sighting(What.LOGIN_REFUSED))
            return False
        xmpp.add_event_handler("disconnected", lambda _: self._cut_off())
        return True

    async def come(self) -> None:
        """Ask the focus for the room and, unless that is refused (which is told), try the door."""
        request = f"<conference xmlns='http://jitsi.org/protocol/focus' room={quoteattr(self.room)}/>"
        refused = await self._ask(self._door.focus, "set", request)
        if refused:
            self._told(self.name, Sighting(What.TURNED_BACK, refused))
        else:
            await self.try_door()

    async def try_door(self) -> None:
        """Try the door without asking the focus first."""
        self._send(f"<presence to={quoteattr(self._seat)}><x xmlns='{_MUC}'/></presence>")

    async def knock(self) -> None:
        """Ask to join, on the lobby screen: under the name somebody typed there, which nobody may ever read."""
        self._enter_lobby(f"<nick xmlns='{_NICK}'>Kong Gulerod</nick>")

    async def ask_in(self, *names: str) -> None:
        """Staff press Admit for people on the waiting list, by the names shown there."""
        jids = [jid for name in names for shown, jid in self._listed.items() if shown == name]
        if len(jids) != len(names):
            raise GuestFault(f"{self.name} does not see all of them on the waiting list: {', '.join(names)}")
        invites = "".join(f"<invite to={quoteattr(jid)}/>" for jid in jids)
        x = f"<x xmlns='{_MUC}#user'>{invites}</x>"
        self._send(f"<message to={quoteattr(self.room)} id='{secrets.token_hex(4)}'>{x}</message>")

    async def write(self, words: str) -> None:
        """Write in the lobby chat; from a waiting person it goes to staff."""
        line = escape(json.dumps({"type": "LOBBY_CHAT_MESSAGE", "message": words}, ensure_ascii=False))
        box = f"<json-message xmlns='http://jitsi.org/jitmeet'>{line}</json-message>"
        self._send(f"<message to={quoteattr(self.lobby)} type='groupchat'>{box}</message>")

    async def say(self, words: str) -> None:
        """Write in the meeting's own chat."""
        self._send(f"<message to={quoteattr(self.room)} type='groupchat'><body>{escape(words)}</body></message>")

    async def record(self, action: str) -> str:
        """Press record (`start`), or once more (`stop`): the condition of a refusal, or "" when the focus does it."""
        asked = f"<jibri xmlns='http://jitsi.org/protocol/jibri' action={quoteattr(action)} recording_mode='file'/>"
        return await self._ask(f"{self.room}/{FOCUS}", "set", asked)

    async def leave(self) -> None:
        """Press the red button: out of meeting and waiting room, still connected."""
        if self._in_lobby:
            self._leave_lobby()
        if self._reader.inside:
            self._send(f"<presence to={quoteattr(self._seat)} type='unavailable'/>")

    async def caught_up(self) -> None:
        """Return when Prosody and the agent have dealt with everything sent before, and everything of it arrived."""
        if self._xmpp is None or self._ending:
            return
        for place in (self._door.lobby, self._door.domain):
            refused = await self._ask(place, "get", "<query xmlns='http://jabber.org/protocol/disco#info'/>")
            if refused:
                raise GuestFault(f"{self.name}: {place} answered {refused}")
        if self.fault is not None:
            raise GuestFault(f"{self.name}: {self.fault}") from self.fault

    async def hang_up(self) -> None:
        """Close the browser: the stream ends, and nothing that comes of it is told."""
        self._ending = True
        for task in tuple(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        if self._xmpp is not None:
            self._xmpp.cancel_connection_attempt()
            await self._xmpp.disconnect(wait=0.5, ignore_send_queue=True)

    def _heard(self, stanza: StanzaBase) -> StanzaBase:
        if stanza.xml.tag in _STANZAS and not self._ending:
            sighting = self._reader.read(stanza.xml)
            if sighting is not None:
                self._listing(stanza, sighting)
                self._told(self.name, sighting)
                self._react(sighting)
        return stanza

    def _listing(self, stanza: StanzaBase, sighting: Sighting) -> None:
        if sighting.what is What.LISTED:
            item = stanza.xml.find(f"{{{_MUC}#user}}x/{{{_MUC}#user}}item")
            self._listed.pop(sighting.about, None)
            self._listed[sighting.about] = item.get("jid", "") if item is not None else ""
        elif sighting.what is What.UNLISTED:
            self._listed.pop(sighting.about, None)

    def _react(self, sighting: Sighting) -> None:
        what = sighting.what
        if what is What.SENT_TO_LOBBY and not self._hesitates:
            self._start(self.knock())
        elif what is What.INSIDE and sighting.about == "moderator":
            self._enter_lobby()
        elif what is What.ASKED_IN:
            self._start(self.come())
        elif what is What.INSIDE and self._in_lobby:
            self._leave_lobby()
        elif what in (What.TOLD, What.TURNED_AWAY):
            self._in_lobby = False

    def _enter_lobby(self, extra: str = "") -> None:
        self._in_lobby = True
        self._send(f"<presence to={quoteattr(self._place)}><x xmlns='{_MUC}'/>{extra}</presence>")

    def _leave_lobby(self) -> None:
        self._in_lobby = False
        self._send(f"<presence to={quoteattr(self._place)} type='unavailable'/>")

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.fault = task.exception()

    def _cut_off(self) -> None:
        if not self._ending:
            self._told(self.name, Sighting(What.CUT_OFF))

    def _send(self, xml: str) -> None:
        if self._xmpp is None:
            raise GuestFault(f"{self.name} is not connected")
        self._xmpp.send_raw(xml)

    async def _ask(self, to: str, kind: str, payload: str) -> str:
        """Send a question; the error's condition, or "" when it was answered. Raises GuestFault when it was not."""
        if self._xmpp is None:
            raise GuestFault(f"{self.name} is not connected")
        iq = self._xmpp.make_iq(ifrom=None, ito=to, itype=kind)
        iq.xml.append(slixmpp.xmlstream.ET.fromstring(payload))
        try:
            await iq.send(timeout=_SOON)
        except slixmpp.exceptions.IqError as error:
            return str(error.condition)
        except slixmpp.exceptions.IqTimeout:
            raise GuestFault(f"{self.name}: {to} did not answer") from None
        return ""


def _client(domain: str, token: str) -> slixmpp.ClientXMPP:
    plain_enough = {"feature_mechanisms": {"unencrypted_plain": True}}
    xmpp = slixmpp.ClientXMPP(f"guest@{domain}", token, sasl_mech="PLAIN", plugin_config=plain_enough)
    xmpp.enable_starttls = xmpp.enable_direct_tls = False
    xmpp.enable_plaintext = True
    for roster_work in ("IM", "Presence"):
        xmpp.remove_handler(roster_work)
    return xmpp
