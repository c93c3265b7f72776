"""Killed at any moment: every acknowledged write stands whole, and the chain goes on."""

import asyncio
import contextlib
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edges.store.samples import CIPHER, MARK, a_line, raw
from tests.warm_fork import Child, Warm, warm_process
from xmpp_agent.edges.store.audit_trail import verify_audit
from xmpp_agent.edges.store.database import open_database


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    """Whoever writes is forked from this process."""
    with warm_process("tests.edges.store.crash_writer") as process:
        yield process


async def killed_after(process: Child, acknowledged: int) -> list[str]:
    """Kill -9 once that many writes were acknowledged; all that were acknowledged until death."""
    heard = [await process.says.readline() for _ in range(acknowledged + 1)]
    process.kill()
    heard += (await process.says.read()).splitlines(keepends=True)
    await process.wait()
    # A word cut off in the middle of the pipe was not said.
    return [word.decode().strip() for word in heard if word.endswith(b"\n")][1:]


async def test_killed_while_writing(path: Path, warm: Warm) -> None:
    """After each of several kills at random moments the chain verifies and nothing acknowledged is lost or halved."""
    chance = random.Random()  # noqa: S311  # moments, not secrets
    acknowledged: set[str] = set()
    for round_ in range(6):
        async with warm.child(str(path), str(round_)) as process:
            acknowledged |= set(await killed_after(process, chance.randrange(400)))

        async with open_database(path, CIPHER, MARK, "one") as database:
            report = await verify_audit(database.engine)
            await database.ledger.write(a_line("alive"))
        assert report.broken is None

    stand = [json.loads(str(line))["note"] for (line,) in raw(path, "SELECT line FROM audit ORDER BY seq")]
    places = {seat for (seat,) in raw(path, "SELECT seat FROM places")}
    assert stand.count("alive") == 6
    assert acknowledged <= set(stand)
    assert places == set(stand) - {"alive"}
    for node, seq in raw(path, "SELECT node, seq FROM room_memory"):
        assert f"{node}-{seq}" in stand
        assert f"{node}-{int(str(seq)) + 1}" not in stand


async def test_killed_while_opening(path: Path, warm: Warm) -> None:
    """A kill while the database is being made leaves none or a whole one."""
    chance = random.Random()  # noqa: S311  # moments, not secrets
    for round_ in range(4):
        async with warm.child(str(path), str(round_)) as process:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.says.readline(), chance.uniform(0.0, 0.4))

    async with open_database(path, CIPHER, MARK, "one") as database:
        await database.ledger.write(a_line())
        assert (await verify_audit(database.engine)).broken is None
