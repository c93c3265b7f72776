"""Orders and snapshot requests to Prosody: sent with a deadline, answered or given up, never sent late."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from xml.etree.ElementTree import Element

from xmpp_agent.edges.xmpp.stanzas import GATE, PING, tag
from xmpp_agent.ports import Inside, Unavailable

DEADLINE = 3.0
"""Seconds Prosody has to carry an order out."""


@dataclass(frozen=True, slots=True)
class _Asked:
    host: str
    answer: asyncio.Future[Element]
    read: Callable[[str, Element], None] | None


class Orders:
    """Implements `ports.Prosody`. Ids carry the connection's number: an answer to an older link's order is nobody's."""

    def __init__(self, own: str, users: str, rooms: str, recorders: str, put: Callable[[str], None]) -> None:
        self._own, self._users, self._rooms, self._recorders, self._put = own, users, rooms, recorders, put
        self._pending: dict[str, _Asked] = {}
        self._ids = count(1)

    def answered(self, stanza: Element) -> bool:
        """Take the answer to one of ours; False when it is none (wrong sender, unknown id)."""
        asked = self._pending.get(stanza.get("id", ""))
        if asked is None or asked.host != stanza.get("from"):
            return False
        del self._pending[stanza.get("id", "")]
        if asked.read is not None and stanza.get("type") == "result" and len(stanza):
            asked.read(asked.host, stanza[0])
        if not asked.answer.done():
            asked.answer.set_result(stanza)
        return True

    def link_down(self) -> None:
        """Nothing asked on the lost link will be answered."""
        for asked in self._pending.values():
            if not asked.answer.done():
                asked.answer.set_exception(Unavailable("link down"))
        self._pending.clear()

    async def ask(
        self, host: str, kind: str, inner: str, read: Callable[[str, Element], None] | None = None
    ) -> Element:
        """Send one IQ and return the payload of its result. Raises Unavailable on error, silence or a lost link.

        `read` is given the payload the moment it arrives, before any stanza behind it.
        """
        stanza = await self._answer(host, kind, inner, read)
        if stanza.get("type") != "result" or len(stanza) == 0:
            raise Unavailable("Prosody could not do it")
        return stanza[0]

    async def _answer(self, host: str, kind: str, inner: str, read: Callable[[str, Element], None] | None) -> Element:
        key = f"o{next(self._ids)}"
        future: asyncio.Future[Element] = asyncio.get_running_loop().create_future()
        self._pending[key] = _Asked(host, future, read)
        try:
            self._put(tag("iq", {"type": kind, "from": self._own, "to": host, "id": key}, inner))
            async with asyncio.timeout(DEADLINE):
                return await future
        except TimeoutError as late:
            raise Unavailable("no answer from Prosody") from late
        finally:
            self._pending.pop(key, None)

    async def confirm(self) -> None:
        """Return when Prosody has handled every stanza sent so far, which it does in order of arrival.

        Any answer to a ping (XEP-0199) shows it, also an error. Raises Unavailable on silence or a lost link.
        """
        await self._answer(self._users, "get", tag("ping", {"xmlns": PING}), None)

    async def invite(self, room: str, jid: str) -> None:
        """See `ports.Prosody`."""
        await self._order(self._rooms, "invite", room=room, jid=jid)

    async def kick(self, room: str, jid: str, text: str) -> tuple[Inside, ...]:
        """See `ports.Prosody`."""
        return _inside(await self._order(self._rooms, "kick", room=room, jid=jid, text=text))

    async def destroy(self, room: str, text: str) -> None:
        """See `ports.Prosody`."""
        await self._order(self._rooms, "destroy", room=room, text=text)

    async def turnover(self, room: str) -> tuple[Inside, ...]:
        """See `ports.Prosody`."""
        return _inside(await self._order(self._rooms, "turnover", room=room))

    async def stop_recording(self, room: str, text: str) -> tuple[Inside, ...]:
        """See `ports.Prosody`."""
        order = {"room": room, "recorder": self._recorders, "text": text}
        return _inside(await self._order(self._rooms, "stop-recording", **order))

    async def recall(self, pass_id: str, text: str) -> None:
        """See `ports.Prosody`."""
        await self._order(self._users, "recall", **{"pass": pass_id, "text": text})

    async def _order(self, host: str, do: str, **attributes: str) -> Element:
        done = await self.ask(host, "set", tag("order", {"xmlns": GATE, "do": do, **attributes}))
        if done.tag != f"{{{GATE}}}done":
            raise Unavailable("Prosody answered something else")
        return done


def _inside(done: Element) -> tuple[Inside, ...]:
    return tuple(
        Inside(e.get("jid", ""), e.get("nick", ""), e.get("pass", ""), e.get("role", ""))
        for e in done.iterfind(f"{{{GATE}}}in")
    )
