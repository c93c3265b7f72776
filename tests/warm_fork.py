"""A process that has imported everything and forks: what is started from it is there in a few milliseconds.

Run as `python -m tests.warm_fork <descriptor> <module>`. Each request brings arguments and two descriptors; the child
has them as stdin and stdout and calls `begin(arguments)` of that module. Before the fork comes `prepare(arguments)`, if
the module has that.
"""

import asyncio
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LONGEST = 100_000


@dataclass
class Child:
    """One that was started: what it says, and what it is told."""

    pid: int
    says: asyncio.StreamReader
    told: asyncio.StreamWriter
    warm: "Warm"
    ended: int | None = None

    def tell(self, line: str) -> None:
        """One line on its stdin."""
        self.told.write(f"{line}\n".encode())

    def kill(self) -> None:
        """By its own id, if it is still there."""
        if self.ended is None:
            os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        """Exit code, or minus the signal that ended it."""
        if self.ended is None:
            self.ended = await asyncio.to_thread(self.warm.wait, self.pid)
        return self.ended


class Warm:
    """The process that forks."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    @asynccontextmanager
    async def child(self, *arguments: str) -> AsyncIterator[Child]:
        """One that runs; dead and gone afterwards."""
        says, its_out = os.pipe()
        its_in, told = os.pipe()
        try:
            pid = await asyncio.to_thread(self._fork, arguments, its_in, its_out)
        finally:
            os.close(its_in)
            os.close(its_out)
        child = Child(pid, await _reader(says), await _writer(told), self)
        try:
            yield child
        finally:
            child.kill()
            await child.says.read()
            await child.wait()
            child.told.close()

    def wait(self, pid: int) -> int:
        """How a child ended; returns when it has."""
        return self._ask({"wait": pid}, [])

    def _fork(self, arguments: tuple[str, ...], its_in: int, its_out: int) -> int:
        return self._ask({"arguments": arguments}, [its_in, its_out])

    def _ask(self, wish: dict[str, object], descriptors: list[int]) -> int:
        socket.send_fds(self._line, [json.dumps(wish).encode()], descriptors)
        return int(self._line.recv(_LONGEST))


@contextmanager
def warm_process(module: str) -> Iterator[Warm]:
    """One that has this module, until the block ends."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        command = [sys.executable, "-m", "tests.warm_fork", str(its.fileno()), module]
        with subprocess.Popen(command, cwd=ROOT, pass_fds=[its.fileno()]) as process:
            its.close()
            try:
                yield Warm(ours)
            finally:
                ours.close()
                process.wait(20)


async def _reader(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    pipe = os.fdopen(descriptor, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


async def _writer(descriptor: int) -> asyncio.StreamWriter:
    loop, pipe = asyncio.get_running_loop(), os.fdopen(descriptor, "wb", buffering=0)
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), pipe
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)


def serve(line: socket.socket, module: str) -> None:
    """Fork for everybody who asks, until nobody is there any more."""
    its = importlib.import_module(module)
    gc.freeze()  # else a child's first search for garbage copies all of it
    prepare = getattr(its, "prepare", lambda arguments: None)
    while True:
        raw, descriptors, _, _ = socket.recv_fds(line, _LONGEST, 2)
        if not raw:
            return
        wish = json.loads(raw)
        if "wait" in wish:
            _, status = os.waitpid(wish["wait"], 0)
            line.send(str(os.waitstatus_to_exitcode(status)).encode())
            continue
        prepare(wish["arguments"])
        pid = os.fork()
        if pid == 0:
            line.close()
            _live(its.begin, wish["arguments"], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        line.send(str(pid).encode())


def _live(begin: object, arguments: list[str], descriptors: list[int]) -> None:
    code = 1
    try:
        for place, descriptor in enumerate(descriptors):
            os.dup2(descriptor, place)
            os.close(descriptor)
        assert callable(begin)
        begin(arguments)
        code = 0
    except Exception:  # noqa: BLE001  # the end of the process: said on stderr, and by its exit code
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as ours:
        serve(ours, sys.argv[2])
