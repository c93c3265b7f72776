"""The demo as a process of its own, in a folder of its own, and what is left of it afterwards."""

import asyncio
import os
import select
import signal
import sys
import uuid
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LIMIT = 120.0
_MARK = "DEMO_OF_A_TEST"


def command(folder: Path, *, headless: bool) -> tuple[str, ...]:
    """What `portner demo` does, with another folder, on ports that are free."""
    call = f"run(headless={headless}, folder=Path({str(folder)!r}), ports=(0, 0))"
    code = f"import sys; from pathlib import Path; from xmpp_agent.demo.run import run; sys.exit({call})"
    return sys.executable, "-c", code


@dataclass(slots=True)
class Demo:
    """A demo that plays. Everything it ever started carries its mark in the environment."""

    process: Process
    mark: str
    lines: list[str] = field(default_factory=list)

    async def until(self, words: str) -> None:
        """Read its lines until one holds these words."""
        assert self.process.stdout is not None
        async with asyncio.timeout(LIMIT):
            async for raw in self.process.stdout:
                self.lines.append(raw.decode().rstrip())
                if words in self.lines[-1]:
                    return
        raise AssertionError("\n".join(self.lines))

    async def ended(self) -> int:
        """Its exit code, when it has ended; all of its lines are read then."""
        assert self.process.stdout is not None
        async with asyncio.timeout(LIMIT):
            async for raw in self.process.stdout:
                self.lines.append(raw.decode().rstrip())
            return await self.process.wait()

    @property
    def said(self) -> str:
        return "\n".join(self.lines)


def environment(mark: str) -> dict[str, str]:
    """This process's environment with the mark."""
    return dict(os.environ) | {_MARK: mark, "PYTHONPATH": str(PROJECT)}


@asynccontextmanager
async def played(folder: Path) -> AsyncIterator[Demo]:
    """A headless demo; when the block ends it is stopped if it still plays."""
    mark = uuid.uuid4().hex
    process = await asyncio.create_subprocess_exec(
        *command(folder, headless=True),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        env=environment(mark),
        start_new_session=True,
    )
    try:
        yield Demo(process, mark)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()


def processes(mark: str, words: str = "") -> list[int]:
    """Ids of the live processes that carry the mark, with these words in their command."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            marked = f"{_MARK}={mark}".encode() in (entry / "environ").read_bytes()
            if marked and words in (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"):
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


async def all_gone(pids: list[int], mark: str) -> list[int]:
    """Wait (10 s at most) for these processes to end; then whoever still carries the mark."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            await asyncio.to_thread(select.select, [handle], [], [], 10)
        finally:
            os.close(handle)
    return processes(mark)
