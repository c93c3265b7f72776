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

from tui.agent.client import Refused, Unanswered
from xmpp_agent.demo.children import ChildFault
from xmpp_agent.demo.clinic_day import clinic_day
from xmpp_agent.demo.diary import DayFault, Diary
from xmpp_agent.demo.guest import GuestFault
from xmpp_agent.demo.open_day import open_day
from xmpp_agent.demo.premises import PROJECT, open_premises

FOLDER = PROJECT / "var" / "demo"
_CONSOLE_CHOICES = frozenset({"PORTNER_LANG", "PORTNER_SIGNS", "PORTNER_THEME"})


def run(*, headless: bool, folder: Path = FOLDER) -> int:
    """Play the day; exit code 0 when it went as it must, 1 when not, 2 when it could not begin, 130 when stopped.

    Configuration, data and logs are in `folder`, which is emptied first.
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
            return _played(_headless(folder) if headless else _with_console(folder))


def _played(day: Coroutine[object, object, int]) -> int:
    try:
        return asyncio.run(_until_told(day))
    except (ChildFault, DayFault, GuestFault, Refused, Unanswered) as fault:
        sys.stderr.write(f"portner: the demo failed: {fault}\n")
        return 1
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.stderr.write("portner: the demo was stopped\n")
        return 130


async def _until_told(day: Coroutine[object, object, int]) -> int:
    """The day, ended in order by SIGTERM and SIGHUP as asyncio itself ends it by SIGINT."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, task.cancel)
    return await day


async def _headless(folder: Path) -> int:
    diary = Diary(_print)
    async with open_premises(folder) as premises:
        diary.line("Portner", "er klar · is ready")
        async with clinic_day(premises, diary) as day:
            await day.play()
        report = await premises.audit()
    lines = sum(head.seq for head in report.heads.values())
    if report.broken is not None:
        raise DayFault(f"the audit chain is broken at line {report.broken.seq}: {report.broken.why}")
    if diary.unexpected:
        raise DayFault("these were not expected: " + "; ".join(diary.unexpected))
    diary.line("Portner", f"alt gik som ventet · all as expected: {diary.events} events, {lines} audit lines hold")
    return 0


async def _with_console(folder: Path) -> int:
    with folder.with_suffix(".day").open("w", encoding="utf-8", buffering=1) as book:
        async with open_premises(folder) as premises:
            return await open_day(premises, lambda line: book.writelines((line, "\n")))


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
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=file))
        yield
