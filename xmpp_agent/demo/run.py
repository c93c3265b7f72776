"""Starting and ending the demo: one at a time, everything under var/demo, every way out leaves nothing behind."""

import asyncio
import fcntl
import logging
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from tui.agent.faults import Refused, Unanswered
from xmpp_agent.demo.calendar import NotBookedError
from xmpp_agent.demo.children import ChildFault
from xmpp_agent.demo.clinic_day import clinic_day
from xmpp_agent.demo.diary import DayFault, Diary
from xmpp_agent.demo.guest import GuestFault
from xmpp_agent.demo.login_provider.running import LoginProviderFault
from xmpp_agent.demo.meeting.app import MeetingFault
from xmpp_agent.demo.open_day import open_day
from xmpp_agent.demo.premises import PROJECT
from xmpp_agent.demo.reader import ReaderFault
from xmpp_agent.demo.town import Plan, Town, open_town
from xmpp_agent.demo.walk import walk

FOLDER = PROJECT / "var" / "demo"
SQUARE, SITE = 8400, 8480
"""Ports a person may type, when they are free."""
_FAULTS = (
    *(ChildFault, LoginProviderFault, MeetingFault),
    *(DayFault, GuestFault, ReaderFault, NotBookedError, Refused, Unanswered),
)
"""A part that does not start, and a day that does not go as it must."""
_CONSOLE_CHOICES = frozenset({"PORTNER_LANG", "PORTNER_SIGNS", "PORTNER_THEME"})


def run(*, headless: bool, folder: Path = FOLDER, ports: tuple[int, int] = (SQUARE, SITE)) -> int:
    """Play the day; exit code 0 when it went as it must, 1 when not, 2 when it could not begin, 130 when stopped.

    Configuration, data and logs are in `folder`, which is emptied first. `ports`: of square and site, if they are
    free; 0: any.
    """
    if not headless and not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("portner: the console needs a terminal; without one: make demo HEADLESS=1\n")
        return 2
    for name in [name for name in os.environ if name.startswith("PORTNER_") and name not in _CONSOLE_CHOICES]:
        del os.environ[name]
    folder.parent.mkdir(exist_ok=True)
    with _only_one(folder.with_suffix(".lock")) as alone:
        if not alone:
            sys.stderr.write("portner: a demo is running in this folder already\n")
            return 2
        with _log_to(folder.with_suffix(".log")):
            plan = Plan(square_port=ports[0], site_port=ports[1])
            return _played(_headless(folder, plan) if headless else _with_console(folder, plan))


def _played(day: Coroutine[object, object, int]) -> int:
    try:
        return asyncio.run(_until_told(day))
    except _FAULTS as fault:
        sys.stderr.write(f"portner: the demo failed: {fault}\n")
        return 1
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.stderr.write("portner: the demo was stopped\n")
        return 130


async def _until_told(day: Coroutine[object, object, int]) -> int:
    """The day, ended in order by each signal that asks for it. SIGINT, too: asyncio hears it only where it was not
    ignored from the start, as a shell has it for what runs in the background."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, task.cancel)
    return await day


async def _headless(folder: Path, plan: Plan) -> int:
    diary = Diary(_print)
    async with open_town(folder, plan) as town:
        diary.line("Portner", "er klar · is ready")
        async with clinic_day(town.premises, diary) as day:
            await day.play()
        async with walk(town, diary) as way:
            await way.play()
        report = await town.premises.audit()
    lines = sum(head.seq for head in report.heads.values())
    if report.broken is not None:
        raise DayFault(f"the audit chain is broken at line {report.broken.seq}: {report.broken.why}")
    if diary.unexpected:
        raise DayFault("these were not expected: " + "; ".join(diary.unexpected))
    diary.line("Portner", f"alt gik som ventet · all as expected: {diary.events} events, {lines} audit lines hold")
    return 0


async def _with_console(folder: Path, plan: Plan) -> int:
    with folder.with_suffix(".day").open("w", encoding="utf-8", buffering=1) as book:
        async with open_town(folder, plan) as town:
            for danish, english, address in _addresses(town):
                _print(f"  {danish + ' · ' + english:<44} {address}")
            _print("\nTryk Enter for at åbne lederens konsol. · Press Enter to open the supervisors' console.")
            await _enter_pressed()
            return await open_day(town.premises, lambda line: book.writelines((line, "\n")))


def _addresses(town: Town) -> tuple[tuple[str, str, str], ...]:
    """What a person may look at, the square first: everything else is a link there."""
    return (
        ("Torvet: begynd her", "The square: begin here", f"{town.square}/"),
        ("Medarbejdere", "Staff", f"{town.site}/staff"),
        ("Telefonen", "The telephone", f"{town.phone}/"),
        ("Postkassen", "The mailbox", f"{town.square}/post"),
    )


async def _enter_pressed() -> None:
    """Return when a line was typed. A thread that reads would keep a demo that is stopped meanwhile from ending."""
    pressed, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(sys.stdin, pressed.set)
    try:
        await pressed.wait()
    finally:
        loop.remove_reader(sys.stdin)
    sys.stdin.readline()


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextmanager
def _only_one(path: Path) -> Iterator[bool]:
    """Whether nobody else holds this file; held until the end of the block, also by a process that is killed then."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """What libraries of this process have to say goes to a file: the terminal belongs to the day."""
    with path.open("w", encoding="utf-8") as file:
        logging.basicConfig(stream=file, level=logging.WARNING, force=True)
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=file))
        yield
