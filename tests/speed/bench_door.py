"""What the door costs: stock Prosody, an HTTP call-out, and Portner whole, in one run on one machine.

`make bench-door`, or `python -m tests.speed.bench_door [--quick]`. Prints figures and one last line of `name=value`;
fails nothing: whether a figure is good is for the reader (docs/performance.md says what is aimed at).
"""

import argparse
import asyncio
import os
import platform
import signal
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tests.speed import crowds
from tests.speed.installation import installation
from tests.speed.joins import Measured, Size, measure_joins, plain_guests, staff_guests
from tests.speed.knocks import Knocks, measure_knocks
from tests.speed.plain import callout_server, plain_prosody
from tests.speed.restarts import Restarts, measure_restarts
from tests.speed.venue import median, quantile


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    joins: Size
    guests: int
    knocks: int
    knock_seconds: float
    knock_rooms: tuple[int, ...]
    """The first one is the one of the last line."""
    restarts: int
    restart_joins: int
    resync_rooms: int
    resync_times: int
    steady_rooms: int
    steady_seconds: float


FULL = Plan(Size(9, 200, 50, 20), 100, 500, 10.0, (10, 1), 12, 40, 10_000, 3, 2_000, 20.0)
QUICK = Plan(Size(1, 4, 2, 1), 2, 5, 0.2, (1,), 1, 3, 10, 1, 5, 0.3)


async def door(plan: Plan) -> str:
    """Measure everything; answers the last line. SIGTERM ends it, and every process it started."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    with tempfile.TemporaryDirectory(prefix="bench-door-") as folder:
        directory = Path(folder)
        say(_machine(directory))
        stock, callout, full = await _joins(directory, plan)
        knocks, restarts = await _knocks_and_restarts(directory, plan)
        resync = await _resync(directory, plan)
        await _steady(directory, plan)
    say(f"load average at the end {os.getloadavg()[0]:.1f}")
    figures = {
        "join_p50_ratio": f"{full.p50_ratio(stock):.2f}",
        "joins_per_s_ratio": f"{full.rate_ratio(stock):.2f}",
        "http_p50_ratio": f"{callout.p50_ratio(stock):.2f}",
        "knocks_lost": str(knocks.lost),
        "knock_p95_ms": _ms(quantile(knocks.to_staff, 0.95)) if knocks.to_staff else "none",
        "restart_lost": str(restarts.lost),
        "restart_longest_s": f"{max(restarts.waits):.2f}",
        "resync_s": f"{resync:.2f}",
    }
    return "door: " + " ".join(f"{name}={value}" for name, value in figures.items())


async def _joins(directory: Path, plan: Plan) -> tuple[Measured, Measured, Measured]:
    async with AsyncExitStack() as stack:
        asked = await stack.enter_async_context(callout_server())
        stock = await stack.enter_async_context(plain_prosody(directory, "stock"))
        callout = await stack.enter_async_context(plain_prosody(directory, "HTTP call-out", asked))
        doors = [(venue, await plain_guests(venue, plan.guests)) for venue in (stock, callout)]
        for audit in ("full", "normal"):
            portner = await stack.enter_async_context(installation(directory, f"join-{audit}", audit))
            doors.append((portner.venue, await staff_guests(portner, plan.guests)))
        measured = await measure_joins(doors, plan.joins)
    _say_joins(measured, plan)
    return measured[0], measured[1], measured[2]


def _say_joins(measured: list[Measured], plan: Plan) -> None:
    size = plan.joins
    say(f"joins: medians of {size.rounds} rounds; {size.in_turn} in turn, then {size.clients} clients at once, a round")
    say("                         p50 ms  p95 ms  p50/stock  joins/s  /stock  CPU µs a visit: Prosody, asked")
    for door in measured:
        cpu = ", ".join(f"{1e6 * median(list(spent)):.0f}" for spent in zip(*door.cpu, strict=True))
        say(
            f"  {door.venue.name:<22} {_ms(door.p(0.5)):>6}  {_ms(door.p(0.95)):>6}"
            f"  {door.p50_ratio(measured[0]):>9.2f}  {median(door.per_second):>7.0f}"
            f"  {door.rate_ratio(measured[0]):>6.2f}  {cpu}"
        )


async def _knocks_and_restarts(directory: Path, plan: Plan) -> tuple[Knocks, Restarts]:
    async with installation(directory, "knocks") as portner:
        guests = await staff_guests(portner, plan.restart_joins)
        all_knocks = []
        for rooms in plan.knock_rooms:
            knocks = await measure_knocks(portner, plan.knocks, rooms, plan.knock_seconds)
            _say_knocks(knocks, rooms, plan)
            all_knocks.append(knocks)
        restarts = await measure_restarts(portner, guests, plan.restarts)
    away = ", ".join(f"{name} {median(times):.2f} s" for name, times in restarts.away.items())
    say(
        f"restarts: {plan.restarts} x {plan.restart_joins} joins, lost {restarts.lost}; wait p50"
        f" {_ms(median(restarts.waits))} ms, longest {max(restarts.waits):.2f} s; signal to live (median): {away}"
    )
    return all_knocks[0], restarts


def _say_knocks(knocks: Knocks, rooms: int, plan: Plan) -> None:
    staff, console = knocks.to_staff or [0.0], knocks.to_console or [0.0]
    say(
        f"knocks: {knocks.sent} in {plan.knock_seconds:.0f} s in {rooms} room(s): lost {knocks.lost},"
        f" rooms out of order {knocks.out_of_order}; to staff's list p50 {_ms(median(staff))}"
        f" p95 {_ms(quantile(staff, 0.95))} ms;"
        f" to the console p50 {_ms(median(console))} p95 {_ms(quantile(console, 0.95))} ms"
    )


async def _resync(directory: Path, plan: Plan) -> float:
    crowd = directory / "resync.crowd"
    async with installation(directory, "resync", crowd=crowd) as portner:
        guests = await crowds.settle(portner, crowd, plan.resync_rooms, 10)
        runs = []
        for _ in range(plan.resync_times):
            runs.append(await crowds.measure_resync(portner, guests))
            await portner.agent.end()
    say(
        f"resync: {plan.resync_rooms} rooms x 3, median of {len(runs)}: link to live"
        f" {median([r.link_to_live for r in runs]):.2f} s, start of the process to live"
        f" {median([r.start_to_live for r in runs]):.2f} s; joins elsewhere meanwhile p99"
        f" {_ms(median([crowds.p99(r.others) for r in runs]))} ms (of {sum(len(r.others) for r in runs)});"
        f" a join through the door meanwhile {max(r.held for r in runs):.2f} s;"
        f" agent {max(r.resident for r in runs):.0f} MB"
    )
    return median([r.link_to_live for r in runs])


async def _steady(directory: Path, plan: Plan) -> None:
    crowd = directory / "steady.crowd"
    async with installation(directory, "steady", crowd=crowd) as portner:
        guests = await crowds.settle(portner, crowd, plan.steady_rooms, 100)
        await portner.agent.start()
        await portner.agent.live()
        steady = await crowds.measure_steady(portner, guests, 50.0, plan.steady_seconds)
    say(
        f"steady: {plan.steady_rooms} rooms, {3 * plan.steady_rooms} people, {steady.changes_per_second:.0f} changes/s,"
        f" a console looking on: agent {steady.cpu_percent:.1f} % of a core, {steady.resident:.0f} MB"
    )


def _machine(directory: Path) -> str:
    version = subprocess.run(["prosodyctl", "about"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "")
    kind = subprocess.run(["stat", "-f", "-c", "%T", directory], capture_output=True, text=True, check=True).stdout
    return (
        f"machine: {os.cpu_count()} cores{model.partition(':')[2]}, Linux {platform.release()}, {kind.strip()};"
        f" {version}, Python {platform.python_version()}; load average {os.getloadavg()[0]:.1f}"
    )


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.2f}"


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="What the door costs.")
    parser.add_argument("--quick", action="store_true", help="only see that it runs")
    plan = QUICK if parser.parse_args().quick else FULL
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        say(runner.run(door(plan)))


if __name__ == "__main__":
    main()
