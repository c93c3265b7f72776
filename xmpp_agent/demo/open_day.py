"""The day with the console on it: people come and wait, and the person at the keyboard decides about them.

Vera Holm's room has a citizen every now and then (one with an interpreter), Karen Lind has the hotline. People answer
what is written to them, come when let in, talk until the visit is finished, and come again once when turned away.
Names and CPR numbers are invented.
"""

import asyncio
import contextlib
import itertools
import random
import signal
import sys
import termios
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from xmpp_agent.demo.children import ChildFault
from xmpp_agent.demo.clinic_day import KAREN, VERA, door_of
from xmpp_agent.demo.guest import Guest, GuestFault
from xmpp_agent.demo.premises import CLINIC_CALL, Meeting, Premises
from xmpp_agent.demo.sightings import Sighting, What
from xmpp_agent.model.people import CompanionKind
from xmpp_agent.model.words import FIRST_IN_LINE, PLACE_IN_LINE, STAFF_LATE

_PEOPLE = (
    ("Anna Hansen", "010190-1234"),
    ("Bo Berg", "020280-4321"),
    ("Carla Dam", "030370-2468"),
    ("Erik Falk", "040465-1357"),
    ("Gitte Holst", "050555-8642"),
    ("Henrik Juul", "060678-9753"),
    ("Inger Krogh", "070788-1597"),
    ("Jens Lund", "080899-3571"),
)
_CALLERS = ("Dan Friis", "Nadia Omar", "Søren Vest")
_INTERPRETER = "Ida Tolstrup"
_WRONG_CPR = "121212-1212"
_MOST_HERE = 8
_VISIT = 240.0
_CALL = 45.0
"""Seconds after which a citizen or caller ends the meeting when nobody else does."""
_RESTART_AFTER = 90.0
_GONE = frozenset({What.PUT_OUT, What.LEFT, What.LOGIN_REFUSED, What.CUT_OFF, What.TURNED_BACK})
_REFUSED = frozenset({What.TOLD, What.TURNED_AWAY})
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who comes: under which name, to which room, with which pass, and how long they stay."""

    name: str
    room: str
    token: str
    stays: float


class OpenDay:
    """Everybody who comes while the console is open."""

    def __init__(self, premises: Premises, say: Say) -> None:
        self._premises, self._say = premises, say
        self._began = time.monotonic()
        self._random = random.Random(1881)  # noqa: S311 -- the order of the day, not a secret
        self._here = 0
        self._fewer = asyncio.Condition()

    async def go_on(self) -> None:
        """The day, for as long as nobody ends it."""
        async with asyncio.TaskGroup() as people:
            people.create_task(self._visitors(people))
            people.create_task(self._callers(people))
            people.create_task(self._restart())

    async def _visitors(self, people: asyncio.TaskGroup) -> None:
        for number, (name, cpr) in enumerate(itertools.cycle(_PEOPLE)):
            companions = ((CompanionKind.INTERPRETER, _INTERPRETER),) if number % len(_PEOPLE) == 1 else ()
            booked = await self._premises.book(Meeting(name, VERA, "Jobcenter", cpr, companions=companions))
            # One in eight logs in as somebody else: that is for staff to judge.
            shown = _WRONG_CPR if number % len(_PEOPLE) == 4 else cpr
            token = await self._premises.citizen_token(booked, shown)
            people.create_task(self._person(Caller(name, booked.room, token, _VISIT)))
            for place, _ in enumerate(companions):
                follower = await self._premises.companion_token(booked, place)
                people.create_task(self._person(Caller(_INTERPRETER, booked.room, follower, _VISIT)))
            if number == 1:
                staff = Caller(VERA, booked.room, await self._premises.staff_token(booked), float("inf"))
                people.create_task(self._person(staff))
            await asyncio.sleep(1.5 if number < 3 else self._random.uniform(12, 25))
            async with self._fewer:
                await self._fewer.wait_for(lambda: self._here <= _MOST_HERE)

    async def _callers(self, people: asyncio.TaskGroup) -> None:
        for number, name in enumerate(itertools.cycle(_CALLERS)):
            booked = await self._premises.book(Meeting(name, KAREN, "Akuttelefon", "", policy=CLINIC_CALL.id))
            if number == 0:
                staff = Caller(KAREN, booked.room, await self._premises.staff_token(booked), float("inf"))
                people.create_task(self._person(staff))
            await asyncio.sleep(self._random.uniform(8, 40))
            token = await self._premises.citizen_token(booked, "")
            people.create_task(self._person(Caller(name, booked.room, token, _CALL)))

    async def _restart(self) -> None:
        """Once, in the middle of it all."""
        await asyncio.sleep(_RESTART_AFTER)
        await self._premises.agent.stop()
        await self._premises.start_agent()

    async def _person(self, who: Caller) -> None:
        """From coming to going, and once more when turned away; a client that breaks is noted, and the day goes on."""
        self._here += 1
        try:
            if await self._visit(who):
                await asyncio.sleep(self._random.uniform(15, 30))
                await self._visit(who)
        except GuestFault as fault:
            self._say(str(fault))
        finally:
            self._here -= 1
            async with self._fewer:
                self._fewer.notify_all()

    async def _visit(self, who: Caller) -> bool:
        """One stay; True when they were turned away."""
        seen: asyncio.Queue[Sighting] = asyncio.Queue()
        guest = Guest(who.name, door_of(self._premises), who.room, lambda _, what: self._noted(who, what, seen))
        try:
            if await guest.log_in(who.token):
                await guest.come()
            return await self._stay(who, guest, seen)
        finally:
            await guest.hang_up()

    async def _stay(self, who: Caller, guest: Guest, seen: asyncio.Queue[Sighting]) -> bool:
        leaves_at: float | None = None
        while True:
            try:
                async with asyncio.timeout_at(leaves_at):
                    sighting = await seen.get()
            except TimeoutError:
                await guest.leave()
                leaves_at = None
                continue
            if sighting.what in _GONE or sighting.what in _REFUSED:
                return sighting.what in _REFUSED
            if sighting.what is What.INSIDE and who.stays != float("inf"):
                leaves_at = asyncio.get_running_loop().time() + who.stays
            elif sighting.what is What.READS and who.stays != float("inf") and not _is_notice(sighting.about):
                await asyncio.sleep(self._random.uniform(2, 4))
                await guest.write("Tak, jeg venter.")

    def _noted(self, who: Caller, sighting: Sighting, seen: asyncio.Queue[Sighting]) -> None:
        self._say(f"{time.monotonic() - self._began:6.1f} s  {who.name:<20} {sighting}")
        seen.put_nowait(sighting)


def _is_notice(words: str) -> bool:
    """Whether Portner says this by itself, so that nobody would answer it."""
    return any(words.startswith(notice[0].partition("{")[0]) for notice in (FIRST_IN_LINE, PLACE_IN_LINE, STAFF_LATE))


async def open_day(premises: Premises, say: Say) -> int:
    """Play until the console is closed; answers the console's exit code. Raises ChildFault when the agent fails."""
    day = asyncio.create_task(OpenDay(premises, say).go_on())
    console = asyncio.create_task(_console(premises))
    try:
        await asyncio.wait({day, console}, return_when=asyncio.FIRST_COMPLETED)
        if day.done():
            await _unwrapped(day)
        return await console
    finally:
        for task in (console, day):
            task.cancel()
        await asyncio.gather(console, day, return_exceptions=True)


async def _unwrapped(day: Awaitable[None]) -> None:
    try:
        await day
    except* ChildFault as faults:
        raise faults.exceptions[0] from None


async def _console(premises: Premises) -> int:
    """`portner tui` on this terminal, which is as it was afterwards, however the console ended."""
    before = termios.tcgetattr(sys.stdin)
    command = (sys.executable, "-m", "xmpp_agent", "tui", "--socket", str(premises.settings.socket))
    process = await asyncio.create_subprocess_exec("setpriv", "--pdeathsig", "TERM", *command)
    try:
        return await process.wait()
    finally:
        await _close(process)
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


async def _close(process: Process) -> None:
    """As Ctrl-C would; then by force."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(3):
                await process.wait()
