"""Reads tells and snapshot pages, and notices when one is missing (epoch and seq of docs/gate-protocol.md)."""

import asyncio
from xml.etree.ElementTree import Element

from xmpp_agent.edges.xmpp.orders import Orders
from xmpp_agent.edges.xmpp.stanzas import GATE, tag
from xmpp_agent.flows.follow import Told
from xmpp_agent.flows.resync import Seen, SeenGone, SeenRoom, SeenSession
from xmpp_agent.ports import Inside, Unavailable

MOST_PAGES = 1000
"""400 entries a page; more pages than this is no answer but a loop."""


class Picture:
    """What was seen since the link came up, in stream order, and where each host's tells stand."""

    def __init__(self, orders: Orders, hosts: tuple[str, ...]) -> None:
        self._orders, self._hosts = orders, hosts
        self._at: dict[str, tuple[str, int]] = {}
        self._seen: list[Seen] | None = None

    def told(self, host: str, tell: Element, now: float) -> list[Told] | None:
        """The events of a tell; None when one before it is missing. While the picture is taken they are part of it."""
        epoch, seq = tell.get("epoch", ""), _number(tell.get("seq", ""))
        known = self._at.get(host)
        if known is not None and known != (epoch, seq - 1):
            return None
        if known is not None:
            self._at[host] = (epoch, seq)
        events = [_told(event, now) for event in tell]
        if self._seen is None:
            return events
        self._seen.extend(events)
        return []

    async def take(self) -> list[Seen]:
        """Ask every host for all its pages, side by side. Raises Unavailable when one cannot answer."""
        self._at.clear()
        seen: list[Seen] = []
        self._seen = seen
        try:
            async with asyncio.TaskGroup() as hosts:
                for host in self._hosts:
                    hosts.create_task(self._pages(host))
        except* Unavailable as missing:
            raise Unavailable("no whole picture") from missing
        finally:
            self._seen = None
        return seen

    async def _pages(self, host: str) -> None:
        after = "0"
        for _ in range(MOST_PAGES):
            page = await self._orders.ask(host, "get", tag("snapshot", {"xmlns": GATE, "after": after}), self._read)
            following = page.get("next")
            if following is None:
                return
            after = following
        raise Unavailable("snapshot without end")

    def _read(self, host: str, page: Element) -> None:
        """Take a page in at its place in the stream, before anything behind it is looked at."""
        if self._seen is None:
            return
        self._at[host] = (page.get("epoch", ""), _number(page.get("seq", "")))
        self._seen.extend(item for item in map(_entry, page) if item is not None)


def _entry(element: Element) -> Seen | None:
    name = element.tag.removeprefix(f"{{{GATE}}}")
    if name == "room":
        inside = tuple(
            Inside(e.get("jid", ""), e.get("nick", ""), e.get("pass", ""), e.get("role", "")) for e in element
        )
        said = (element.get("recording", ""), element.get("session", ""), element.get("meeting", ""))
        return SeenRoom(element.get("jid", ""), inside, *said)
    if name == "session":
        at = tuple((e.get("lobby", ""), float(e.get("since", "0"))) for e in element)
        return SeenSession(element.get("jid", ""), element.get("pass", ""), at)
    if name == "gone":
        return SeenGone(element.get("at", ""))
    return None


def _told(event: Element, now: float) -> Told:
    return Told(
        event=event.tag.removeprefix(f"{{{GATE}}}"),
        at=now,
        room=event.get("room", ""),
        jid=event.get("jid", ""),
        nick=event.get("nick", ""),
        pass_id=event.get("pass", ""),
        why=event.get("why", "") or event.get("is", ""),
        session=event.get("session", ""),
        meeting=event.get("meeting", ""),
    )


def _number(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() else -1
