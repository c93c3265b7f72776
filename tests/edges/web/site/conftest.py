"""The site for one test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.edges.web.site.on_site import OpenSite, open_site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[OpenSite]:
    """The site on an office of its own."""
    async with open_site(tmp_path) as opened:
        yield opened
