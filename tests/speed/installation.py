"""Portner whole, as in production: Prosody with the shims, the agent as a process of its own (`portner agent`)."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.prosody import Prosody, running_prosody
from tests.speed.light import LightClient
from tests.speed.town import Household, Town
from tests.speed.venue import Guest, Venue
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.keys.ring import KeyRing, make_keys, read_keys
from xmpp_agent.edges.store.database import open_database
from xmpp_agent.edges.store.sqlite.file import Durability
from xmpp_agent.model.people import Pass

_ROOT = Path(__file__).resolve().parents[2]
_LUA = Path(__file__).resolve().parent / "lua"
_LIVE_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of the agent's log: its event, its state, and when it was read (`time.perf_counter()`)."""

    event: str
    state: str
    at: float


class AgentProcess:
    """The agent: started, ended by signal, started again."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self.heard: list[Heard] = []
        self._started_at = 0

    @property
    def pid(self) -> int:
        """Its process id. Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError("the agent does not run")
        return self._process.pid

    async def start(self) -> None:
        """Start the process; does not wait until it sees Prosody."""
        self._started_at = len(self.heard)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "xmpp_agent",
            "--config",
            str(self._config),
            "agent",
            cwd=_ROOT,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            at = time.perf_counter()
            try:
                said = json.loads(line)
            except ValueError:
                said = {"event": line.decode(errors="replace").rstrip()}
            if said.get("level") == "error" or "level" not in said:
                sys.stderr.write(f"agent: {line.decode(errors='replace')}")
            async with self._news:
                self.heard.append(Heard(str(said.get("event")), str(said.get("state", "")), at))
                self._news.notify_all()
        async with self._news:
            self._news.notify_all()

    async def live(self) -> Heard:
        """The agent's word, since it was started last, that it sees Prosody. Raises TimeoutError, RuntimeError."""
        return await self.said("link", "live")

    async def said(self, event: str, state: str = "") -> Heard:
        """The first such word since the agent was started last."""
        begin = self._started_at

        def found() -> Heard | None:
            return next((h for h in self.heard[begin:] if h.event == event and h.state == state), None)

        reader = self._reader
        async with asyncio.timeout(_LIVE_WITHIN), self._news:
            await self._news.wait_for(lambda: found() is not None or reader is None or reader.done())
        word = found()
        if word is None:
            raise RuntimeError("the agent ended; its last words stand on stderr")
        return word

    async def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Send the signal and wait for the end."""
        process, reader = self._process, self._reader
        if process is None or reader is None:
            return
        if process.returncode is None:
            process.send_signal(number)
        try:
            async with asyncio.timeout(15):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        await reader
        self._process = self._reader = None


class Installation:
    """Prosody, database, keys and agent of one measurement."""

    def __init__(self, directory: Path, prosody: Prosody, ring: KeyRing, audit: Durability) -> None:
        self.directory, self.prosody, self._ring = directory, prosody, ring
        process = prosody.process
        assert process is not None
        self.agent = AgentProcess(_configured(directory, prosody, audit))
        self.venue = Venue(
            f"portner, audit {audit}", prosody.domain, prosody.stock.c2s_port, process.pid, lambda: self.agent.pid
        )
        self._passes = SignedPasses(ring.signing, prosody.domain, "jitsi")

    @property
    def socket(self) -> Path:
        """The console's socket."""
        return self.directory / "agent.sock"

    @asynccontextmanager
    async def town(self) -> AsyncIterator[Town]:
        """Make households in the block; they are written at its end."""
        async with open_database(
            self.directory / "portner.sqlite3", self._ring.columns, self._ring.identity.own_mark, "one", "normal"
        ) as database:
            town = Town(database)
            yield town
            await town.build()

    async def client(self, pass_: Pass) -> LightClient:
        """Whoever holds this pass, logged in."""
        token = self._passes.mint(pass_, "Anna Hansen")
        return await LightClient.connect(self.venue.domain, self.venue.port, token)

    async def staff(self, home: Household) -> Guest:
        """Staff of that room, logged in."""
        return Guest(await self.client(home.staff), f"{home.node}@{self.venue.rooms}/staff")


def _configured(directory: Path, prosody: Prosody, audit: Durability) -> Path:
    secret = directory / "component.secret"
    secret.write_text(prosody.secret, encoding="utf-8")
    secret.chmod(0o600)
    config = directory / "portner.toml"
    lines = {
        "domain": prosody.domain,
        "data_dir": str(directory),
        "component_secret_file": str(secret),
        "audit_sync": audit,
    }
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    config.write_text(f"{text}component_port = {prosody.stock.component_port}\n", encoding="utf-8")
    return config


@asynccontextmanager
async def installation(
    directory: Path, name: str, audit: Durability = "full", *, crowd: Path | None = None
) -> AsyncIterator[Installation]:
    """Prosody started, keys made, agent not started yet (it is ended at the end).

    With `crowd` (the file to be read) Prosody has the crowd module, and a MUC without door at `open.D`.
    """
    place = directory / name
    async with running_prosody(
        place / "prosody", extra=_extra(crowd) if crowd else "", extra_modules=_LUA if crowd else None
    ) as prosody:
        keys = place / "keys"
        keys.mkdir(mode=0o700)
        make_keys(keys, place / "portner.sqlite3", datetime.now(UTC))
        running = Installation(place, prosody, read_keys(keys), audit)
        try:
            yield running
        finally:
            await running.agent.end()


def _extra(crowd: Path) -> str:
    return f"""
Component "crowd.meet.example.dk" "bench_crowd"
	bench_users = "meet.example.dk"
	bench_rooms = "conference.meet.example.dk"
	bench_crowd_file = "{crowd}"

Component "open.meet.example.dk" "muc"
	storage = "memory"
	muc_room_locking = false
	muc_tombstones = false
"""
