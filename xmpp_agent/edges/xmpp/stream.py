"""The component's stream: connects, notices a half-open link, reconnects, stands by while another agent is in."""

import asyncio
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import structlog
from slixmpp.componentxmpp import ComponentXMPP

from xmpp_agent.edges.xmpp.stanzas import COMPONENT
from xmpp_agent.ports import Unavailable

FIRST_DELAY = 0.1
LONGEST_DELAY = 0.5
"""Seconds between attempts; slixmpp's own back-off grows to 300 s, far too slow for a door (measured)."""
PATIENCE_OF_PROSODY = 3.0
"""Seconds after which Prosody gives the slot away when a ping is not answered."""
SILENCE = 4.0
"""Seconds without Prosody's ping after which the link is held for dead (docs/gate-protocol.md)."""

log = structlog.get_logger("xmpp.stream")
_STANZAS = frozenset(f"{{{COMPONENT}}}{name}" for name in ("iq", "message", "presence"))


class GateStream(ComponentXMPP):  # type: ignore[misc]  # slixmpp is not typed
    """One XEP-0114 connection at a time; stanzas go to `on_stanza` as plain elements, in the order of the wire.

    `on_up` and `on_down` bracket each connection; what is sent in between belongs to that connection alone, because
    slixmpp's queue (which would deliver stale stanzas after a reconnection) is not used.
    """

    def __init__(
        self,
        domain: str,
        secret: str,
        host: str,
        port: int,
        on_stanza: Callable[[Element], None],
        on_up: Callable[[bool], None],
        on_down: Callable[[str], None],
    ) -> None:
        super().__init__(domain, secret, host, port, fix_error_ns=True)
        self._on_stanza, self._on_up, self._on_down = on_stanza, on_up, on_down
        self._up = False
        self._heard_at = self._listened_at = 0.0
        self._slept = False
        self._delay = FIRST_DELAY
        self._wanted = False
        self._timers: set[asyncio.TimerHandle] = set()
        self.standby = False
        """Another agent holds the slot, by Prosody's last word; what this one knows grows old."""
        for name in ("Presence", "IM"):  # slixmpp's roster of everybody ever seen grows for ever (measured)
            self.remove_handler(name)
        self.add_event_handler("session_start", self._session_start)
        self.add_event_handler("disconnected", self._disconnected)
        self.add_event_handler("connection_failed", self._connection_failed)
        self.add_event_handler("stream_error", self._stream_error)

    @property
    def is_up(self) -> bool:
        """Whether stanzas can be sent now."""
        return self._up

    def start(self) -> None:
        """Connect, and keep connecting until `stop`."""
        self._wanted = True
        self._connect()

    async def stop(self) -> None:
        """Close the stream and stay away."""
        self._wanted = False
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.cancel_connection_attempt()
        if self.transport is not None:
            await self.disconnect(wait=0.5)
        filters = self._run_out_filters
        if filters is not None:
            filters.cancel()
            await asyncio.gather(filters, return_exceptions=True)

    def put(self, stanza: str) -> None:
        """Send now, on this connection. Raises Unavailable when there is none."""
        if not self._up:
            raise Unavailable("link down")
        self.send_raw(stanza)

    def heard(self) -> None:
        """Prosody's ping arrived."""
        self._heard_at = self.loop.time()

    def _spawn_event(self, xml: Element) -> None:
        if xml.tag in _STANZAS and self._up:
            self._on_stanza(xml)
        else:
            super()._spawn_event(xml)

    def _session_start(self, _: Any) -> None:
        elsewhere, self.standby, self._slept = self.standby or self._slept, False, False
        self._up, self._delay = True, FIRST_DELAY
        self._heard_at = self._listened_at = self.loop.time()
        self._later(1.0, self._listen)
        log.info("link_up")
        self._on_up(elsewhere)

    def _listen(self) -> None:
        """Each second while up. A second that took longer than Prosody's patience means that this process stood
        still: another agent may have come and gone in it without a word reaching us.
        """
        late = self.loop.time() - self._listened_at > PATIENCE_OF_PROSODY
        self._listened_at = self.loop.time()
        self._slept = self._slept or late
        if not self._up:
            return
        if self.loop.time() - self._heard_at > SILENCE:
            self._slept = True
            log.warning("link_silent")
            self.abort()
            return
        self._later(1.0, self._listen)

    def _stream_error(self, stanza: Any) -> None:
        condition = stanza["condition"]
        self.standby = self.standby or condition == "conflict"
        log.warning("stream_error", condition=condition)

    def _disconnected(self, _: Any) -> None:
        if self._up:
            self._up = False
            log.warning("link_down")
            self._on_down("standby" if self.standby else "lost")
        self._again()

    def _connection_failed(self, _: Any) -> None:
        self._nobody_there()
        self.cancel_connection_attempt()
        self._again()

    def _again(self) -> None:
        if self._wanted:
            self._later(self._delay, self._connect)
            self._delay = min(self._delay * 2, LONGEST_DELAY)

    def _connect(self) -> None:
        if self._wanted and self.transport is None:
            self.connect()
            self._later(SILENCE, self._give_up)

    def _give_up(self) -> None:
        """A connection that never became a stream (a port that answers, a Prosody that hangs) is tried anew."""
        if not self._up and self.transport is not None:
            log.warning("no_stream")
            self._nobody_there()
            self.abort()

    def _nobody_there(self) -> None:
        """Without Prosody no other agent is at the door, either; what this one knows is as old as before."""
        self._slept, self.standby = self._slept or self.standby, False

    def _later(self, seconds: float, act: Callable[[], Any]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            act()

        timer = self.loop.call_later(seconds, run)
        self._timers.add(timer)
