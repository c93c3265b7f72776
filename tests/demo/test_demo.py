"""The demo, played: it goes as it must, says so when it does not, and leaves no process behind."""

import asyncio
import fcntl
import os
import pty
import signal
import termios
import uuid
from pathlib import Path

import pytest

from tests.demo.played import LIMIT, all_gone, command, environment, played, processes

pytestmark = [pytest.mark.prosody, pytest.mark.timeout(400)]


async def test_day_and_walk_are_played_to_their_end_and_leave_nothing_running(tmp_path: Path) -> None:
    """Without a terminal every expected thing happens, nothing else, and the exit code says so."""
    async with played(tmp_path / "demo") as demo:
        code = await demo.ended()
    assert code == 0, demo.said
    assert "all as expected" in demo.lines[-1]
    assert "UNEXPECTED" not in demo.said
    assert processes(demo.mark) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_however_the_demo_is_stopped_nothing_is_left_running(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C, an ordinary end, a closed terminal and a kill all take Prosody, agent and clients with them."""
    async with played(tmp_path / "demo") as demo:
        await demo.until("opens her room")
        running = processes(demo.mark)
        assert len(running) >= 3, "the demo, Prosody, the agent"
        demo.process.send_signal(number)
        code = await demo.ended()
    assert code == (-signal.SIGKILL if number is signal.SIGKILL else 130), demo.said
    assert await all_gone(running, demo.mark) == []


async def test_a_day_on_which_the_agent_dies_unasked_fails_and_says_so(tmp_path: Path) -> None:
    """What was expected and did not happen is named, and the exit code is 1."""
    async with played(tmp_path / "demo") as demo:
        await demo.until("opens her room")
        (agent,) = processes(demo.mark, "-m xmpp_agent agent")
        os.kill(agent, signal.SIGKILL)
        code = await demo.ended()
    assert code == 1
    assert "the demo failed" in demo.lines[-1]
    assert processes(demo.mark) == []


async def test_a_second_demo_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """It would empty the first one's folder under its feet."""
    with (tmp_path / "demo.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        async with played(tmp_path / "demo") as demo:
            assert await demo.ended() == 2
    assert "running in this folder already" in demo.said


async def test_with_the_console_the_keyboard_ends_it_and_the_terminal_is_as_before(tmp_path: Path) -> None:
    """The square's address first, the console after Enter; Ctrl+Q closes both with exit code 0, and nothing runs on."""
    mark = uuid.uuid4().hex
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (40, 140))
    before = termios.tcgetattr(theirs)
    process = await asyncio.create_subprocess_exec(
        *command(tmp_path / "demo", headless=False),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(mark) | {"TERM": "xterm-256color"},
        start_new_session=True,
    )
    try:
        screen = _Screen(ours)
        await screen.shows("The square: begin here")
        await screen.shows("Press Enter")
        os.write(ours, b"\n")
        await screen.shows("Vera Holm")
        os.write(ours, b"\x11")
        async with asyncio.timeout(LIMIT):
            assert await process.wait() == 0
        assert termios.tcgetattr(theirs) == before
        assert processes(mark) == []
    finally:
        screen.close()
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()
        os.close(theirs)
        os.close(ours)


class _Screen:
    """Everything a terminal was sent; it must be read all the time, or whoever writes to it waits for ever."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._sent = bytearray()
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(handle, self._read)

    def _read(self) -> None:
        self._sent += os.read(self._handle, 65536)
        self._more.set()

    async def shows(self, words: str) -> None:
        async with asyncio.timeout(LIMIT):
            while words.encode() not in self._sent:
                self._more.clear()
                await self._more.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._handle)
