"""A process to be killed: books like a calendar system, hands letters over by the real carriers, takes receipts.

It is forked (tests/warm_fork.py) with a folder and JSON of Orders. Everything of the product is the product's:
booking, post room, receipts, store, carriers; the pages' server and Prosody are not needed. It stops the world (SIGKILL
to itself) at one step, says each step, each change of a letter and when it has nothing to do on stdout, and moves its
clock as told on stdin.
"""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from fastapi import FastAPI, Request, Response
from typing_extensions import override

from tests.an_office import SITE, UNIT, OpenOffice, open_office
from tests.flows.calendar import CALENDAR, WISH
from tests.ready_made import keys_in
from tests.rules.invited import DAY, plan
from tests.rules.scenes import NOW
from xmpp_agent.demo.gateways.running import running
from xmpp_agent.edges.post.asking import make_client
from xmpp_agent.edges.post.cpsms import Cpsms, CpsmsSettings
from xmpp_agent.edges.post.digital_post import DigitalPost, DigitalPostSettings, mutual_tls
from xmpp_agent.edges.post.gatewayapi import GatewayApi, GatewayApiSettings
from xmpp_agent.edges.post.smtp import Smtp, SmtpSettings
from xmpp_agent.flows.booking import book
from xmpp_agent.flows.post import PostRoom
from xmpp_agent.flows.receipts import receive
from xmpp_agent.model.appointments import Rung
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.letters import Channel
from xmpp_agent.ports.diary import Noun, Records
from xmpp_agent.ports.post import Carrier, Handed, Incoming, Parcel, Receipt, ReceiptReader, Remembers

CVR, USER, TOKEN, SECRET = "12345678", "lilleby", "token", "secret"


@dataclass(frozen=True)
class Orders:
    """What the process is to do, and where its gateways are."""

    ladder: list[str]
    sms: str = ""
    platform: str = ""
    identity: str = ""
    authorities: str = ""
    cpsms: str = ""
    smtp: int = 0
    kill_at: str = ""


def say(**words: object) -> None:
    """One line, out at once."""
    os.write(1, f"{json.dumps(words)}\n".encode())


class Steps:
    """Counts what happens; at one step the process is dead."""

    def __init__(self, kill_at: str) -> None:
        self._kill_at = kill_at
        self._seen: Counter[str] = Counter()

    def at(self, act: str, when: str) -> None:
        """Before or after an act for the n-th time."""
        self._seen[f"{act} {when}"] += 1
        step = f"{when} {act} {self._seen[f'{act} {when}']}"
        say(step=step)
        if step == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Written:
    """Records, with a step before and after each commit."""

    records: Records
    steps: Steps

    async def keep(self, line: AuditLine, *nouns: Noun) -> None:
        """See `ports.diary.Records`."""
        self.steps.at(line.act, "before")
        await self.records.keep(line, *nouns)
        self.steps.at(line.act, "after")

    def jot(self, line: AuditLine, *nouns: Noun) -> None:
        """See `ports.diary.Records`."""
        self.records.jot(line, *nouns)


@dataclass
class Carried:
    """A carrier, with a step before it asks the gateway and after the gateway answered."""

    carrier: Carrier
    steps: Steps

    @property
    def name(self) -> str:
        """See `ports.post.Carrier`."""
        return self.carrier.name

    @property
    def channel(self) -> Channel:
        """See `ports.post.Carrier`."""
        return self.carrier.channel

    @property
    def repeatable(self) -> bool:
        """See `ports.post.Carrier`."""
        return self.carrier.repeatable

    @property
    def gives_receipts(self) -> bool:
        """See `ports.post.Carrier`."""
        return self.carrier.gives_receipts

    async def hand_over(self, parcel: Parcel) -> Handed:
        """See `ports.post.Carrier`."""
        self.steps.at(self.channel.value, "before")
        handed = await self.carrier.hand_over(parcel)
        self.steps.at(self.channel.value, "after")
        return handed


@dataclass
class Asked(Carried):
    """A carrier that can be asked, with a step around the question, too."""

    async def look_up(self, letters: Collection[str], ago: float) -> Mapping[str, Receipt]:
        """See `ports.post.Remembers`."""
        assert isinstance(self.carrier, Remembers)
        self.steps.at("asking", "before")
        return await self.carrier.look_up(letters, ago)


async def carriers(orders: Orders, held: AsyncExitStack) -> list[Carrier]:
    """Those that have a gateway, as wiring makes them."""
    found: list[Carrier] = []
    if orders.sms:
        http = await held.enter_async_context(make_client())
        found.append(GatewayApi(GatewayApiSettings(TOKEN, SECRET, host=orders.sms), http))
    if orders.cpsms:
        http = await held.enter_async_context(make_client())
        found.append(Cpsms(CpsmsSettings(USER, TOKEN, host=orders.cpsms), http))
    if orders.platform:
        settings = DigitalPostSettings(
            CVR,
            Path(orders.identity),
            receipt_secret=SECRET,
            token_host=orders.platform,
            service_host=orders.platform,
            authorities=Path(orders.authorities),
        )
        http = await held.enter_async_context(make_client(mutual_tls(settings)))
        found.append(DigitalPost(settings, http))
    if orders.smtp:
        found.append(Smtp(SmtpSettings("127.0.0.1", orders.smtp, security="none")))
    return found


class TellingRoom(PostRoom):
    """The post room; says for how long it has nothing to do."""

    @override
    async def look(self) -> float:
        pause = await super().look()
        if not self.book.in_flight:
            say(rests=pause)
        return pause


@asynccontextmanager
async def post_office(here: OpenOffice, orders: Orders) -> AsyncIterator[PostRoom]:
    """The post room at work, and the place where receipts come in."""
    steps = Steps(orders.kill_at)
    async with AsyncExitStack() as held:
        bare = await carriers(orders, held)
        office = here.office
        office.records = Written(office.records, steps)
        carried = [Asked(one, steps) if isinstance(one, Remembers) else Carried(one, steps) for one in bare]
        room = TellingRoom(
            office, office.visitors, office.mailroom, carried, SITE, here.faults.append, leads=lambda: True
        )
        readers = {one.name: one for one in bare if isinstance(one, ReceiptReader)}
        app = FastAPI(openapi_url=None)

        @app.post("/receipts/{name}", response_model=None)
        async def receipts(name: str, request: Request) -> Response:
            headers = {key.lower(): value for key, value in request.headers.items()}
            incoming = Incoming(headers, dict(request.query_params), await request.body())
            reply = await receive(room.book, readers[name], incoming)
            return Response(reply.body, reply.status, media_type=reply.content_type)

        base = await held.enter_async_context(running(app))
        say(listening=f"{base}/receipts")
        yield room


async def tell(here: OpenOffice) -> None:
    """Every letter there is."""
    async with here.database.engine.connect() as db:
        rows = await db.exec_driver_sql("SELECT id, channel, state, failure FROM letters ORDER BY rung, id")
        say(letters=[dict(row) for row in rows.mappings()])


async def main(folder: Path, orders: Orders) -> None:
    """Live until stdin ends."""
    async with open_office(folder) as here, asyncio.TaskGroup() as group:
        policy = plan(tuple(Rung(Channel(channel)) for channel in orders.ladder))
        unit = replace(UNIT, email_sender="video@lilleby.example")
        await here.database.records.keep(here.office.line("set-up", "test"), unit, policy)
        async with post_office(here, orders) as room:

            def changed(_appointment: str) -> None:
                group.create_task(tell(here))

            here.office.on_appointment.append(changed)
            lines = await commands()
            await lines.readline()  # go
            wish = replace(WISH, policy=policy.id, starts_at=NOW + 7 * DAY, ends_at=NOW + 7 * DAY + 1800)
            await book(here.office, wish, CALENDAR)
            await tell(here)
            await room.look()  # what was found in hand is known by now; its time for a receipt begins
            work = group.create_task(room.run())
            while line := (await lines.readline()).strip():
                here.clock.at += float(line)
                say(clock=here.clock.at)
                room.wake()
            work.cancel()


async def commands() -> asyncio.StreamReader:
    """Stdin, line by line."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def prepare(arguments: list[str]) -> None:
    """What every forked process would do again."""
    keys_in(Path(arguments[0]))


def begin(arguments: list[str]) -> None:
    """What the forked process does."""
    folder, orders = arguments
    asyncio.run(main(Path(folder), Orders(**json.loads(orders))))


def as_text(orders: Orders) -> str:
    """For the command line."""
    return json.dumps(asdict(orders))
