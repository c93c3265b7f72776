"""A process that seals everything anew and says when it begins and when it is done; or kills itself on the way.

Forked (tests/warm_fork.py) with a database and the number of values after which it dies; 0: never.
"""

import asyncio
import os
import signal
from pathlib import Path

from typing_extensions import override

from tests.edges.store.samples import MARK, NEW_KEY, OLD_KEY
from xmpp_agent.edges.keys.columns import ColumnCipher
from xmpp_agent.edges.store.database import open_database
from xmpp_agent.edges.store.resealing import reseal, reseal_keys


class Mortal(ColumnCipher):
    """Kills its process when it has sealed so many values."""

    left = 0

    @override
    def seal(self, text: str, place: str) -> str:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().seal(text, place)


def begin(arguments: list[str]) -> None:
    """See `tests.warm_fork`."""
    path, dies_after = arguments
    cipher = Mortal((NEW_KEY, OLD_KEY))
    asyncio.run(_main(Path(path), cipher, int(dies_after)))


async def _main(path: Path, cipher: Mortal, dies_after: int) -> None:
    async with open_database(path, cipher, MARK, "one") as database:
        await reseal_keys(database.engine, cipher)
        os.write(1, b"begins\n")
        cipher.left = dies_after
        found = await reseal(database.engine, cipher)
        os.write(1, f"done {found.anew}\n".encode())
