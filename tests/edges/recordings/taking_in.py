"""A process that takes a recording in, to be killed or starved: `python -m … FOLDER [bytes a file may have]`.

Says `half` when about half of it is on disk, then waits for a line; says at the end what came of it.
"""

import asyncio
import resource
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from typing_extensions import override

from tests.edges.recordings.recorder import ID, MASTER, MEDIA, SESSION
from xmpp_agent.edges.recordings.shelves import LocalShelf
from xmpp_agent.edges.recordings.vault import SealedVault
from xmpp_agent.ports.recordings import VaultFault


class Stopping(LocalShelf):
    """A disk on which writing stops in the middle until somebody says go on."""

    @override
    async def put(self, name: str, pieces: AsyncIterator[bytes | bytearray]) -> None:
        async def halting() -> AsyncIterator[bytes | bytearray]:
            number = 0
            async for piece in pieces:
                yield piece
                number += 1
                if number == 6:
                    sys.stdout.write("half\n")
                    sys.stdout.flush()
                    await asyncio.to_thread(sys.stdin.readline)

        await super().put(name, halting())


async def run(folder: Path) -> str:
    """What came of it."""
    try:
        sealed = await SealedVault(folder / "recordings", Stopping(folder / "vault"), MASTER).take_in(
            ID, SESSION, MEDIA
        )
    except VaultFault as fault:
        return f"{fault.fault} {fault.again}"
    return sealed.file.sha256


if __name__ == "__main__":
    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    sys.stdout.write(asyncio.run(run(Path(sys.argv[1]))))
