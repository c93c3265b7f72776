"""A process to be killed: seals everything anew; says on stdout when it begins and when it is done.

Run as `python -m tests.edges.store.reseal_and_say <database>`.
"""

import asyncio
import os
import sys
from pathlib import Path

from tests.edges.store.samples import MARK, ROTATED
from xmpp_agent.edges.store.database import open_database
from xmpp_agent.edges.store.resealing import reseal, reseal_keys


async def _main(path: Path) -> None:
    async with open_database(path, ROTATED, MARK, "one") as database:
        await reseal_keys(database.engine, ROTATED)
        os.write(1, b"begins\n")
        found = await reseal(database.engine, ROTATED)
        os.write(1, f"done {found.anew}\n".encode())


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
