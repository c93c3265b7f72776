"""Joins go on while the agent is ended and started again: is anybody lost, and how long does the unluckiest wait?"""

import asyncio
import signal
import time
from dataclasses import dataclass, field

from tests.speed.installation import Installation
from tests.speed.light import Lost, Refused
from tests.speed.venue import Guest

_SECONDS = 2.0
"""In which the joins of one round begin, evenly spread."""
_END_AT = 0.5
"""Seconds into the round at which the signal is sent."""
_PAUSE = 0.1
"""Seconds until a supervisor starts it again (systemd's RestartSec default)."""


@dataclass
class Restarts:
    """Seconds of each join; how many got no seat; seconds from signal to live, by kind of end."""

    waits: list[float] = field(default_factory=list)
    lost: int = 0
    away: dict[str, list[float]] = field(default_factory=dict)


async def measure_restarts(portner: Installation, guests: list[Guest], rounds: int) -> Restarts:
    """`rounds` rounds, one join of each guest in each; the agent is told to go (odd rounds) or killed (even ones)."""
    result = Restarts()
    for number in range(rounds):
        number_sent = signal.SIGKILL if number % 2 else signal.SIGTERM
        async with asyncio.TaskGroup() as group:
            group.create_task(_restart(portner, number_sent, result))
            joins = [
                group.create_task(_join(guest, place * _SECONDS / len(guests), result))
                for place, guest in enumerate(guests)
            ]
        for guest, join in zip(guests, joins, strict=True):
            if join.result():
                await guest.client.leave(guest.seat)
    return result


async def _restart(portner: Installation, number: signal.Signals, result: Restarts) -> None:
    await asyncio.sleep(_END_AT)
    began = time.perf_counter()
    await portner.agent.end(number)
    await asyncio.sleep(_PAUSE)
    await portner.agent.start()
    live = await portner.agent.live()
    result.away.setdefault(number.name, []).append(live.at - began)


async def _join(guest: Guest, after: float, result: Restarts) -> bool:
    """Whether there is a seat to leave again."""
    await asyncio.sleep(after)
    try:
        result.waits.append(await guest.client.join(guest.seat))
    except (Refused, Lost):
        result.lost += 1
        return False
    return True
