"""The vault when the machine fails it: a full disk, a killed process."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.edges.recordings.recorder import ID, MASTER, MEDIA, SESSION, House, house, leave, lies_in, noise, taken
from xmpp_agent.edges.recordings.sealing import CHUNK
from xmpp_agent.edges.recordings.shelves import LocalShelf
from xmpp_agent.edges.recordings.vault import SealedVault
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import VaultFault

LONG = noise(20 * CHUNK)


async def starting(folder: Path, *words: str) -> asyncio.subprocess.Process:
    """A process that takes in what lies in the folder."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.edges.recordings.taking_in", str(folder), *words),
        cwd=Path(__file__).parents[3],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def takes_in(home: House) -> None:
    """After all that it is taken in as ever, and nothing else is left in the vault."""
    recording = taken(ID, await home.vault.take_in(ID, SESSION, MEDIA))
    await home.vault.read_back(recording)
    assert await home.whole(recording) == LONG


async def test_killed_in_the_middle_it_is_taken_in_again(tmp_path: Path) -> None:
    """After SIGKILL there is nothing under its name, the recorder's file is whole, and the leftovers go."""
    home = house(tmp_path)
    media = leave(home.recorder, SESSION, LONG) / MEDIA
    process = await starting(tmp_path)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"half\n"
    process.kill()
    await process.wait()

    left = lies_in(tmp_path / "vault")
    assert left
    assert ID not in left
    assert media.read_bytes() == LONG
    await takes_in(home)
    assert lies_in(tmp_path / "vault") == [ID]


async def test_a_disk_that_is_full_in_the_middle_is_told(tmp_path: Path) -> None:
    """VAULT_FULL, to be tried again, and nothing is left of the attempt; once there is room it works."""
    home = house(tmp_path)
    leave(home.recorder, SESSION, LONG)
    process = await starting(tmp_path, str(10 * CHUNK))
    said, _ = await process.communicate(b"go on\n")
    assert said.decode().splitlines()[-1] == "vault_full True"
    assert lies_in(tmp_path / "vault") == []
    await takes_in(home)


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="a small disk needs root")
async def test_the_last_of_the_disk_is_not_used(tmp_path: Path) -> None:
    """With less than the reserve free nothing is begun: the audit needs the rest."""
    home = house(tmp_path)
    leave(home.recorder, SESSION, LONG)
    disk = tmp_path / "disk"
    await asyncio.to_thread(disk.mkdir)
    mounting = await asyncio.create_subprocess_exec("mount", "-t", "tmpfs", "-o", "size=250m", "tmpfs", disk)
    if await mounting.wait():
        pytest.skip("no file systems are mounted here")
    try:
        with pytest.raises(VaultFault, match="vault_full") as told:
            await SealedVault(home.recorder, LocalShelf.made(disk / "vault"), MASTER).take_in(ID, SESSION, MEDIA)
        assert told.value.again
        assert lies_in(disk / "vault") == []
    finally:
        await (await asyncio.create_subprocess_exec("umount", disk)).wait()


async def test_a_vault_that_is_not_there_is_away(tmp_path: Path) -> None:
    """A folder that went (a disk no longer mounted) is VAULT_AWAY when something is to be kept."""
    home = house(tmp_path)
    leave(home.recorder, SESSION, LONG)
    (tmp_path / "vault").rename(tmp_path / "gone")
    (tmp_path / "vault").write_bytes(b"no folder")
    with pytest.raises(VaultFault) as told:
        await home.vault.take_in(ID, SESSION, MEDIA)
    assert (told.value.fault, told.value.again) == (Fault.VAULT_AWAY, True)
