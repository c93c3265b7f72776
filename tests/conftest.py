"""What every test may ask for."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.clinic import Clinic, open_clinic


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clinic(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Clinic]:
    """One running clinic for the tests of a module; each test books staff (and thereby a room) of its own."""
    async with open_clinic(tmp_path_factory.mktemp("clinic")) as opened:
        yield opened
