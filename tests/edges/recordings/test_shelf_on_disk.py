"""What the local shelf says is kept is on the disk: file and folder are flushed before it says so."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from xmpp_agent.edges.recordings.shelves import LocalShelf
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import VaultFault


async def pieces() -> AsyncIterator[bytes]:
    """A small sealed file."""
    yield b"sealed"


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What the operating system was asked to write out, in order: which path, and whether the file lay there then."""
    asked: list[tuple[str, bool]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)
        asked.append((path.name, (path / "r1").exists() if path.is_dir() else path.stat().st_size == 6))

    monkeypatch.setattr(os, "fsync", fsync)
    return asked


async def test_a_file_and_its_name_are_on_the_disk_before_it_counts(
    tmp_path: Path, flushed: list[tuple[str, bool]]
) -> None:
    """The whole file first, then the folder in which its name stands; a deletion is flushed as well."""
    shelf = LocalShelf.made(tmp_path / "vault")
    await shelf.put("r1", pieces())
    assert flushed == [("r1", True), ("vault", True)]
    await shelf.drop("r1")
    assert flushed[2:] == [("vault", False)]


async def test_a_folder_without_our_mark_is_away_and_not_empty(tmp_path: Path) -> None:
    """A share that is not mounted looks so: nothing is written, read or deleted, and nothing is called damaged."""
    shelf = LocalShelf.made(tmp_path / "vault")
    await shelf.put("r1", pieces())
    (tmp_path / "vault").rename(tmp_path / "away")
    (tmp_path / "vault").mkdir()
    for act in (
        shelf.make_room(1),
        shelf.put("r2", pieces()),
        shelf.size("r1"),
        shelf.part("r1", 0, 1),
        shelf.drop("r1"),
    ):
        with pytest.raises(VaultFault) as fault:
            await act
        assert (fault.value.fault, fault.value.again) == (Fault.VAULT_AWAY, True)
    (tmp_path / "vault").rmdir()  # which is only possible while it is empty
    (tmp_path / "away").rename(tmp_path / "vault")
    assert await shelf.size("r1") == 6


async def test_a_folder_that_is_not_there_yet_stops_nobody(tmp_path: Path) -> None:
    """A share that is mounted late: away until then, and the agent begins all the same."""
    shelf = LocalShelf(tmp_path / "vault")
    with pytest.raises(VaultFault) as fault:
        await shelf.put("r1", pieces())
    assert fault.value.fault is Fault.VAULT_AWAY
    LocalShelf.made(tmp_path / "vault")
    await shelf.put("r1", pieces())
    assert await shelf.size("r1") == 6
