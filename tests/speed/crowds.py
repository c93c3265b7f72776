"""A full house: how soon a new agent sees it, what others notice meanwhile, and what the agent costs from then on."""

import asyncio
import math
import random
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.speed.installation import Heard, Installation
from tests.speed.knocks import console
from tests.speed.light import LightClient, Lost, Refused
from tests.speed.town import crowd_file
from tests.speed.venue import Guest, cpu_seconds, quantile, resident_mb

_WATCHERS = 4
_PAUSE = 0.002


@dataclass(frozen=True, slots=True)
class Resync:
    """Times are seconds. `link_to_live` is the resync itself; `start_to_live` has the start of the process in it."""

    link_to_live: float
    start_to_live: float
    others: list[float]
    """Joins at a MUC of the same Prosody that has no door, from the link coming up until live."""
    held: float
    """How long a join through the door waited that came as the link came up; infinite: it was refused."""
    resident: float


@dataclass(frozen=True, slots=True)
class Steady:
    """The agent with a full house and so many changes a second."""

    changes_per_second: float
    cpu_percent: float
    resident: float


async def settle(portner: Installation, crowd: Path, rooms: int, guests: int) -> list[Guest]:
    """Some real staff log in, the agent ends, and Prosody and database are filled with busy rooms."""
    async with portner.town() as town:
        real = [town.household() for _ in range(guests)]
    await portner.agent.start()
    await portner.agent.live()
    staff = [await portner.staff(home) for home in real]
    await portner.agent.end()  # it would write down that the visits of rooms not there are over
    async with portner.town() as town:
        homes = [town.household(busy=True) for _ in range(rooms)]
    await asyncio.to_thread(crowd.write_text, crowd_file(homes), encoding="utf-8")
    await _seat(staff[0].client, len(homes))
    return staff


async def _seat(client: LightClient, rooms: int) -> None:
    request = "<iq type='set' to='crowd.meet.example.dk' id='c'><crowd xmlns='urn:portner:bench'/></iq>"
    await client.ask(request.encode(), f"rooms='{rooms}'".encode())


async def measure_resync(portner: Installation, guests: list[Guest]) -> Resync:
    """Start the agent on the full house."""
    times: list[tuple[float, float]] = []
    watchers, doors = guests[:_WATCHERS], guests[_WATCHERS:]
    seen = asyncio.Event()
    watching = [asyncio.create_task(_watch(guest, times, seen)) for guest in watchers]
    began = time.perf_counter()
    await portner.agent.start()
    link = await portner.agent.said("link_up")
    held = asyncio.create_task(_through_the_door(doors[0]))
    live = await portner.agent.live()
    waited = await held
    seen.set()
    await asyncio.gather(*watching)
    resident = resident_mb(portner.agent.pid)
    return Resync(live.at - link.at, live.at - began, _between(times, link, live), waited, resident)


async def _watch(guest: Guest, times: list[tuple[float, float]], until: asyncio.Event) -> None:
    """Joins and leaves at the MUC without door, as fast as it goes."""
    seat = guest.seat.replace("conference.", "open.")
    while not until.is_set():
        began = time.perf_counter()
        await guest.client.join(seat)
        times.append((began, time.perf_counter() - began))
        await guest.client.leave(seat)
        await asyncio.sleep(_PAUSE)


def _between(times: list[tuple[float, float]], link: Heard, live: Heard) -> list[float]:
    return [took for began, took in times if began + took >= link.at and began <= live.at]


async def _through_the_door(guest: Guest) -> float:
    try:
        return await guest.visit()
    except Refused:
        return math.inf


async def measure_steady(portner: Installation, guests: list[Guest], per_second: float, seconds: float) -> Steady:
    """People come and go at that rate, a console looks on. A change is one entering or one leaving."""
    chance = random.Random(1)  # noqa: S311  # a repeatable load, not a secret
    inside: dict[int, bool] = {}
    async with console(portner.socket):
        cpu, began, done = cpu_seconds(portner.agent.pid), time.perf_counter(), 0
        while (now := time.perf_counter()) < began + seconds:
            await asyncio.sleep(max(0.0, began + done / per_second - now))
            number = chance.randrange(len(guests))
            guest, is_inside = guests[number], inside.get(number, False)
            with suppress(Refused, Lost):
                await (guest.client.leave(guest.seat) if is_inside else guest.client.join(guest.seat))
                inside[number] = not is_inside
            done += 1
        spent, took = cpu_seconds(portner.agent.pid) - cpu, time.perf_counter() - began
    return Steady(done / took, 100 * spent / took, resident_mb(portner.agent.pid))


def p99(values: list[float]) -> float:
    """0 when nothing was measured."""
    return quantile(values, 0.99) if values else 0.0
