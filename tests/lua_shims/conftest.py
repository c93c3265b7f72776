"""A Prosody per test with the shims, and the agent's seat taken."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.lua_shims.seat import Seat
from tests.prosody import Prosody, running_prosody


@pytest.fixture
async def prosody(tmp_path: Path) -> AsyncIterator[Prosody]:
    """Debian's Prosody with Portner's shims, without an agent."""
    async with running_prosody(tmp_path) as running:
        yield running


@pytest.fixture
async def seat(prosody: Prosody) -> AsyncIterator[Seat]:
    """The agent's seat, taken: answers authenticate, refuses everything else until told otherwise."""
    async with Seat(prosody) as taken:
        yield taken
