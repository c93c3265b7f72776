"""What the local shelf says is kept is on the disk: file and folder are flushed before it says so."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from xmpp_agent.edges.recordings.shelves import LocalShelf


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
    shelf = LocalShelf(tmp_path / "vault")
    await shelf.put("r1", pieces())
    assert flushed == [("r1", True), ("vault", True)]
    await shelf.drop("r1")
    assert flushed[2:] == [("vault", False)]
