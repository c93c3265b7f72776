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
_RINGS: dict[frozenset[tuple[str, bytes]], KeyRing] = {}


@cache
def _made() -> TemporaryDirectory[str]:
    folder = TemporaryDirectory(prefix="portner-ready-")
    data = Path(folder.name)
    (data / "keys").mkdir(mode=0o700)
    make_keys(data / "keys", data / DATABASE, datetime.now(UTC))
    asyncio.run(_tables(data, keys_in(data)))
    return folder


async def _tables(data: Path, ring: KeyRing) -> None:
    async with open_database(data / DATABASE, ring.columns, ring.identity.own_mark, "tests"):
        pass


def furnish_here(data: Path) -> KeyRing:
    """`furnish`, where nothing else waits."""
    made = Path(_made().name)
    data.mkdir(mode=0o700, exist_ok=True)
    if not (data / "keys").exists():  # an agent may begin anew in its own folder
        shutil.copytree(made / "keys", data / "keys")
        shutil.copy2(made / DATABASE, data / DATABASE)
    return keys_in(data)


def keys_in(data: Path) -> KeyRing:
    """The keys of that folder, read once however many folders have the same: checking an RSA key takes long."""
    files = frozenset((path.name, path.read_bytes()) for path in (data / "keys").iterdir())
    if files not in _RINGS:
        _RINGS[files] = read_keys(data / "keys")
    return _RINGS[files]


async def furnish(data: Path) -> KeyRing:
    """A new installation in that folder: keys and an empty database; other tests have the same keys."""
    return await asyncio.to_thread(furnish_here, data)
