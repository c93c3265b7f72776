"""Puts the site together: pages, booking, letters, what is told to calling systems; one part of the agent."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from typing import Any

import httpx
from starlette.types import ASGIApp

from xmpp_agent.edges.hooks.teller import HttpTeller
from xmpp_agent.edges.keys.ring import KeyRing
from xmpp_agent.edges.oidc.asking import open_client
from xmpp_agent.edges.oidc.config import ConfigFault, read_config
from xmpp_agent.edges.oidc.provider import OpenIdProvider
from xmpp_agent.edges.store.database import Database
from xmpp_agent.edges.store.sqlite.lead import Lead
from xmpp_agent.edges.web.api.app import DOCUMENT, PREFIXES, booking_app
from xmpp_agent.edges.web.public import Public
from xmpp_agent.edges.web.site.app import framed, site_app
from xmpp_agent.edges.web.site.conf import SiteConf
from xmpp_agent.edges.web.site.reception import Reception
from xmpp_agent.edges.web.site.rendering import Pages
from xmpp_agent.edges.web.site.server import SiteServer
from xmpp_agent.edges.web.site.staff.app import add_staff
from xmpp_agent.edges.web.site.staff.entry import TEMPLATES, StaffSite
from xmpp_agent.edges.web.site.staff.feed import StaffFeed
from xmpp_agent.flows.attendance import settle_outcomes, watch
from xmpp_agent.flows.hooks import HookRoom
from xmpp_agent.flows.house import House
from xmpp_agent.flows.office import Office
from xmpp_agent.flows.post import PostRoom
from xmpp_agent.flows.receipts import opened, receive
from xmpp_agent.flows.recording_room import RecordingRoom
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.ports.diary import PassMaker
from xmpp_agent.ports.post import Carrier, Incoming, ReceiptReader, Reply
from xmpp_agent.settings import Settings, SettingsFault
from xmpp_agent.settings_site import SiteSettings
from xmpp_agent.wiring.recordings import Parts, recording_room
from xmpp_agent.wiring.remote import remote_console, role_map
from xmpp_agent.wiring.tables import carrier, with_secrets

SETTLE_EVERY = 6 * 3600.0
"""Seconds between looks for meetings of yesterday that nobody finished."""
BACK = {"mitid": "/login/back", "staff": "/staff/login/back"}
"""Where each provider sends the browser back to."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What the site needs of the agent it is part of."""

    house: House
    passes: PassMaker
    is_live: Callable[[], bool]
    """Whether it sees Prosody: the one agent at the door does, one that stands by does not."""
    stands_by: Callable[[], bool]
    """Whether another one is at the door, as far as Prosody said."""
    confirm: Callable[[], Awaitable[None]]
    """Returns when Prosody has taken in everything sent to it so far. Raises Unavailable."""
    report: Callable[[BaseException], None]
    console: ASGIApp
    """What consoles elsewhere may reach, once it is known who asks."""


class Site:
    """The running site. Made by `open_site`, started and stopped with its agent."""

    def __init__(
        self,
        office: Office,
        post: PostRoom,
        archive: RecordingRoom,
        hooks: HookRoom,
        staff: StaffSite,
        server: SiteServer,
        report: Callable[[BaseException], None],
    ) -> None:
        self.office, self.post, self.archive, self._hooks = office, post, archive, hooks
        self.desk, self._feed, self._server = staff.desk, staff.feed, server
        self._report = report
        self._work: list[asyncio.Task[None]] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    def start(self) -> None:
        """Listen, and begin to work on what is due. Raises SiteFault."""
        self._server.start()
        loop = asyncio.get_running_loop()
        self._work = [loop.create_task(work) for work in self._works()]

    def _works(self) -> tuple[Coroutine[None, None, None], ...]:
        return self.post.run(), self.archive.run(), self._hooks.run(), self._settle()

    async def _settle(self) -> None:
        """Meetings that nobody finished get their outcome."""
        while True:
            await asyncio.sleep(SETTLE_EVERY)
            try:
                await settle_outcomes(self.office, self.office.clock.now())
            except Exception as error:  # noqa: BLE001  # goes on: without it such meetings never end
                self._report(error)

    def link_changed(self) -> None:
        """Prosody came or went: staff's pages show what may be done now, and who sends letters may be another."""
        self._feed.everything_changed()
        self.post.wake()

    async def stop(self) -> None:
        """No new requests; what is being handed over is finished or left for the next start."""
        self._feed.close()
        await self._server.stop()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        self._work = []


@asynccontextmanager
async def open_site(
    settings: Settings, ring: KeyRing, database: Database, inside: Inside
) -> AsyncIterator[Site | None]:
    """The site, or None when the settings have none. Raises SettingsFault, KeyFault."""
    conf = settings.site
    if conf is None:
        yield None
        return
    async with AsyncExitStack() as held:
        lead = Lead(settings.database, inside.is_live, inside.stands_by)
        held.callback(lead.let_go)
        office = _office(settings, conf, ring, database, inside)
        carriers = [carrier(table, lambda http: _closed_by(held, http)) for table in conf.carriers]
        post = PostRoom(
            office, database.visitors, database.mailroom, carriers, conf.origin, inside.report, leads=lead.leads
        )
        office.on_opened.append(partial(opened, post.book))
        parts = Parts(conf, settings.data_dir, ring, database, office)
        archive = recording_room(parts, lambda http: _closed_by(held, http), inside.report, leads=lead.leads)
        teller = HttpTeller([ip_network(network) for network in sorted(conf.hook_networks)])
        held.push_async_callback(teller.close)
        hooks = HookRoom(office, database.hooks, teller, inside.report, leads=lead.leads)
        client = await held.enter_async_context(open_client())
        mitid = _provider("mitid", conf, conf.mitid, client)
        pages = Pages(_site_conf(settings, conf), TEMPLATES)
        reception = Reception(pages, office, database.calls, ring.columns, time.monotonic, mitid)
        staff = _staff(conf, reception, database, inside, post, _provider("staff", conf, conf.staff, client))
        receipts = _receipts(post, carriers)
        console = remote_console(conf, reception.office, client, inside.console)
        public = _public(conf, reception, staff, database, receipts, ring.signing.jwks(), inside.is_live, console)
        server = SiteServer(public, conf.host, conf.port, sorted(conf.proxies))
        yield Site(office, post, archive, hooks, staff, server, inside.report)


def _public(
    conf: SiteSettings,
    reception: Reception,
    staff: StaffSite,
    database: Database,
    receipts: Callable[[str, Incoming], Any],
    keys: Mapping[str, Any],
    is_live: Callable[[], bool],
    console: Mapping[str, ASGIApp],
) -> Public:
    """Everything that is reached from outside: pages, booking, receipts, keys."""
    app = site_app(reception)
    add_staff(app, staff)
    booking = booking_app(reception.office, database.callers, video_policy=conf.video_policy)
    booking.openapi()  # now, while nobody waits
    mounted: dict[str, ASGIApp] = {**dict.fromkeys((*PREFIXES, DOCUMENT), booking), **console}
    return Public(framed(app, reception), mounted, receipts, keys, is_live)


def _office(settings: Settings, conf: SiteSettings, ring: KeyRing, database: Database, inside: Inside) -> Office:
    house = inside.house
    return Office(
        clock=house.clock,
        diary=database.diary,
        records=database.records,
        marks=ring.identity,
        house=house,
        store=database.store,
        visitors=database.visitors,
        passes=inside.passes,
        bookings=database.bookings,
        mailroom=database.mailroom,
        meet_origin=_meetings(settings, conf),
        site_origin=conf.origin,
    )


def _staff(
    conf: SiteSettings,
    reception: Reception,
    database: Database,
    inside: Inside,
    post: PostRoom,
    login: OpenIdProvider | None,
) -> StaffSite:
    """Staff's pages, which also note who was really there."""
    desk = StaffOffice(
        office=reception.office,
        calls=database.calls,
        notes=database.notes,
        recordings=database.recordings,
        rooms=database.day_rooms,
        book=post.book,
        is_live=inside.is_live,
        confirm=inside.confirm,
    )
    inside.house.on_change.append(partial(watch, desk))
    return StaffSite(reception, desk, StaffFeed(desk), role_map(conf), login)


def _meetings(settings: Settings, conf: SiteSettings) -> str:
    return conf.meetings or f"https://{settings.domain}"


def _site_conf(settings: Settings, conf: SiteSettings) -> SiteConf:
    return SiteConf(
        origin=conf.origin,
        meetings=_meetings(settings, conf),
        authority=conf.authority,
        phone=conf.phone,
        exit_url=conf.exit_url,
        statement_url=conf.statement_url,
    )


def _provider(
    name: str, conf: SiteSettings, table: Mapping[str, Any] | None, client: httpx.AsyncClient
) -> OpenIdProvider | None:
    """One login provider. Raises SettingsFault, KeyFault."""
    if table is None:
        return None
    try:
        config = read_config(name, with_secrets(table, f"Secret of the login provider {name}"))
    except ConfigFault as fault:
        raise SettingsFault((str(fault),)) from None
    return OpenIdProvider(config, client, conf.origin + BACK[name])


def _receipts(post: PostRoom, carriers: list[Carrier]) -> Callable[[str, Incoming], Any]:
    readers = {one.name: one for one in carriers if isinstance(one, ReceiptReader)}

    async def take(name: str, incoming: Incoming) -> Reply | None:
        reader = readers.get(name)
        return None if reader is None else await receive(post.book, reader, incoming)

    return take


def _closed_by(held: AsyncExitStack, http: httpx.AsyncClient) -> None:
    held.push_async_callback(http.aclose)
