"""The site for one test."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.edges.web.site.on_site import OpenSite, open_site
from xmpp_agent.edges.keys.ring import make_keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys for every office of the run: making them takes longer than a test."""
    folder = tmp_path_factory.mktemp("site-keys")
    made = folder / "keys"
    made.mkdir(mode=0o700)
    make_keys(made, folder / "none.sqlite3", datetime.now(UTC))
    return made


@pytest.fixture
async def site(tmp_path: Path, keys: Path) -> AsyncIterator[OpenSite]:
    """The site on an office of its own."""
    shutil.copytree(keys, tmp_path / "keys")
    async with open_site(tmp_path) as opened:
        yield opened
