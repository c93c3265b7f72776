"""What every test may ask for."""

import gc
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from tests.clinic import Clinic, open_clinic

# How long an example takes is the machine's affair: speed is measured by the benchmarks, never by a test.
settings.register_profile("portner", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portner")


def pytest_collection_finish() -> None:
    """What was imported and collected stays: searching it for garbage is a twentieth of a run."""
    gc.freeze()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """One running clinic for the tests of a module; each test books staff (and thereby a room) of its own."""
    async with open_clinic(tmp_path_factory.mktemp("clinic")) as opened:
        yield opened
