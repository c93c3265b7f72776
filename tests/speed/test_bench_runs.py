"""The benchmarks run through, and each ends with the line others read."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOOR = re.compile(
    r"door: join_p50_ratio=\d+\.\d\d joins_per_s_ratio=\d+\.\d\d http_p50_ratio=\d+\.\d\d knocks_lost=0"
    r" knock_p95_ms=\d+\.\d\d restart_lost=\d+ restart_longest_s=\d+\.\d\d resync_s=\d+\.\d\d"
)
BOARD = re.compile(
    r"board: cpu_share=\d\.\d{3} lag_p99_ms=\d+\.\d first_picture_s=\d+\.\d\d bytes_per_s=\d+"
    r" datatable_cpu_share=\d\.\d{3}"
)
VAULT = re.compile(r"vault: sha256_ratio=\d+\.\d\d mb_per_s=\d+ rss_mb=\d+")
WEB = re.compile(r"web: import_s=\d+\.\d day_p95_ms=\d+\.\d")


async def quick(benchmark: str) -> str:
    """What the quick run of a benchmark says last; it ends by itself, with exit code 0."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", benchmark, "--quick", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode == 0, out.decode()
    return out.decode().splitlines()[-1]


@pytest.mark.prosody
@pytest.mark.timeout(180)
async def test_the_quick_benchmark_of_the_door_loses_no_knock_and_ends_with_its_line() -> None:
    """`bench_door --quick` ends with the agreed line.

    Joins may be lost here: how long an agent takes to start on a busy machine is measured, not asserted
    (`test_raw_failures.py` is where a restart may lose nobody).
    """
    assert DOOR.fullmatch(await quick("tests.speed.bench_door"))


async def test_the_quick_benchmark_of_booking_books_everything_and_ends_with_its_line() -> None:
    """`bench_web --quick` ends with the agreed line; an appointment that is not booked or not listed ends it."""
    assert WEB.fullmatch(await quick("tests.speed.bench_web"))


async def test_the_quick_benchmark_of_the_vault_files_what_was_recorded_and_ends_with_its_line() -> None:
    """`bench_vault --quick` ends with the agreed line; a file that comes out otherwise than it went in ends it."""
    assert VAULT.fullmatch(await quick("tests.speed.bench_vault"))


async def test_the_quick_benchmark_of_the_board_shows_it_on_a_terminal_and_ends_with_its_line() -> None:
    """`bench_board --quick` ends with the agreed line; a console that breaks, or shows no room, ends it."""
    assert BOARD.fullmatch(await quick("tests.speed.bench_board"))
