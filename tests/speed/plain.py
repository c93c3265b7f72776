"""Prosody without Portner: plain MUC, or plain MUC that asks the HTTP call-out. Tuned as Portner's own is."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.prosody import free_ports
from tests.speed.venue import Venue

_LUA = Path(__file__).resolve().parent / "lua"
_ROOT = Path(__file__).resolve().parents[2]
_DOMAIN = "plain.example.dk"
_START_LIMIT = 20.0

_CONFIG = """
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {c2s} }}
c2s_direct_tls_ports = {{}}
data_path = "{data}"
pidfile = "{data}/prosody.pid"
plugin_paths = {{ "{lua}" }}
{root}
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
modules_enabled = {{ "posix"; "saslauth"; "disco"; "roster"; "ping" }}
modules_disabled = {{ "s2s"; "s2s_auth_certs"; "offline"; "tls" }}
storage = "memory"
c2s_require_encryption = false
network_settings = {{ nagle = false }}
gc = {{ mode = "generational" }}

VirtualHost "{domain}"
	authentication = "anonymous"

Component "conference.{domain}" "muc"
	modules_enabled = {{ {modules} }}
	bench_callout_url = "{url}"
	muc_room_cache_size = 20000
	muc_room_locking = false
	muc_room_allow_persistent = false
	muc_room_default_public = false
	muc_tombstones = false
"""


@asynccontextmanager
async def plain_prosody(directory: Path, name: str, callout: tuple[int, int] | None = None) -> AsyncIterator[Venue]:
    """A started Prosody; with `callout` (port and process id) each join is asked about there."""
    (port,) = free_ports(1)
    data = directory / name
    data.mkdir()
    config = _CONFIG.format(
        c2s=port,
        data=data,
        lua=_LUA,
        domain=_DOMAIN,
        root="run_as_root = true" if os.geteuid() == 0 else "",
        modules="" if callout is None else '"bench_callout"',
        url=f"http://127.0.0.1:{callout[0]}/conference" if callout else "",
    )
    (data / "prosody.cfg.lua").write_text(config, encoding="utf-8")
    with (data / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "prosody", "-F", "--config", str(data / "prosody.cfg.lua"), stdout=log, stderr=log, start_new_session=True
        )
        async with ended_after(process):
            await answers(port, process)
            yield Venue(name, _DOMAIN, port, process.pid, lambda: callout[1] if callout else 0)


@asynccontextmanager
async def callout_server() -> AsyncIterator[tuple[int, int]]:
    """The HTTP endpoint in a process of its own; its port and process id."""
    (port,) = free_ports(1)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.speed.callout", str(port), cwd=_ROOT, start_new_session=True
    )
    async with ended_after(process):
        await answers(port, process)
        yield port, process.pid


@asynccontextmanager
async def ended_after(process: asyncio.subprocess.Process) -> AsyncIterator[None]:
    """Ends the process, by its id, when the block ends."""
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def answers(port: int, process: asyncio.subprocess.Process) -> None:
    """Returns when something listens there. Raises TimeoutError, or RuntimeError when the process has ended."""
    async with asyncio.timeout(_START_LIMIT):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
    raise RuntimeError("the server ended before it listened")
