"""The agent's seat: a component that answers the shims' questions as a test says, and gives orders.

Not a stand-in for our agent: what is tested here is the Lua, and the other end of its wire is under the test's hand.
"""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from typing import Self, TypeVar

import slixmpp
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from tests.clients.base import LIMIT
from tests.prosody import Prosody

T = TypeVar("T")
GATE = "urn:portner:gate:1"
COMPONENT = "jabber:component:accept"
PING = "urn:xmpp:ping"
Question = dict[str, str]
Rule = Callable[[Question], str | Awaitable[str] | None]


def verdict(is_: str, inner: str = "", **attributes: str) -> str:
    """The XML of a verdict."""
    words = "".join(f" {name.replace('_', '-')}='{value}'" for name, value in attributes.items())
    return f"<verdict xmlns='{GATE}' is='{is_}'{words}>{inner}</verdict>"


STAFF = verdict("open", affiliation="owner", role="moderator", name="Vera Holm")
MEMBER = verdict("open", affiliation="member", role="participant", name="Anna Hansen")
REFUSE = verdict("refuse", type="cancel", condition="not-allowed", text="Nej")


def passes(question: Question) -> str:
    """Authenticates everybody: the token is the pass; "staff…" is staff."""
    token = question.get("token", "")
    if not token:
        return verdict("refuse", text="no pass")
    role = "staff" if token.startswith("staff") else "citizen"
    return verdict("open", **{"pass": token}, role=role, room="room1", name=f"Name of {token}")


class Seat:
    """One component connection. `rules[ask]` makes the verdict; without a rule the answer is refuse."""

    def __init__(self, prosody: Prosody, *, domain: str | None = None, secret: str | None = None) -> None:
        self.prosody = prosody
        self.domain = domain or prosody.lobby
        self.rules: dict[str, Rule] = {"authenticate": passes}
        self.questions: list[Question] = []
        self.tells: list[ET.Element] = []
        self.stanzas: list[ET.Element] = []
        self.pings = 0
        self.answer_pings = True
        self._changed = asyncio.Event()
        self._work: set[asyncio.Task[None]] = set()
        self._secret = secret or prosody.secret
        self._ids = 0
        self.disconnected = asyncio.Event()
        self.xmpp: slixmpp.ComponentXMPP = self._new_stream()

    def _new_stream(self) -> slixmpp.ComponentXMPP:
        xmpp = slixmpp.ComponentXMPP(
            self.domain, self._secret, "127.0.0.1", self.prosody.stock.component_port, fix_error_ns=True
        )
        for name in ("IM", "Presence"):
            xmpp.remove_handler(name)
        for kind in ("iq", "message", "presence"):
            xmpp.register_handler(Callback(f"all {kind}", MatchXPath(f"{{{COMPONENT}}}{kind}"), self._take))
        return xmpp

    async def connect(self) -> Self:
        """Connects; returns when Prosody took the handshake."""
        ready = asyncio.get_running_loop().create_future()

        def started(_: object) -> None:
            if not ready.done():
                ready.set_result(True)

        def ended(_: object) -> None:
            self.disconnected.set()
            if not ready.done():
                ready.set_result(False)

        self.xmpp.add_event_handler("session_start", started)
        self.xmpp.add_event_handler("disconnected", ended)
        self.disconnected.clear()
        self.xmpp.connect()
        async with asyncio.timeout(LIMIT):
            assert await ready, "the component was not let in"
        return self

    async def reconnect(self) -> None:
        """A new stream, as after a restart of the agent."""
        self.xmpp = self._new_stream()
        await self.connect()

    async def close(self) -> None:
        """Ends the stream."""
        for task in self._work:
            task.cancel()
        await self.xmpp.disconnect(wait=0.2, ignore_send_queue=True)

    async def abort(self) -> None:
        """Cuts the connection, as a killed process does; returns when Prosody has noticed."""
        begin = self.prosody.lines
        self.xmpp.abort()
        await self.prosody.logged(f"component disconnected: {self.domain}", begin=begin)

    async def __aenter__(self) -> Self:
        return await self.connect()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _take(self, stanza: slixmpp.stanza.rootstanza.RootStanza) -> None:
        xml: ET.Element = stanza.xml
        question, ping = xml.find(f"{{{GATE}}}question"), xml.find(f"{{{PING}}}ping")
        if ping is not None:
            self.pings += 1
            if self.answer_pings:
                self.reply(xml, "")
        elif question is not None:
            asked = dict(question.attrib) | {"host": xml.get("from", ""), "id": xml.get("id", "")}
            asked["xml"] = ET.tostring(question, "unicode")
            self.questions.append(asked)
            self._answer(xml, asked)
        elif (tell := xml.find(f"{{{GATE}}}tell")) is not None:
            self.tells.append(tell)
        self.stanzas.append(xml)
        self._changed.set()

    def _answer(self, iq: ET.Element, asked: Question) -> None:
        rule = self.rules.get(asked["ask"])
        answer = rule(asked) if rule is not None else REFUSE
        if isinstance(answer, str):
            self.reply(iq, answer)
        elif answer is not None:
            task = asyncio.ensure_future(self._answer_later(iq, answer))
            self._work.add(task)
            task.add_done_callback(self._work.discard)

    async def _answer_later(self, iq: ET.Element, answer: Awaitable[str]) -> None:
        self.reply(iq, await answer)

    def reply(self, iq: ET.Element, payload: str) -> None:
        """Sends the result of an IQ."""
        self.send(f"<iq type='result' from='{iq.get('to')}' to='{iq.get('from')}' id='{iq.get('id')}'>{payload}</iq>")

    def send(self, xml: str) -> None:
        """Puts this text on the wire."""
        self.xmpp.send_raw(xml)

    async def wait(self, look: Callable[[], T | None], seconds: float = LIMIT) -> T:
        """The first thing `look` finds that is not None or False; looked for after each stanza."""
        async with asyncio.timeout(seconds):
            while True:
                self._changed.clear()
                found = look()
                if found is not None and found is not False:
                    return found
                await self._changed.wait()

    async def asked(self, ask: str, count: int = 1) -> Question:
        """Question number `count` of that kind; waits for it."""

        def look() -> Question | None:
            of_kind = [question for question in self.questions if question["ask"] == ask]
            return of_kind[count - 1] if len(of_kind) >= count else None

        return await self.wait(look)

    def told(self, name: str) -> list[dict[str, str]]:
        """The attributes of all events of that name so far."""
        return [dict(event.attrib) for tell in self.tells for event in tell if event.tag == f"{{{GATE}}}{name}"]

    async def hears(self, name: str, **wanted: str) -> dict[str, str]:
        """The first event of that name with these attributes; waits for it."""
        wanted = {key.rstrip("_"): value for key, value in wanted.items()}
        return await self.wait(
            lambda: next((event for event in self.told(name) if wanted.items() <= event.items()), None)
        )

    async def request(self, to: str, payload: str, type_: str = "set") -> ET.Element:
        """Sends an IQ to a Prosody host; answers its result or error."""
        self._ids += 1
        ident = f"o{self._ids}"
        self.send(f"<iq type='{type_}' from='{self.domain}' to='{to}' id='{ident}'>{payload}</iq>")
        return await self.wait(
            lambda: next((xml for xml in self.stanzas if xml.get("id") == ident and xml.get("from") == to), None)
        )

    async def order(self, to: str, do: str, **attributes: str) -> ET.Element:
        """Gives an order; answers the IQ that comes back."""
        words = "".join(f" {name.rstrip('_')}='{value}'" for name, value in attributes.items())
        return await self.request(to, f"<order xmlns='{GATE}' do='{do}'{words}/>")

    async def snapshot(self, of: str, after: str = "0") -> ET.Element:
        """One page of a snapshot."""
        return await self.request(of, f"<snapshot xmlns='{GATE}' after='{after}'/>", "get")
