"""Staff's pages for one test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.edges.web.site.staff.on_staff import StaffPages, open_staff


@pytest.fixture
async def staff(tmp_path: Path) -> AsyncIterator[StaffPages]:
    """The pages over a unit of their own."""
    async with open_staff(tmp_path) as opened:
        yield opened
