"""The agent as a process of its own (`portner agent`), so that a test can kill it, stop it, or fill its disk.

Forked from one that has imported it all (tests/warm_fork.py): else most of what a restart costs is Python's reading.
"""

import asyncio
import json
import os
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGTERM, Signals

from typing_extensions import override

from tests.clinic import Clinic
from tests.prosody import running_prosody
from tests.ready_made import furnish
from tests.warm_fork import Child, Warm, warm_process
from xmpp_agent import cli
from xmpp_agent.edges.store.database import open_database
from xmpp_agent.settings import PREFIX, Settings

UP_WITHIN = 30.0


def begin(arguments: list[str]) -> None:
    """What the forked process does: `portner agent` with these variables, its log on the pipe it has as stdout."""
    [environment] = arguments
    os.setsid()
    os.dup2(1, 2)
    os.environ.clear()
    os.environ.update(json.loads(environment))
    sys.argv = ["portner", "agent"]
    cli.main()


class AgentProcess:
    """One `portner agent`. Ended by its own process id, whatever happens (`async with`)."""

    def __init__(self, warm: Warm, settings: Settings, socket: Path) -> None:
        self.socket, self._warm = socket, warm
        ours = {
            "domain": settings.domain,
            "data_dir": settings.data_dir,
            "component_port": settings.component_port,
            "component_secret_file": settings.component_secret_file,
            "socket": socket,
            "audit_sync": "normal",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self._environment = kept | {f"{PREFIX}{name.upper()}": str(value) for name, value in ours.items()}
        self._process: Child | None = None
        self._held = AsyncExitStack()
        self._reader: asyncio.Task[None] | None = None
        self._lines: list[dict[str, object]] = []
        self._heard = asyncio.Event()

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def heard(self) -> int:
        """How many log lines there were so far; for `until(begin=)`."""
        return len(self._lines)

    async def start(self) -> None:
        """Start the process; `until` says when it is ready."""
        self._process = await self._held.enter_async_context(self._warm.child(json.dumps(self._environment)))
        self._reader = asyncio.create_task(self._read(self._process))

    async def _read(self, process: Child) -> None:
        while raw := await process.says.readline():
            try:
                self._lines.append(json.loads(raw))
            except ValueError:
                self._lines.append({"event": raw.decode("utf-8", "replace")})
            self._heard.set()
        self._lines.append({"event": "ended"})
        self._heard.set()

    async def until(self, event: str, *, begin: int = 0, **fields: object) -> None:
        """Return when the log has such a line from number `begin` on. AssertionError when it ends or time is up."""
        wanted = {"event": event, **fields}

        def found() -> bool:
            return any(wanted.items() <= line.items() for line in self._lines[begin:])

        try:
            async with asyncio.timeout(UP_WITHIN):
                while not found():
                    assert {"event": "ended"} not in self._lines[begin:], f"the agent ended: {self._lines[-5:]}"
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            raise AssertionError(f"the agent never said {wanted}; last: {self._lines[-8:]}") from None

    async def live(self, *, begin: int = 0) -> None:
        """Return when the agent sees Prosody."""
        await self.until("link", begin=begin, state="live")

    def signal(self, number: Signals) -> None:
        """To this process alone."""
        os.kill(self.pid, number)

    def disk(self, *, full: bool) -> None:
        """From now on no write to any file succeeds (full), or every one does again."""
        everything = resource.RLIM_INFINITY
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (0 if full else everything, everything))

    async def kill(self) -> None:
        """End it without warning (SIGKILL)."""
        await self._end(SIGKILL)

    async def stop(self) -> None:
        """End it in order (SIGTERM)."""
        await self._end(SIGTERM)

    async def _end(self, number: Signals) -> None:
        if self._process is None or self._reader is None:
            return
        if not self._reader.done():
            self.signal(SIGCONT)
            self.signal(number)
        try:
            async with asyncio.timeout(UP_WITHIN):
                await self._reader
        finally:
            await self._held.aclose()
            self._process = self._reader = None


class OutsideClinic(Clinic):
    """A clinic whose agent is a process. `agent_process` is the one that was started last."""

    agent_process: AgentProcess

    @override
    async def start_agent(self) -> None:
        """Open the database (for booking and passes), start an agent and return when it sees Prosody."""
        self._opened = AsyncExitStack()
        ring = self.ring
        self.database = await self._opened.enter_async_context(
            open_database(self.settings.database, ring.columns, ring.identity.own_mark, "tests", "normal")
        )
        self._warm = self._opened.enter_context(warm_process("tests.agent_process"))
        self._number, self._processes = 0, list[AgentProcess]()
        self.agent_process = await self.another_agent()
        await self.agent_process.live()

    async def another_agent(self) -> AgentProcess:
        """Start one more agent on the same database; not waited for."""
        self._number += 1
        process = AgentProcess(self._warm, self.settings, self.directory / f"agent{self._number}.sock")
        self._processes.append(process)
        await process.start()
        return process

    async def replace_agent(self) -> None:
        """Start an agent and return when it sees Prosody."""
        self.agent_process = await self.another_agent()
        await self.agent_process.live()

    @override
    async def stop_agent(self) -> None:
        """Stop every agent that still runs, and close the database."""
        for process in self._processes:
            await process.stop()
        await self._opened.aclose()


@asynccontextmanager
async def open_outside_clinic(directory: Path, *, hold: float = 4) -> AsyncIterator[OutsideClinic]:
    """A clinic as `tests.clinic.open_clinic` opens it, with the agent outside of this process."""
    async with running_prosody(directory / "prosody", hold=hold) as prosody:
        data = directory / "agent"
        clinic = OutsideClinic(data, prosody, await furnish(data))
        try:
            await clinic.begin()
            yield clinic
        finally:
            await clinic.people.aclose()
            await clinic.focus.stop()
            await clinic.stop_agent()
