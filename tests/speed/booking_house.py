"""A server for the benchmark of the booking API: the real application, store and keys, and beside it a bare echo.

Run: `python -m tests.speed.booking_house FOLDER`; says its ports and the key as one line of JSON, and ends when its
stdin does.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from tests.an_office import NobodyThere
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.keys.ring import KeyRing, make_keys, read_keys
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.edges.web.api.app import booking_app
from xmpp_agent.edges.web.api.shapes import AppointmentIn
from xmpp_agent.edges.web.site.server import SiteServer
from xmpp_agent.flows.house import Addresses, House
from xmpp_agent.flows.lanes import Lanes
from xmpp_agent.flows.office import Office
from xmpp_agent.model.appointments import Plan, Policy, Rung
from xmpp_agent.model.callers import Caller
from xmpp_agent.model.letters import Channel
from xmpp_agent.model.people import Level
from xmpp_agent.model.units import Unit
from xmpp_agent.ports.diary import NewKey

KEY = "portner_" + "k" * 43
UNITS = tuple(f"unit-{number}" for number in range(10))
POLICY = Policy(
    "samtale",
    Level.SUBSTANTIAL,
    plan=Plan(ladder=(Rung(Channel.DIGITAL_POST), Rung(Channel.SMS), Rung(Channel.EMAIL)), reminders=(86400.0, 3600.0)),
)
echo = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
"""What the same framework costs when nothing is booked: the body is read and judged, and an answer of the size sent."""


@echo.post("/api/v1/appointments", status_code=201)
async def _echoed(wish: AppointmentIn) -> JSONResponse:
    return JSONResponse({"unit": wish.unit, "policy": wish.policy, "filler": "x" * 400}, 201)


def an_office(database: Database, ring: KeyRing) -> Office:
    """An office whose door nobody is at."""
    clock, nobody = SystemClock(), NobodyThere()
    passes = SignedPasses(ring.signing, "bench.localhost", "jitsi")
    house = House(
        addresses=Addresses("bench.localhost", "conference.b", "lobby.b", "focus@auth.b/focus"),
        clock=clock,
        passes=passes,
        store=database.store,
        ledger=database.ledger,
        recordings=database.recordings,
        prosody=nobody,
        lobby=nobody,
        lanes=Lanes(_say),
    )
    return Office(
        clock=clock,
        house=house,
        store=database.store,
        diary=database.diary,
        bookings=database.bookings,
        mailroom=database.mailroom,
        visitors=database.visitors,
        records=database.records,
        marks=ring.identity,
        passes=passes,
        meet_origin="https://meet.bench.localhost",
        site_origin="https://moede.bench.localhost",
    )


def _say(error: BaseException) -> None:
    sys.stderr.write(f"{error!r}\n")


async def furnish(office: Office) -> None:
    """Units, the policy, and a key without a pace that matters."""
    caller = Caller("bench", "benchmark", frozenset({"*"}), 10_000_000, office.clock.now())
    key = NewKey(caller, office.marks.mark("api-key", KEY), "")
    units = (Unit(unit, unit, "Kommunen", "00 00 00 00") for unit in UNITS)
    await office.records.keep(office.line("furnish", "bench"), *units, POLICY, key)


async def serve(folder: Path) -> None:
    """Serve until stdin ends."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    make_keys(keys, folder / "portner.sqlite3", datetime.now(UTC))
    ring = read_keys(keys)
    mark = ring.identity.own_mark
    async with open_database(folder / "portner.sqlite3", ring.columns, mark, "bench", "full") as database:
        office = an_office(database, ring)
        await furnish(office)
        servers = [SiteServer(app, "127.0.0.1", 0) for app in (booking_app(office, database.callers), echo)]
        for server in servers:
            server.start()
        said = {"booking": servers[0].port, "echo": servers[1].port, "key": KEY}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        for server in servers:
            await server.stop()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1])))
