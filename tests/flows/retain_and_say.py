"""A process to be killed: runs the retention; says on stdout each batch that stands.

Run as `python -m tests.flows.retain_and_say <folder> <now>`.
"""

import asyncio
import os
import sys
from collections.abc import Collection
from pathlib import Path

from typing_extensions import override

from tests.an_office import open_office
from xmpp_agent.edges.store.privacy import SqlHoldings
from xmpp_agent.flows.privacy import Custody
from xmpp_agent.flows.retention import run_retention
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.ports.privacy import Piece


class _Saying(SqlHoldings):
    @override
    async def erase(self, line: AuditLine, pieces: Collection[Piece]) -> None:
        await super().erase(line, pieces)
        os.write(1, b"batch\n")


async def _main(folder: Path, now: float) -> None:
    async with open_office(folder) as here:
        holdings = here.database.holdings
        holdings.__class__ = _Saying
        await run_retention(Custody(holdings, here.database.diary, here.database.records), now)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), float(sys.argv[2])))
