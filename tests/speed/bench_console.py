"""How much the console costs: 5,000 rooms, 200 changes a second, over the real wire from another process.

Prints CPU of the process of the console (percent of one core, everything included: HTTP, parsing, board, drawing) and
how long the event loop was held up (99th percentile and worst of a 5 ms beat).

Run: `python tests/speed/bench_console.py [seconds]`.
"""

import asyncio
import multiprocessing
import random
import sys
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.tui.a_day import person, room
from tests.tui.fake_agent import FakeAgent, serving
from tui.app import PortnerApp
from tui.starting import collect_seldom
from xmpp_agent import wire

ROOMS = 5_000
CHANGES_A_SECOND = 200
WARM_UP = 3.0
SIZE = (140, 50)


def changed(number: int, chance: random.Random) -> wire.RoomRow:
    """One room in a random state, with up to three people waiting."""
    now = time.time()
    waiting = tuple(
        person(f"k{number}-{each}", "A. H.", chance.random() * 15, now) for each in range(chance.randrange(4))
    )
    phase = chance.choice(list(wire.RoomPhase))
    visit = now - chance.random() * 3600 if phase is wire.RoomPhase.VISIT else None
    staff = f"Medarbejder {chance.randrange(ROOMS)}"
    return room(f"r{number}", staff, phase=phase, waiting=waiting, visit_since=visit)


async def _serve(path: Path, go: Event, stop: Event) -> None:
    chance = random.Random(1)  # noqa: S311  # a repeatable load, not a secret
    agent = FakeAgent()
    agent.rooms = {row.key: row for row in (changed(number, chance) for number in range(ROOMS))}
    async with serving(agent, path):
        go.set()
        sent, began = 0, time.monotonic()
        while not stop.is_set():
            await asyncio.sleep(0.005)
            for _ in range(int((time.monotonic() - began) * CHANGES_A_SECOND) - sent):
                agent.put(changed(chance.randrange(ROOMS), chance))
                sent += 1


def serve(path: Path, go: Event, stop: Event) -> None:
    """The agent's process."""
    asyncio.run(_serve(path, go, stop))


async def _beat(lags: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append(time.perf_counter() - before - 0.005)


async def measure(path: Path, seconds: float) -> tuple[float, float, float, int]:
    """CPU percent, lag p99 and worst in ms, changes taken in."""
    collect_seldom()
    app = PortnerApp(path)
    async with app.run_test(size=SIZE):
        await asyncio.sleep(WARM_UP)
        if not app.watched.standing().may_act:
            raise SystemExit("the console did not come alive")
        lags: list[float] = []
        beat = asyncio.create_task(_beat(lags))
        numbers = app.watched.board.newest()
        cpu, began = time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        share = 100 * (time.process_time() - cpu) / (time.monotonic() - began)
        beat.cancel()
        taken = sum(app.watched.board.newest().values()) - sum(numbers.values())
    lags.sort()
    return share, 1000 * lags[int(len(lags) * 0.99)], 1000 * lags[-1], taken


def main() -> None:
    """Start the agent's process, measure, end it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    context = multiprocessing.get_context("spawn")
    go, stop = context.Event(), context.Event()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "agent.sock"
        process = context.Process(target=serve, args=(path, go, stop))
        process.start()
        try:
            if not go.wait(60):
                raise SystemExit("the agent did not start")
            share, p99, worst, taken = asyncio.run(measure(path, seconds))
        finally:
            stop.set()
            process.join(10)
            if process.is_alive():
                process.kill()
    rate = taken / seconds
    sys.stdout.write(
        f"{ROOMS} rooms, {rate:.0f} changes/s for {seconds:.0f} s at {SIZE[0]}x{SIZE[1]}\n"
        f"console: cpu_percent={share:.1f} lag_p99_ms={p99:.1f} lag_max_ms={worst:.1f}\n"
    )


if __name__ == "__main__":
    main()
