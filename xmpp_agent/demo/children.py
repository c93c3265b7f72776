"""Processes that belong to the demo and end with it: in order, at Ctrl-C, and also when the demo itself is killed."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

SOON = 20.0
"""Seconds a process may take to be ready; both take about one on two idle cores."""
_POLITE = 5.0
"""Seconds between being asked to end and being made to."""


class ChildFault(Exception):
    """A process of the demo did not start, or ended by itself; the text names its log."""


class Child:
    """One process in a session of its own, so that Ctrl-C reaches the demo alone and the demo ends it in order.

    `setpriv --pdeathsig` has the kernel kill it when the demo dies without a chance to (SIGKILL).
    """

    def __init__(self, name: str, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self._name, self._command, self._log, self._env = name, command, log, env
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._lines: list[str] = []
        self._more = asyncio.Condition()

    @property
    def pid(self) -> int:
        """Process id. Raises ChildFault when it was never started."""
        if self._process is None:
            raise ChildFault(f"{self._name} does not run.")
        return self._process.pid

    async def start(self, *ready: str) -> None:
        """Start; returns when its log has a line with each of the words in `ready`. Raises ChildFault."""
        begin = len(self._lines)
        self._process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", *self._command),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env=self._env,
            start_new_session=True,
        )
        log = self._log.open("a", encoding="utf-8")
        self._reading = asyncio.create_task(self._read(self._process, log))
        try:
            async with asyncio.timeout(SOON), self._more:
                await self._more.wait_for(lambda: self._ended or self._has(ready, begin))
        except TimeoutError:
            raise ChildFault(f"{self._name} was not ready within {SOON:.0f} s; its log is {self._log}.") from None
        if not self._has(ready, begin):
            raise ChildFault(f"{self._name} ended while starting; its log is {self._log}.")

    async def stop(self, *, kill: bool = False) -> None:
        """End it by its id and wait until it is gone. May be called twice."""
        if self._process is None or self._reading is None:
            return
        if self._process.returncode is None:
            self._process.kill() if kill else self._process.terminate()
        try:
            async with asyncio.timeout(_POLITE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._reading
        self._process = self._reading = None

    def lines_with(self, *words: str) -> list[str]:
        """Every line of its log that holds one of these words."""
        return [line for line in self._lines if any(word in line for word in words)]

    @property
    def _ended(self) -> bool:
        return self._reading is None or self._reading.done()

    def _has(self, words: Sequence[str], begin: int) -> bool:
        return all(any(word in line for line in self._lines[begin:]) for word in words)

    async def _read(self, process: Process, log: IO[str]) -> None:
        if process.stdout is None:
            return
        with log:
            async for raw in process.stdout:
                line = raw.decode("utf-8", "replace").rstrip("\n")
                log.write(line + "\n")
                log.flush()
                async with self._more:
                    self._lines.append(line)
                    self._more.notify_all()
        async with self._more:
            self._more.notify_all()


def without_settings() -> dict[str, str]:
    """This process's environment without Portner's settings: the demo is never the installation of this machine."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PORTNER_")}
