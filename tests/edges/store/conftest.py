"""A new database for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.edges.store.samples import CIPHER, MARK
from xmpp_agent.edges.store.database import Database, open_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the test's database is; the name holds what URLs and format strings trip over."""
    return tmp_path / "100 %(a)s?#.sqlite3"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    """An open database of shard `one`."""
    async with open_database(path, CIPHER, MARK, "one") as opened:
        yield opened
