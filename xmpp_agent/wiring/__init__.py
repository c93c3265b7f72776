"""Puts the agent together and runs it: the only file that knows everything."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count

import structlog
import uvloop
from fastapi import FastAPI

from xmpp_agent.delivery import lists_follow
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.keys.files import KeyFault, read_secret
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.edges.logs import set_up_logs
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.edges.store.sqlite.file import DatabaseFault
from xmpp_agent.edges.web.alert_desk import add_alerts
from xmpp_agent.edges.web.app import console_app
from xmpp_agent.edges.web.audit_desk import add_audit
from xmpp_agent.edges.web.desk import Desk
from xmpp_agent.edges.web.door import Door
from xmpp_agent.edges.web.door_desk import DoorDesk
from xmpp_agent.edges.web.door_routes import add_door
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.numbers import add_numbers
from xmpp_agent.edges.web.office_desk import OfficeDesk, add_office
from xmpp_agent.edges.web.people import add_people
from xmpp_agent.edges.web.recordings import add_recordings
from xmpp_agent.edges.web.room_list import RoomList
from xmpp_agent.edges.web.server import SocketFault, SocketServer
from xmpp_agent.edges.web.site.server import SiteFault
from xmpp_agent.edges.xmpp.component import Component
from xmpp_agent.edges.xmpp.lobby import LobbyIn
from xmpp_agent.edges.xmpp.lobby_out import LobbyOut
from xmpp_agent.edges.xmpp.orders import Orders
from xmpp_agent.edges.xmpp.stream import GateStream
from xmpp_agent.flows import rebooking
from xmpp_agent.flows.booking import By
from xmpp_agent.flows.came_with import CameWith
from xmpp_agent.flows.house import Addresses, Change, House
from xmpp_agent.flows.lanes import Lanes
from xmpp_agent.flows.notices import tell_places
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.passing_time import due, pass_time, tidy
from xmpp_agent.flows.withdraw import cancel_appointment, revoke_pass
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.settings import Settings, SettingsFault
from xmpp_agent.wire import Link, Note
from xmpp_agent.wiring.console import console_audit, console_numbers, console_recordings, recording_desk
from xmpp_agent.wiring.privacy import Forgetting
from xmpp_agent.wiring.site import Inside, Site, open_site

TICK = 1.0
"""Seconds between looks at what time alone brings about."""
TIDY = 60
"""Ticks between tidyings."""
LOOK_AGAIN = 15
"""Ticks between looks at hotline and invitations: time changes them, and commands outside the agent do."""
JUDGED_WITHIN = 10
"""Ticks within which each waiting person is judged anew for the console."""
log = structlog.get_logger("agent")


class Agent:
    """One agent: a house, its seat in Prosody, its console server, its clockwork."""

    site: Site | None = None
    """The pages and booking."""

    def __init__(self, settings: Settings, passes: SignedPasses, database: Database, secret: str) -> None:
        self._settings = settings
        self._clock = SystemClock()
        self._link_state, self._link_since = "lost", self._clock.now()
        self._seeing = asyncio.Event()
        self._clockwork: asyncio.Task[None] | None = None
        orders = Orders(settings.lobby, settings.domain, settings.muc, settings.recorder_domain, self._put)
        out = LobbyOut(settings.lobby, self._put)
        self.house = _house(settings, self._clock, passes, database, orders, out)
        self._stream = self._seat(secret)
        self.component = Component(self.house, self._stream, orders, LobbyIn(self.house, out, self._put), self._link)
        self.rooms = RoomList(self.house, settings.shard)
        self.feed = Feed(settings.shard, self.rooms.row, self._clock.now)
        self.recordings = console_recordings(settings.shard, database, self.feed, self._clock, _report)
        is_live, is_standby = lambda: self.component.is_live, lambda: self._stream.standby
        told = console_numbers(self.house, database, self.feed, settings.shard, self.recordings, is_live, _report)
        self.numbers, self.alerts, self._alerted_by = told.board, told.alerts, told.sources
        lists = (self.recordings, self.numbers, self.alerts)
        self.desk = Desk(self.house, self.feed, self.link, self.rooms, orders.confirm, self.cancel, *lists)
        self.audit, self._audit_desk = console_audit(database, self.feed, self._clock, _report)
        self.desk.audit = self.audit
        self.door = DoorDesk(self.desk, self.house)
        self.recording_desk = recording_desk(database, self._clock, self._appointment_changed, self.recordings)
        elsewhere = self._console()
        self.inside = Inside(self.house, passes, is_live, is_standby, orders.confirm, _report, elsewhere)
        self._forgetting = Forgetting(self.house, database, _report, self._look_anew)
        here = self._console()
        add_people(here, self._forgetting.erase, self._forgetting.sign_out)
        self._consoles = (here, elsewhere)
        self._server = SocketServer(Door(here, settings.supervisors), settings.socket)
        looks = CameWith(self.house, database.visitors).watch
        watchers = (partial(lists_follow, self.house), partial(tell_places, self.house), looks, self._changed)
        self.house.on_change.extend(watchers)
        self.house.on_note.append(self._note)

    def _seat(self, secret: str) -> GateStream:
        """The stream, which meets its component only when the first stanza comes."""
        return GateStream(
            self._settings.lobby,
            secret,
            self._settings.component_host,
            self._settings.component_port,
            on_stanza=lambda xml: self.component.stanza(xml),
            on_up=lambda after_standby: self.component.up(after_standby),
            on_down=lambda why: self.component.down(why),
        )

    def start(self) -> None:
        """Listen for consoles and browsers, and join Prosody. Raises SocketFault, SiteFault."""
        self._server.start()
        if self.site is not None:
            self.site.start()
        self._stream.start()
        self._forgetting.start()
        self.numbers.start()
        self._clockwork = asyncio.get_running_loop().create_task(self._tick())

    async def live(self, within: float) -> None:
        """Return when the agent sees Prosody. Raises TimeoutError."""
        async with asyncio.timeout(within):
            await self._seeing.wait()

    async def stop(self) -> None:
        """Leave in order: no new work, lanes empty, then the link."""
        if self._clockwork is not None:
            self._clockwork.cancel()
            await asyncio.gather(self._clockwork, return_exceptions=True)
        await self._forgetting.stop()
        self.feed.close()
        await self.recordings.stop()
        if self.desk.office is not None:
            await self.desk.office.stop()
        await self.numbers.stop()
        await self.audit.stop()
        if self.site is not None:
            await self.site.stop()
        await self._server.stop()
        await self.house.lanes.quiet()
        await self._stream.stop()
        await self.component.close()

    def _put(self, stanza: str) -> None:
        self._stream.put(stanza)

    def open_office(self, site: Site) -> None:
        """With pages there are a hotline and invitations, for the console too. Before `start`."""
        self.site = site
        office = OfficeDesk(site.desk, self.feed, self._settings.shard, self._clock, _report)
        self.desk.office = self._alerted_by.office = office
        self.door.pages, self.rooms.pages = site.desk, True
        for app in self._consoles:
            add_office(app, office)

    def _console(self) -> FastAPI:
        """What a supervisor reaches from wherever they are."""
        app = console_app(self.desk, self.feed, lambda: self.component.is_live)
        add_door(app, self.door)
        add_recordings(app, self.recording_desk)
        add_numbers(app, self.numbers)
        add_audit(app, self._audit_desk)
        add_alerts(app, self.alerts)
        return app

    async def cancel(self, appointment_id: str, actor: str = "agent") -> None:
        """Call off an appointment; with a site whoever was written to is told. Raises Refused, Unavailable."""
        if self.site is not None:
            try:
                await rebooking.cancel(self.site.office, appointment_id, By(actor))
            except Refused as no:
                if no.verdict.reason is not Reason.NO_APPOINTMENT:  # a hotline call: nobody was written to about a time
                    raise
            else:
                return
        await cancel_appointment(self.house, appointment_id, actor)

    def _look_anew(self) -> None:
        """Rows may be different from here on."""
        self.rooms.forget()
        self.recordings.forget()
        self.alerts.forget()
        if self.desk.office is not None:
            self.desk.office.forget()

    def _appointment_changed(self, appointment_id: str) -> None:
        if self.site is not None:
            self.site.office.changed(appointment_id)

    async def revoke(self, pass_id: str, actor: str = "agent") -> None:
        """Take a pass back. Raises Unavailable."""
        await revoke_pass(self.house, pass_id, actor)

    def link(self) -> Link:
        """Whether the agent sees Prosody, for the console."""
        shown = {"state": self._link_state, "since": self._link_since, "now": self._clock.now()}
        return Link.of(shown)

    def _link(self, state: str) -> None:
        self._link_state = "lost" if state == "standby" else state
        self._link_since = self._clock.now()
        if state == "live":
            self._seeing.set()
        else:
            self._seeing.clear()
        log.info("link", state=state)
        if self.site is not None:
            self.site.link_changed()
        if state == "live":  # rooms may be gone without a word, and most of the others may be different
            self.feed.start_over()
            self._look_anew()  # another agent may have been at them
        else:
            self.feed.publish(None, "link", self.link())

    def _changed(self, change: Change) -> None:
        state = change.after or change.before
        if state is not None:
            self.feed.touch(state.room.node, state.room.unit)

    def _note(self, node: str, kind: str, knock: str | None, text: str) -> None:
        state = self.house.rooms.get(node)
        if state is not None:
            note = Note.of({"room": node, "kind": kind, "knock": knock, "text": text[:500]})
            self.feed.publish(state.room.unit, "note", note)

    async def _tick(self) -> None:
        for tick in count(1):
            await asyncio.sleep(TICK)
            try:
                self._look_at_the_clock(tick)
            except Exception as error:  # noqa: BLE001  # the clockwork goes on: without it no visit left alone ends
                _report(error)

    def _look_at_the_clock(self, tick: int) -> None:
        if tick % TIDY == 0:
            self.recordings.tidy()
            if self.house.lanes.idle:
                tidy(self.house)
        self.alerts.look()
        if tick % LOOK_AGAIN == 0 and self.desk.office is not None:
            self.desk.office.look_again()
        if tick % LOOK_AGAIN == 0 or self.feed.is_wanted:
            self.audit.look_again()
        if self.component.is_live:
            self._judge_anew(tick)
            for node in due(self.house, self._clock.now()):
                self.house.lanes.put(node, partial(pass_time, self.house, node))

    def _judge_anew(self, tick: int) -> None:
        """What the rules say of somebody who waits changes with the time alone; a tenth of the rooms at each tick."""
        if not self.feed.is_wanted:
            return
        for number, (node, state) in enumerate(self.house.rooms.items()):
            may_change = state.queue or (state.visit is not None and not state.visit.arrived)
            if may_change and number % JUDGED_WITHIN == tick % JUDGED_WITHIN:
                self.feed.touch(node, state.room.unit)


def _house(
    settings: Settings, clock: SystemClock, passes: SignedPasses, database: Database, orders: Orders, out: LobbyOut
) -> House:
    return House(
        addresses=_addresses(settings),
        clock=clock,
        passes=passes,
        store=database.store,
        ledger=database.ledger,
        recordings=database.recordings,
        prosody=orders,
        lobby=out,
        lanes=Lanes(_report),
    )


def _addresses(settings: Settings) -> Addresses:
    return Addresses(
        users=settings.domain,
        rooms=settings.muc,
        lobby=settings.lobby,
        focus=settings.focus,
        recorder_host=settings.recorder_domain,
        more_rooms=settings.extra_mucs,
    )


def _report(error: BaseException) -> None:
    log.error("lane_job_failed", exc_info=error)


@asynccontextmanager
async def open_agent(settings: Settings) -> AsyncIterator[Agent]:
    """An agent that is not started yet. Raises SettingsFault, KeyFault, DatabaseFault when it may not start."""
    ring = read_keys(settings.key_dir)
    secret = read_secret(settings.component_secret_file, "component secret").decode().strip()
    passes = SignedPasses(ring.signing, settings.domain, settings.audience)
    async with open_database(
        settings.database, ring.columns, ring.identity.own_mark, settings.shard, settings.audit_sync
    ) as database:
        agent = Agent(settings, passes, database, secret)
        async with open_site(settings, ring, database, agent.inside) as site:
            if site is not None:
                agent.open_office(site)
            yield agent


async def serve(settings: Settings) -> None:
    """Run an agent until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with open_agent(settings) as agent:
        agent.start()
        await stopped.wait()
        await agent.stop()


def run_agent(settings: Settings) -> int:
    """The command `portner agent`; exit code 2 when it may not start, saying why on stderr."""
    set_up_logs(logging.getLevelNamesMapping()[settings.log_level.upper()])
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(settings))
    except (SettingsFault, KeyFault, DatabaseFault, SocketFault, SiteFault) as fault:
        sys.stderr.write(f"portner: {fault}\n")
        return 2
    return 0
