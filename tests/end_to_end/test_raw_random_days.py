"""Random days on a real Prosody with real clients: the same steps as tests/flows/test_days.py, fewer of them.

What happened is read from a witness inside Prosody (witness/mod_portner_witness.lua) that asks nobody of ours.
"""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.clinic import Clinic
from tests.end_to_end.real_day import RealDay
from tests.end_to_end.witnessed import EXTRA, MODULES
from tests.flows.steps import STAFF, VISITORS, Step, at_random
from tests.prosody import running_prosody
from tests.ready_made import furnish

pytestmark = [pytest.mark.prosody, pytest.mark.asyncio(loop_scope="module")]
STEPS = 25


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """A clinic with a witness inside its Prosody."""
    directory: Path = tmp_path_factory.mktemp("watched")
    async with running_prosody(directory / "prosody", extra=EXTRA, extra_modules=MODULES) as prosody:
        data = directory / "agent"
        clinic = Clinic(data, prosody, await furnish(data))
        try:
            await clinic.begin()
            yield clinic
        finally:
            await clinic.people.aclose()
            await clinic.focus.stop()
            await clinic.stop_agent()


async def live_through(clinic: Clinic, steps: list[Step]) -> int:
    """A day of these steps; answers how many visitors came in."""
    day = RealDay(clinic)
    await day.begin()
    for step in steps:
        await day.play(step)
    lost = await day.nobody_is_lost()
    judge = await day.end()
    assert (lost, judge.faults) == ([], []), steps
    return judge.entered


def usual(by: str, who: str) -> list[Step]:
    """A visit begins as visits do."""
    return [Step("arrive", who), Step("admit", by, who), Step("obey", who)]


async def test_the_witness_sees_what_the_days_are_about(watched: Clinic) -> None:
    """A plain day, so that silence of the witness is not taken for peace: three visits, a kick, staff lost twice."""
    steps = [Step("open", "mette"), *usual("mette", "bo"), Step("kick", "mette", "bo"), Step("arrive", "bo")]
    steps += [Step("finish", "bo"), *usual("mette", "carla"), Step("leave", "carla"), *usual("mette", "anna")]
    steps += [Step("crash", "mette"), *(Step("arrive", "tolk") for _ in range(20)), Step("reload", "mette")]
    assert await live_through(watched, [*steps, Step("arrive", "mette"), Step("arrive", "tolk")]) == 4


@pytest.mark.parametrize("seed", range(10))
async def test_a_day_of_dice(watched: Clinic, seed: int) -> None:
    """Twenty-five steps of dice, in the middle of a morning with staff in place; at times two at once."""
    dice = random.Random(seed)  # noqa: S311  # the same day each time
    steps = [Step("open", "mette"), *usual("mette", dice.choice(("anna", "bo", "hans"))), Step("open", "lars")]
    while len(steps) < STEPS:
        if dice.random() < 0.15:
            steps += usual(dice.choice(STAFF[:2]), dice.choice(VISITORS))
        one = at_random(dice)
        together = at_random(dice) if dice.random() < 0.3 else None
        steps.append(Step(one.what, one.who, one.other, together=together))
    if seed % 3 == 0:
        steps.insert(dice.randrange(5, len(steps)), Step("restart-agent"))
    await live_through(watched, steps)


@given(st.lists(st.randoms(use_true_random=False).map(at_random), min_size=10, max_size=STEPS))
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_a_day_of_hypothesis(watched: Clinic, steps: list[Step]) -> None:
    """Days that hypothesis makes up."""
    await live_through(watched, [Step("open", "mette"), *steps])
