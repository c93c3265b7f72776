"""A real Prosody of Debian for one test: own directory, free ports, Portner's Lua modules, stopped by its process id.

`async with running_prosody(tmp_path) as prosody:` or the fixture `prosody` of tests/lua_shims/conftest.py.
When it stops, a Lua traceback or a fault of our modules in its log fails the test.
"""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from xmpp_agent.jitsi_config import StockProsody, stock_prosody, write_account

LUA_SHIMS = Path(__file__).resolve().parent.parent / "lua_shims"
DOMAIN = "meet.example.dk"
SECRET = "component-secret-of-the-test"
PASSWORD = "service-password-of-the-test"
START_LIMIT = 20.0
FAULTS = ("Traceback", "Portner fault", "stack traceback")
READY = ("Activated service 'c2s'", "Activated service 'http'", "Activated service 'component'")


def free_ports(count: int) -> list[int]:
    """Loopback TCP ports that are free now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [int(sock.getsockname()[1]) for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


def _plugins(directory: Path, extra_modules: Path) -> Path:
    """A directory that shows our shims and the test's own modules side by side."""
    together = directory / "modules"
    together.mkdir()
    for module in (*LUA_SHIMS.glob("*.lua"), *extra_modules.glob("*.lua")):
        (together / module.name).symlink_to(module)
    return together


class LogFault(AssertionError):
    """Prosody's log holds a Lua error."""


class Prosody:
    """One Prosody process. `restart` keeps ports, accounts and log."""

    def __init__(
        self,
        directory: Path,
        *,
        hold: float = 4,
        log_level: str = "info",
        extra: str = "",
        extra_modules: Path | None = None,
    ) -> None:
        c2s, http, component = free_ports(3)
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.config_path = directory / "prosody.cfg.lua"
        self.log_path = directory / "prosody.log"
        self.extra = extra
        self.stock = StockProsody(
            domain=DOMAIN,
            data_dir=directory / "data",
            plugin_path=_plugins(directory, extra_modules) if extra_modules else LUA_SHIMS,
            component_secret=SECRET,
            c2s_port=c2s,
            http_port=http,
            component_port=component,
            log_level=log_level,
            hold=hold,
        )
        self.process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._line = asyncio.Condition()
        self._lines: list[str] = []

    @property
    def domain(self) -> str:
        """Domain of the users."""
        return self.stock.domain

    @property
    def rooms(self) -> str:
        """Domain of the meeting rooms."""
        return self.stock.rooms

    @property
    def lobby(self) -> str:
        """Domain of the agent's component."""
        return self.stock.lobby

    @property
    def services(self) -> str:
        """Domain of the accounts of focus and recorder."""
        return self.stock.services

    @property
    def secret(self) -> str:
        """The component's secret."""
        return self.stock.component_secret

    @property
    def http_url(self) -> str:
        """Base of the BOSH and websocket addresses, without a path."""
        return f"http://127.0.0.1:{self.stock.http_port}"

    @property
    def log(self) -> str:
        """Everything logged so far, over all restarts."""
        return "\n".join(self._lines)

    @property
    def lines(self) -> int:
        """How many lines were logged so far: where to begin to look for the next."""
        return len(self._lines)

    @property
    def recorders(self) -> str:
        """Domain of the recorders' accounts."""
        return self.stock.recorders

    def account(self, user: str, password: str = PASSWORD) -> str:
        """Makes an account on the services' domain; answers its bare JID."""
        write_account(self.stock, user, password)
        return f"{user}@{self.services}"

    async def start(self) -> None:
        """Starts and waits until clients, BOSH and components can connect."""
        self.stock.data_dir.mkdir(exist_ok=True)
        self.config_path.write_text(stock_prosody(self.stock) + self.extra, encoding="utf-8")
        self.account("focus")
        self.account("recorder")
        write_account(self.stock, "recorder", PASSWORD, self.recorders)
        begin = len(self._lines)
        self.process = await asyncio.create_subprocess_exec(
            "prosody",
            "-F",
            "--config",
            str(self.config_path),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read(self.process))
        for ready in READY:
            await self.logged(ready, begin=begin, seconds=START_LIMIT)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        with self.log_path.open("a", encoding="utf-8", buffering=1) as log:
            while raw := await process.stdout.readline():
                line = raw.decode("utf-8", "replace").rstrip("\n")
                log.write(line + "\n")
                async with self._line:
                    self._lines.append(line)
                    self._line.notify_all()
        async with self._line:
            self._line.notify_all()

    async def logged(self, text: str, *, begin: int = 0, seconds: float = 5) -> str:
        """The first log line from number `begin` on that holds `text`; waits for it."""

        def found() -> str | None:
            return next((line for line in self._lines[begin:] if text in line), None)

        def settled() -> bool:
            return found() is not None or self._reader is None or self._reader.done()

        async with asyncio.timeout(seconds), self._line:
            await self._line.wait_for(settled)
        line = found()
        if line is None:
            raise AssertionError(f"Prosody ended without logging {text!r}:\n{self.log}")
        return line

    async def stop(self, *, kill: bool = False) -> None:
        """Ends the process by its id and waits for it."""
        process, reader = self.process, self._reader
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            async with asyncio.timeout(30):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if reader is not None:
            await reader
        self.process = self._reader = None

    async def restart(self, *, kill: bool = False) -> None:
        """Stops (or kills) and starts on the same ports."""
        await self.stop(kill=kill)
        await self.start()

    def check_log(self) -> None:
        """Raises LogFault when a Lua error was logged."""
        for number, line in enumerate(self._lines):
            if any(word in line for word in FAULTS):
                around = "\n".join(self._lines[max(0, number - 1) : number + 8])
                raise LogFault(f"{around}\n(whole log: {self.log_path})")


@asynccontextmanager
async def running_prosody(
    directory: Path,
    *,
    hold: float = 4,
    log_level: str = "info",
    extra: str = "",
    extra_modules: Path | None = None,
    clean_log: bool = True,
) -> AsyncIterator[Prosody]:
    """A started Prosody; stopped at the end, whatever happens; then its log is searched for Lua errors.

    `extra` is configuration text put behind the stock one (for example another Component); `extra_modules` a
    directory of Lua modules for it.
    """
    prosody = Prosody(directory, hold=hold, log_level=log_level, extra=extra, extra_modules=extra_modules)
    try:
        await prosody.start()
        yield prosody
    finally:
        await prosody.stop()
    if clean_log:
        prosody.check_log()
