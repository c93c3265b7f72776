"""A server at which joins are measured, and what the kernel says of processes."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.speed.light import LightClient

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Venue:
    """One kind of door: where it listens, and the process that is its Prosody."""

    name: str
    domain: str
    port: int
    pid: int
    asked: Callable[[], int] = int
    """Process id of whom Prosody asks; 0: nobody."""

    @property
    def rooms(self) -> str:
        """Domain of the rooms."""
        return f"conference.{self.domain}"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody logged in, with a room of their own that is made when they enter and gone when they leave."""

    client: LightClient
    seat: str

    async def visit(self) -> float:
        """In and out; the seconds it took to get in."""
        took = await self.client.join(self.seat)
        await self.client.leave(self.seat)
        return took


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used so far (Linux' /proc, user and system)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB (10^6 bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("the process has ended")


def quantile(values: list[float], q: float) -> float:
    """The value below which the share `q` lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * q))]


def median(values: list[float]) -> float:
    """The middle one."""
    return quantile(values, 0.5)
