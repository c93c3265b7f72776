"""The agent forgets once a day by itself, and a run that fails is tried again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.an_office import OpenOffice, open_office
from tests.flows.held import a_life, column
from tests.rules.scenes import POLICY
from xmpp_agent.wiring.privacy import Forgetting


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """An office."""
    async with open_office(tmp_path) as opened:
        yield opened


async def until_on_record(here: OpenOffice, act: str) -> None:
    """Return when such an act is on record, at most ten seconds."""
    for _ in range(500):
        if any(f'"act":"{act}"' in str(line) for line in column(here, "SELECT line FROM audit")):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(act)


async def test_it_runs_by_itself(here: OpenOffice) -> None:
    """A while after the start, on what is due by the agent's clock; nobody has to ask, and lists are made anew."""
    await a_life(here)
    here.clock.at += 1800 + POLICY.plan.keep
    erased = asyncio.Event()
    forgetting = Forgetting(here.office.house, here.database, here.faults.append, erased.set, first=0.0)
    forgetting.start()
    await until_on_record(here, "retention")
    async with asyncio.timeout(30):
        await erased.wait()
    await forgetting.stop()
    assert column(here, "SELECT name FROM people WHERE id = 'anna'") == [""]


async def test_a_run_that_fails_is_reported_and_not_the_last(here: OpenOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the way is told; the next try succeeds once it is gone."""
    monkeypatch.setattr("xmpp_agent.wiring.privacy.AGAIN", 0.0)
    await a_life(here)
    here.clock.at += 1800 + POLICY.plan.keep
    told = asyncio.Event()
    faults: list[BaseException] = []

    def report(error: BaseException) -> None:
        faults.append(error)
        told.set()

    async with here.database.engine.connect() as db:
        await db.exec_driver_sql("ALTER TABLE hooks RENAME TO hooks_away")
        forgetting = Forgetting(here.office.house, here.database, report, lambda: None, first=0.0)
        forgetting.start()
        async with asyncio.timeout(30):
            await told.wait()
        await db.exec_driver_sql("ALTER TABLE hooks_away RENAME TO hooks")
    await until_on_record(here, "retention")
    await forgetting.stop()
    assert faults
    assert column(here, "SELECT name FROM people WHERE id = 'anna'") == [""]
