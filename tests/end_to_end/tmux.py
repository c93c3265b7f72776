"""A terminal a test looks at: tmux (its own server, on a socket of its own), keys sent, the screen read.

Nothing is polled: a client in tmux's control mode is told whenever the program writes, and only then the screen is
read.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

LIMIT = 60.0
SIZE = (160, 45)
_CONFIG = """
set -g remain-on-exit on
set -g status off
set -g allow-rename off
set -g escape-time 0
"""


_NOTED = 'status=$1; shift; "$@"; echo $? >"$status"'
"""The command, and what it ended with. tmux itself misses the end of a child now and then (3.3a; seen in one of twenty
runs: a zombie, whose end its server never hears of)."""


class Terminal:
    """Made by `terminal()`."""

    def __init__(self, folder: Path) -> None:
        self._status = folder / "tmux.status"
        self._pane = -1
        """Handle of the process in the window."""
        self._tmux = ("tmux", "-u", "-S", str(folder / "tmux"), "-f", str(folder / "tmux.conf"))
        self._written = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._control: asyncio.subprocess.Process | None = None
        self.seen: list[str] = []
        """Every screen that was read."""
        self.titles: set[str] = set()
        """What the program called the terminal, whenever the screen was read."""

    async def begin(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start the server with one window, the command in it."""
        size = ("-x", str(SIZE[0]), "-y", str(SIZE[1]))
        then = (";", "set", "-g", "window-size", "manual")  # as a setting from the start it ends tmux 3.3a
        noted = ("sh", "-c", _NOTED, "sh", str(self._status), *command)
        await self._said("new-session", "-d", "-s", "walk", *size, *noted, *then, environment=environment)
        self._pane = os.pidfd_open(int(await self._said("display-message", "-p", "-t", "walk", "#{pane_pid}")))
        self._control = await asyncio.create_subprocess_exec(
            *(*self._tmux, "-C", "attach-session", "-t", "walk"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._watching = asyncio.create_task(self._watch(self._control))

    async def keys(self, *names: str) -> None:
        """Press these keys, named as tmux does (`Enter`, `Escape`, `C-q`)."""
        await self._said("send-keys", "-t", "walk", *names)

    async def types(self, text: str) -> None:
        """Type these characters."""
        await self._said("send-keys", "-t", "walk", "-l", text)

    async def screen(self) -> str:
        """What is on the screen now."""
        title = ("display-message", "-p", "-t", "walk", "#{pane_title}", ";")
        called, _, shown = (await self._said(*title, "capture-pane", "-p", "-t", "walk")).partition("\n")
        self.titles.add(called)
        self.seen.append(shown)
        return shown

    async def until(self, is_so: Callable[[str], object]) -> str:
        """The screen, as soon as it is so. AssertionError with the last one when time is up."""
        shown = ""
        try:
            async with asyncio.timeout(LIMIT):
                while True:
                    self._written.clear()
                    shown = await self.screen()
                    if is_so(shown):
                        return shown
                    await self._written.wait()
        except TimeoutError:
            raise AssertionError(f"it did not come about; the screen:\n{shown}") from None

    async def shows(self, *words: str) -> str:
        """The screen, as soon as all these words are on it."""
        return await self.until(lambda shown: all(each in shown for each in words))

    async def ended(self) -> int:
        """The exit code of the command, when it has ended. AssertionError with the last screen when time is up."""
        try:
            async with asyncio.timeout(LIMIT):
                await _ended(self._pane)
        except TimeoutError:
            raise AssertionError(f"it did not end; the screen:\n{await self.screen()}") from None
        return int(self._status.read_text())

    async def close(self) -> None:
        """End the server and whatever runs in it."""
        await self._said("kill-server")
        if self._control is not None and self._watching is not None:
            await self._control.wait()
            await self._watching
        if self._pane >= 0:
            os.close(self._pane)

    async def _watch(self, control: asyncio.subprocess.Process) -> None:
        assert control.stdout is not None
        async for line in control.stdout:
            if not line.startswith((b"%begin", b"%end")):
                self._written.set()
        self._written.set()

    async def _said(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        process = await asyncio.create_subprocess_exec(
            *(*self._tmux, *words), stdout=asyncio.subprocess.PIPE, env=environment
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, f"tmux {words[0]}"
        return out.decode()


async def _ended(process: int) -> None:
    """Wait for the end of the process with this handle, whether or not its parent has heard of it."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(process)


@asynccontextmanager
async def terminal(folder: Path, command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[Terminal]:
    """A terminal with this command running in it; ended with the block."""
    await asyncio.to_thread((folder / "tmux.conf").write_text, _CONFIG)
    opened = Terminal(folder)
    await opened.begin(command, environment)
    try:
        yield opened
    finally:
        await opened.close()
