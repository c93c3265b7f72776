"""The agent's seat in Prosody: takes every stanza of the stream, in order, and hands it to whom it concerns."""

import asyncio
import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from xml.etree.ElementTree import Element

import structlog

from xmpp_agent.edges.xmpp.gate import Gate
from xmpp_agent.edges.xmpp.lobby import LobbyIn
from xmpp_agent.edges.xmpp.orders import Orders
from xmpp_agent.edges.xmpp.picture import Picture
from xmpp_agent.edges.xmpp.stanzas import COMPONENT, GATE, PING, child, error, result
from xmpp_agent.edges.xmpp.stream import GateStream
from xmpp_agent.flows.follow import Told, follow
from xmpp_agent.flows.house import House, node_of
from xmpp_agent.flows.resync import look_up_names, rebuild
from xmpp_agent.model.people import PassRecord
from xmpp_agent.ports import Unavailable

log = structlog.get_logger("xmpp.component")
BETWEEN_TRIES = 0.2
"""Seconds between attempts to take the picture."""
MOST_HELD = 20_000
"""Stanzas kept while the picture is taken; a flood beyond that is dropped (Prosody refuses what is not answered)."""


@contextmanager
def _collector_asleep() -> Iterator[None]:
    """A picture of 10,000 rooms is 100,000 new objects and no garbage: looking for some takes an eighth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Component:
    """Everything between the stream and the flows. `on_link` is told `live`, `resyncing`, `lost` or `standby`.

    While the picture is taken, whatever needs a decision is held in order of arrival and handled right after.
    """

    def __init__(
        self,
        house: House,
        stream: GateStream,
        orders: Orders,
        lobby: LobbyIn,
        on_link: Callable[[str], None],
    ) -> None:
        self._house, self._stream, self._orders, self._lobby = house, stream, orders, lobby
        self._gate = Gate(house, stream.put)
        names = house.addresses
        self._hosts = (names.users, names.rooms, *sorted(names.more_rooms))
        self._picture = Picture(orders, self._hosts)
        self._held: list[Callable[[], None]] | None = []
        self._resync: asyncio.Task[None] | None = None
        self._on_link = on_link

    @property
    def is_live(self) -> bool:
        """Whether the agent sees Prosody as it is now."""
        return self._held is None

    def up(self, after_standby: bool) -> None:
        """The stream is there: take the picture before anything is decided.

        After another agent was at the door nothing this one knew holds any more.
        """
        if after_standby:
            self._house.forget_everything()
        self._take_anew()

    def down(self, why: str) -> None:
        """The stream is gone, and with it whatever waited for an answer on it."""
        self._held = []
        self._orders.link_down()
        if self._resync is not None:
            self._resync.cancel()
        self._on_link(why)

    async def close(self) -> None:
        """End what is under way."""
        if self._resync is not None:
            self._resync.cancel()
            await asyncio.gather(self._resync, return_exceptions=True)

    def stanza(self, xml: Element) -> None:
        """One stanza of the stream."""
        self._act(lambda: self._sort(xml, xml.tag.removeprefix(f"{{{COMPONENT}}}")))

    def _act(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Unavailable:
            log.info("answer_dropped")
        except Exception as error:  # one stanza's fault costs neither the link nor the stanzas behind it
            log.error("stanza_failed", exc_info=error)

    def _sort(self, xml: Element, kind: str) -> None:
        tell = child(xml, GATE, "tell") if kind == "message" else None
        if tell is not None and xml.get("from") in self._hosts:
            self._told(xml.get("from", ""), tell)
        elif kind == "presence":
            self._when_live(lambda: self._lobby.presence(xml))
        elif kind == "message":
            self._when_live(lambda: self._lobby.message(xml))
        elif xml.get("type") in ("result", "error"):
            self._orders.answered(xml)
        else:
            self._asked(xml)

    def _asked(self, xml: Element) -> None:
        question = child(xml, GATE, "question")
        if question is not None:
            now = self._house.clock.now()
            self._when_live(lambda: self._gate.asked(xml, question, now))
        elif xml.get("from") == self._house.addresses.users and child(xml, PING, "ping") is not None:
            self._stream.heard()
            self._stream.put(result(xml))
        elif len(xml) == 0:
            self._stream.put(error(xml, "modify", "bad-request"))
        else:
            self._when_live(lambda: self._lobby.iq(xml))

    def _told(self, host: str, tell: Element) -> None:
        events = self._picture.told(host, tell, self._house.clock.now())
        if events is None:
            log.warning("tell_missing", host=host)
            self._take_anew()
            return
        for event in events:
            self._when_live(lambda event=event: self._follow(event))  # type: ignore[misc]  # bound now, called later

    def _follow(self, told: Told) -> None:
        if told.event == "closed":
            self._house.disconnect(told.jid.partition("@")[0])
        elif told.event in ("asleep", "awake"):
            return
        elif not self._house.lanes.put(node_of(told.room), lambda: self._followed(told)):
            self._take_anew()  # the lane is full: the picture shows what it did not hear of

    async def _followed(self, told: Told) -> None:
        try:
            await follow(self._house, told)
        except Unavailable:
            if told.event != "recording":
                raise
            log.warning("recording_not_kept")
            self._take_anew()  # the focus says it once; the picture says it again until it is written down

    def _when_live(self, act: Callable[[], None]) -> None:
        if self._held is None:
            act()
        elif len(self._held) < MOST_HELD:
            self._held.append(act)

    def _take_anew(self) -> None:
        if self._held is None:
            self._held = []
        if self._resync is not None:
            self._resync.cancel()
        self._on_link("resyncing")
        self._resync = asyncio.get_running_loop().create_task(self._take_picture())

    async def _take_picture(self) -> None:
        while self._stream.is_up:
            try:
                with _collector_asleep():
                    seen = await self._picture.take()
                    await self._house.lanes.quiet()
                    records = await rebuild(self._house, seen)
            except Unavailable:
                log.warning("resync_failed")
            except Exception as error:  # were this task to end here, the door would stay shut unsaid
                log.error("resync_broken", exc_info=error)
            else:
                self._go_live()
                await self._look_up_names(records)
                return
            await asyncio.sleep(BETWEEN_TRIES)

    def _go_live(self) -> None:
        held, self._held = self._held or [], None
        self._on_link("live")
        for act in held:
            self._act(act)

    async def _look_up_names(self, records: Mapping[str, PassRecord]) -> None:
        try:
            await look_up_names(self._house, records)
        except Unavailable:
            log.warning("names_unknown")  # the console shows a dash; the door does not need them
