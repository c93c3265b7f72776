"""A whole installation on loopback: Prosody with the shims, the agent as a process of its own, a focus, a database.

Appointments are booked and passes minted as the command line does it, in the database the agent runs on.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.prosody import PASSWORD, SECRET, Prosody, running_prosody
from xmpp_agent.demo.focus import Focus
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.keys.files import write_secret
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.keys.ring import KeyRing, make_keys, read_keys
from xmpp_agent.edges.store.bookings import Booked, Wish, book, new_id
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.issuing import Issuer, Login
from xmpp_agent.model.people import Level, Pass
from xmpp_agent.settings import Settings
from xmpp_agent.wire import Board, RoomRow

from .browser import Server

UNIT = "Jobcenter"
STAFF = "Vera Holm"
_LIMIT = 15.0


class Agent:
    """The command `portner agent` as a process; its log is read so that waiting for it needs no clock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._log: list[str] = []
        self._more = asyncio.Condition()
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts; returns when it has joined Prosody and taken the whole picture."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTNER_")}
        environment |= {
            "PORTNER_DOMAIN": self._settings.domain,
            "PORTNER_DATA_DIR": str(self._settings.data_dir),
            "PORTNER_COMPONENT_PORT": str(self._settings.component_port),
        }
        begin = len(self._log)
        command = (sys.executable, "-m", "xmpp_agent", "agent")
        self._process = await asyncio.create_subprocess_exec(
            *command, stderr=PIPE, env=environment, start_new_session=True
        )
        self._reading = asyncio.create_task(self._read(self._process))
        await self.logged('"state": "live"', begin)

    async def _read(self, process: Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            async with self._more:
                self._log.append(line.decode("utf-8", "replace").rstrip())
                self._more.notify_all()
        async with self._more:
            self._more.notify_all()

    async def logged(self, part: str, begin: int = 0) -> None:
        """Waits for a log line that holds `part`; AssertionError with the log when the agent ends before."""

        def settled() -> bool:
            ended = self._reading is None or self._reading.done()
            return ended or any(part in line for line in self._log[begin:])

        async with asyncio.timeout(_LIMIT), self._more:
            await self._more.wait_for(settled)
        assert any(part in line for line in self._log[begin:]), "\n".join(self._log)

    async def stop(self, *, kill: bool = False) -> None:
        """Ends the process by its id and waits for it."""
        if self._process is None or self._reading is None:
            return
        if self._process.returncode is None:
            self._process.kill() if kill else self._process.terminate()
        try:
            async with asyncio.timeout(_LIMIT):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading

    @property
    def faults(self) -> list[str]:
        """Log lines of level error."""
        return [line for line in self._log if '"level": "error"' in line or "Traceback" in line]


class Clinic:
    """The running installation. Made by `clinic()`."""

    def __init__(self, prosody: Prosody, agent: Agent, settings: Settings, ring: KeyRing, database: Database) -> None:
        self.prosody, self.agent = prosody, agent
        self._ring, self._database = ring, database
        self._passes = SignedPasses(ring.signing, settings.domain, settings.audience)
        transport = httpx.AsyncHTTPTransport(uds=str(settings.socket))
        self.console = httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=_LIMIT)

    @property
    def server(self) -> Server:
        """The installation as a page is told of it."""
        stock = self.prosody.stock
        return Server(
            domain=stock.domain,
            muc=stock.rooms,
            focus=f"focus@{stock.services}/focus",
            serviceUrl=f"ws://{stock.domain}:{stock.http_port}/xmpp-websocket",
        )

    async def appointment(
        self, citizen: str, cpr: str, *, staff: str = STAFF, policy: str = "samtale", starts_in: float = 300
    ) -> Booked:
        """Books half an hour, `starts_in` seconds from now; same staff and day: same room."""
        starts_at = SystemClock().now() + starts_in
        wish = Wish(
            unit=UNIT,
            staff=staff,
            citizen=citizen,
            invited=self._ring.identity.cpr(cpr),
            policy=policy,
            starts_at=starts_at,
            ends_at=starts_at + 1800,
        )
        return await book(self._database.engine, self._database.cipher, wish)

    async def citizen_pass(self, booked: Booked, cpr: str, level: Level = Level.SUBSTANTIAL) -> str:
        """The token of the appointment's citizen after a login that returned this CPR number."""
        login = Login(level, self._ring.identity.cpr(cpr))
        return (await self._issuer().for_visitor(booked.appointment, None, login))[1]

    async def staff_pass(self, booked: Booked, staff: str = STAFF) -> str:
        """The token of a member of staff for the appointment's room."""
        login = Login(Level.NONE, "")
        return (await self._issuer().for_staff(staff, None, booked.appointment, login))[1]

    async def expired_pass(self, booked: Booked, cpr: str) -> str:
        """A citizen's token, rightly signed, that ran out a minute ago."""
        login = Login(Level.SUBSTANTIAL, self._ring.identity.cpr(cpr))
        made, _ = await self._issuer().for_visitor(booked.appointment, None, login)
        now = SystemClock().now()
        return self.mint(replace(made, id=new_id(), issued_at=now - 600, not_before=now - 600, expires_at=now - 60))

    def mint(self, pass_: Pass, name: str = "Nobody") -> str:
        """A token signed by the installation's own key, whatever it says."""
        return self._passes.mint(pass_, name)

    def _issuer(self) -> Issuer:
        return Issuer(self._database, self._passes, SystemClock().now())

    async def board(self) -> Board:
        """What the console sees now."""
        answer = await self.console.get("/v1/board")
        answer.raise_for_status()
        return Board.model_validate_json(answer.content)

    async def room(self, node: str) -> RoomRow:
        """One room of the board; AssertionError when it is not on it."""
        rows = [row for row in (await self.board()).rooms if row.room == node]
        assert rows, f"room not on the board: {[row.room for row in (await self.board()).rooms]}"
        return rows[0]

    async def command(self, node: str, act: str, **command: object) -> httpx.Response:
        """A supervisor's command (`let-in`, `turn-away`, `write`, `finish`) about a room."""
        body = json.dumps({"command": new_id(), **command})
        return await self.console.post(
            f"/v1/rooms/{node}/{act}", content=body, headers={"content-type": "application/json"}
        )


def _settings(prosody: Prosody, data_dir: Path) -> Settings:
    return Settings(domain=prosody.domain, data_dir=data_dir, component_port=prosody.stock.component_port)


@asynccontextmanager
async def running_clinic(directory: Path) -> AsyncIterator[Clinic]:
    """A started installation; at the end everything is stopped, and an error in the agent's log fails the test."""
    async with AsyncExitStack() as held:
        prosody = await held.enter_async_context(running_prosody(directory / "prosody"))
        settings = _settings(prosody, directory / "portner")
        settings.data_dir.mkdir(mode=0o700)
        make_keys(settings.key_dir, settings.database, datetime.now(UTC))
        write_secret(settings.component_secret_file, SECRET.encode())
        ring = read_keys(settings.key_dir)
        database = await held.enter_async_context(
            open_database(settings.database, ring.columns, ring.identity.mark, "tests", "normal")
        )
        agent = Agent(settings)
        held.push_async_callback(agent.stop)
        await agent.start()
        focus = Focus(f"focus@{prosody.services}/focus", PASSWORD, prosody.stock.c2s_port)
        held.push_async_callback(focus.stop)
        await focus.start()
        clinic = Clinic(prosody, agent, settings, ring, database)
        held.push_async_callback(clinic.console.aclose)
        yield clinic
    assert not agent.faults, "\n".join(agent.faults)
