"""An installation made once in this process and copied from then on: keys and tables take longer than most tests."""

import asyncio
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from xmpp_agent.edges.keys.ring import KeyRing, make_keys, read_keys
from xmpp_agent.edges.store.database import open_database

DATABASE = "portner.sqlite3"


@cache
def _made() -> tuple[TemporaryDirectory[str], KeyRing]:
    folder = TemporaryDirectory(prefix="portner-ready-")
    data = Path(folder.name)
    (data / "keys").mkdir(mode=0o700)
    make_keys(data / "keys", data / DATABASE, datetime.now(UTC))
    ring = read_keys(data / "keys")
    asyncio.run(_tables(data, ring))
    return folder, ring


async def _tables(data: Path, ring: KeyRing) -> None:
    async with open_database(data / DATABASE, ring.columns, ring.identity.own_mark, "tests"):
        pass


def _copied(data: Path) -> KeyRing:
    folder, ring = _made()
    made = Path(folder.name)
    data.mkdir(mode=0o700, exist_ok=True)
    shutil.copytree(made / "keys", data / "keys")
    shutil.copy2(made / DATABASE, data / DATABASE)
    return ring


async def furnish(data: Path) -> KeyRing:
    """A new installation in that folder: keys and an empty database; other tests have the same keys."""
    return await asyncio.to_thread(_copied, data)
