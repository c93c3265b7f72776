"""How long a join takes and how many there are in a second: every kind of door in turn, again and again."""

import asyncio
import time
from dataclasses import dataclass, field

from tests.speed.installation import Installation
from tests.speed.light import LightClient
from tests.speed.venue import Guest, Venue, cpu_seconds, median, quantile


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int
    in_turn: int
    """Joins one after the other in one round."""
    clients: int
    visits: int
    """Joins of each client in one round."""


@dataclass
class Measured:
    """One kind of door: seconds of each join (a list per round), joins per second (one per round)."""

    venue: Venue
    in_turn: list[list[float]] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    crowded: list[float] = field(default_factory=list)
    cpu: list[list[float]] = field(default_factory=list)
    """Seconds of CPU for one visit (in and out) with all clients at work: Prosody's, and of whom it asks."""

    def p(self, q: float) -> float:
        """Median over the rounds of the quantile, in seconds."""
        return median([quantile(times, q) for times in self.in_turn])

    def p50_ratio(self, to: "Measured") -> float:
        """Median over the rounds of the ratio within the round."""
        return median([median(a) / median(b) for a, b in zip(self.in_turn, to.in_turn, strict=True)])

    def rate_ratio(self, to: "Measured") -> float:
        """The same for joins per second."""
        return median([a / b for a, b in zip(self.per_second, to.per_second, strict=True)])


async def plain_guests(venue: Venue, count: int) -> list[Guest]:
    """Anonymous clients, a room name for each."""
    guests = []
    for number in range(count):
        client = await LightClient.connect(venue.domain, venue.port, None)
        guests.append(Guest(client, f"room{number:04d}abcdefghijklmnop@{venue.rooms}/staff"))
    return guests


async def staff_guests(portner: Installation, count: int) -> list[Guest]:
    """Members of staff, a room for each."""
    async with portner.town() as town:
        homes = [town.household() for _ in range(count)]
    await portner.agent.start()
    await portner.agent.live()
    return [await portner.staff(home) for home in homes]


async def measure_joins(doors: list[tuple[Venue, list[Guest]]], size: Size) -> list[Measured]:
    """Rounds over all doors; the order turns from round to round, so that nobody always comes first."""
    measured = [Measured(venue) for venue, _ in doors]
    pairs = list(zip(measured, doors, strict=True))
    for guests in (guests for _, guests in doors):  # everything loaded and warm
        await _in_turn(guests[:50], 100)
        await _at_once(guests[: size.clients], 2)
    for number in range(size.rounds):
        turn = number % len(pairs)
        for result, (_, guests) in (*pairs[turn:], *pairs[:turn]):
            result.in_turn.append(await _in_turn(guests, size.in_turn))
        for result, (venue, guests) in (*pairs[turn:], *pairs[:turn]):
            spent, began = _spent(venue), time.perf_counter()
            times = await _at_once(guests[: size.clients], size.visits)
            result.per_second.append(len(times) / (time.perf_counter() - began))
            result.cpu.append([(b - a) / len(times) for a, b in zip(spent, _spent(venue), strict=True)])
            result.crowded.extend(times)
    return measured


async def _in_turn(guests: list[Guest], count: int) -> list[float]:
    return [await guests[number % len(guests)].visit() for number in range(count)]


async def _at_once(guests: list[Guest], visits: int) -> list[float]:
    async def one(guest: Guest) -> list[float]:
        return [await guest.visit() for _ in range(visits)]

    return [took for times in await asyncio.gather(*map(one, guests)) for took in times]


def _spent(venue: Venue) -> list[float]:
    return [cpu_seconds(pid) for pid in (venue.pid, venue.asked()) if pid]
