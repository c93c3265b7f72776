"""A process to be killed: writes lines, places and memory from many tasks; says on stdout what was acknowledged.

Forked (tests/warm_fork.py) with a database and a round.
"""

import asyncio
import os
from pathlib import Path

from tests.edges.store.samples import CIPHER, MARK, a_line
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.model.rooms import Place, RoomMemory

_TASKS = 20
_MOST = 100_000


async def _write(database: Database, round_: str, task: int) -> None:
    for number in range(_MOST):
        note = f"{round_}-{task}-{number}"
        memory = RoomMemory(f"{round_}-{task}", number)
        await database.ledger.write(a_line(note), memory, Place("room", note, "a", float(number)))
        os.write(1, f"{note}\n".encode())


async def _main(path: Path, round_: str) -> None:
    async with open_database(path, CIPHER, MARK, "one") as database:
        os.write(1, b"open\n")
        await asyncio.gather(*(_write(database, round_, task) for task in range(_TASKS)))


def begin(arguments: list[str]) -> None:
    """See `tests.warm_fork`."""
    path, round_ = arguments
    asyncio.run(_main(Path(path), round_))
