"""A recording in the vault on disk: what goes in comes out, and whatever else does not pass for it."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from tests.edges.recordings.recorder import ID, MASTER, MEDIA, SESSION, House, house, leave, lies_in, noise
from xmpp_agent.edges.recordings.sealing import CHUNK, HEADER, TAG, sealed_size
from xmpp_agent.edges.recordings.shelves import LocalShelf
from xmpp_agent.edges.recordings.vault import AT_ONCE, SealedVault
from xmpp_agent.model.recordings import Fault, File, Recording
from xmpp_agent.ports.recordings import Sealed, VaultFault

LONG = noise(AT_ONCE * CHUNK + CHUNK // 2)
"""More than is handled in one go, ending in the middle of a chunk."""


@pytest.fixture
def home(tmp_path: Path) -> House:
    """A recorder's folder and a vault on disk."""
    return house(tmp_path)


async def fault_of(home: House, recording: Recording) -> Fault:
    """Why reading back fails; reading fails for the same reason, with nothing handed out that was not put in."""
    with pytest.raises(VaultFault) as told:
        await home.vault.read_back(recording)
    with pytest.raises(VaultFault, match=told.value.fault.value):
        await home.whole(recording)
    return told.value.fault


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, AT_ONCE * CHUNK, 2 * AT_ONCE * CHUNK, len(LONG)])
async def test_what_goes_in_comes_out(size: int, home: House, tmp_path: Path) -> None:
    """Whole, with size and hash, unreadable on disk, for nobody else to open; the recorder's file stays."""
    content = LONG[:size] if size <= len(LONG) else noise(size)
    recording = await home.take_in(content)

    assert recording.file == File(size, hashlib.sha256(content).hexdigest(), None)
    await home.vault.read_back(recording)
    assert await home.whole(recording) == content
    kept = (tmp_path / "vault" / ID).read_bytes()
    assert len(kept) == sealed_size(size)
    assert size < 16 or content[:16] not in kept
    assert (tmp_path / "vault").stat().st_mode & 0o777 == 0o700
    assert len(list(home.recorder.rglob(MEDIA))) == 1


def flip(at: int) -> Callable[[bytes], bytes]:
    """One bit the other way."""
    return lambda kept: kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :]


CHUNKED = CHUNK + TAG
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "version": flip(0),
    "salt": flip(HEADER - 1),
    "first chunk": flip(HEADER),
    "tag": flip(HEADER + CHUNK),
    "second chunk": flip(HEADER + CHUNKED),
    "last byte": flip(-1 % sealed_size(len(LONG))),
    "cut by a byte": lambda kept: kept[:-1],
    "cut at a chunk": lambda kept: kept[: HEADER + 2 * CHUNKED],
    "cut to the header": lambda kept: kept[:HEADER],
    "empty": lambda _: b"",
    "longer": lambda kept: kept + b"x",
    "chunks swapped": lambda kept: (
        kept[:HEADER]
        + kept[HEADER + CHUNKED : HEADER + 2 * CHUNKED]
        + kept[HEADER : HEADER + CHUNKED]
        + kept[HEADER + 2 * CHUNKED :]
    ),
}


async def test_damage_is_noticed_wherever_it_is(home: House, tmp_path: Path) -> None:
    """Each bit, cut and addition is VAULT_DAMAGED; so is a file that is gone."""
    recording = await home.take_in(LONG)
    kept = tmp_path / "vault" / ID
    whole = await asyncio.to_thread(kept.read_bytes)
    noticed = {}
    for what, damage in DAMAGE.items():
        await asyncio.to_thread(kept.write_bytes, damage(whole))
        noticed[what] = await fault_of(home, recording)
    await asyncio.to_thread(kept.unlink)
    noticed["gone"] = await fault_of(home, recording)
    assert set(noticed.values()) == {Fault.VAULT_DAMAGED}


async def test_only_its_own_file_and_key_open_it(home: House, tmp_path: Path) -> None:
    """Another recording's file or key, no key, another hash or size on record: VAULT_DAMAGED."""
    one, two = await home.take_in(LONG, "r1"), await home.take_in(noise(len(LONG)), "r2")
    assert one.file is not None
    wrong = [
        replace(one, key=two.key),
        replace(one, key=""),
        replace(one, key="é"),
        replace(one, key=MASTER.seal(MASTER.open(one.key, "recordings.key:r1"), "recordings.key:r2")),
        replace(one, file=None),
        replace(one, file=replace(one.file, size=one.file.size - 1)),
        replace(one, id="../r1"),
    ]
    assert {await fault_of(home, recording) for recording in wrong} == {Fault.VAULT_DAMAGED}
    with pytest.raises(VaultFault, match="vault_damaged"):
        await home.vault.read_back(replace(one, file=replace(one.file, sha256="0" * 64)))
    await asyncio.to_thread((tmp_path / "vault" / "r1").write_bytes, (tmp_path / "vault" / "r2").read_bytes())
    assert await fault_of(home, one) is Fault.VAULT_DAMAGED
    assert await fault_of(home, replace(one, key=two.key)) is Fault.VAULT_DAMAGED


async def test_taken_in_anew_it_replaces_what_was_there(home: House) -> None:
    """The newer key opens it; the older one opens nothing any more; leftovers of a crash are gone."""
    before = await home.take_in(LONG)
    again = replace(before, key=(await home.vault.take_in(ID, f"session-{ID}", MEDIA)).key)
    await home.vault.read_back(again)
    assert await fault_of(home, before) is Fault.VAULT_DAMAGED


async def test_destroyed_it_is_gone_and_that_may_be_said_twice(home: House, tmp_path: Path) -> None:
    """With what a crash left beside it; other recordings stay, also those whose id begins alike."""
    await home.take_in(LONG, "r1")
    other = await home.take_in(LONG, "r10")
    (tmp_path / "vault" / "r1#1").write_bytes(b"left by a crash")
    await home.vault.destroy("r1")
    await home.vault.destroy("r1")
    assert lies_in(tmp_path / "vault") == ["r10"]
    await home.vault.read_back(other)


async def test_a_reader_may_stop_early(home: House) -> None:
    """The first piece is the beginning of the file; after it nothing more is fetched, and nothing is left running."""
    recording = await home.take_in(LONG)
    before = asyncio.all_tasks()
    async with aclosing(home.vault.read(recording)) as pieces:
        assert LONG.startswith(await anext(pieces))
    await asyncio.wait(asyncio.all_tasks() - before or [asyncio.ensure_future(asyncio.sleep(0))])
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("what", ["grows", "is written to", "is replaced", "is cut", "goes"])
async def test_a_file_that_changes_while_it_is_read_is_not_kept(what: str, home: House, tmp_path: Path) -> None:
    """SOURCE_CHANGED, to be tried again, and nothing stays in the vault."""
    media = leave(home.recorder, SESSION, LONG) / MEDIA
    media.with_name("new").write_bytes(LONG)
    changes: dict[str, Callable[[], object]] = {
        "grows": lambda: media.write_bytes(LONG + b"x"),
        "is written to": lambda: media.write_bytes(LONG),
        "is replaced": lambda: media.with_name("new").replace(media),
        "is cut": lambda: os.truncate(media, CHUNK),
        "goes": media.unlink,
    }

    class Meanwhile(LocalShelf):
        """The disk is slow enough for somebody to change the file."""

        @override
        async def make_room(self, size: int) -> None:
            await super().make_room(size)
            changes[what]()

    vault = SealedVault(home.recorder, Meanwhile(tmp_path / "vault"), MASTER)
    with pytest.raises(VaultFault) as told:
        await vault.take_in(ID, SESSION, MEDIA)
    assert (told.value.fault, told.value.again) == (Fault.SOURCE_CHANGED, True)
    assert lies_in(tmp_path / "vault") == []


@pytest.mark.parametrize(
    ("directory", "media", "fault", "again"),
    [
        ("away", MEDIA, Fault.NO_FILE, True),
        (SESSION, "away.mp4", Fault.NO_FILE, True),
        (SESSION, "empty.mp4", Fault.EMPTY_FILE, True),
        (SESSION, "../" + MEDIA, Fault.ODD_DIRECTORY, False),
        ("..", MEDIA, Fault.ODD_DIRECTORY, False),
        (SESSION, "link.mp4", Fault.ODD_DIRECTORY, False),
        (SESSION, "twice.mp4", Fault.ODD_DIRECTORY, False),
        (SESSION, "pipe.mp4", Fault.ODD_DIRECTORY, False),
    ],
)
async def test_what_is_no_recording_is_not_taken_in(
    directory: str, media: str, fault: Fault, again: bool, home: House
) -> None:
    """Each with its reason; a pipe is not waited for."""
    at = leave(home.recorder)
    (at / "empty.mp4").touch()
    (at / "link.mp4").symlink_to(MEDIA)
    (at / "once").write_bytes(b"x")
    (at / "twice.mp4").hardlink_to(at / "once")
    os.mkfifo(at / "pipe.mp4")
    with pytest.raises(VaultFault) as told:
        await home.vault.take_in(ID, directory, media)
    assert (told.value.fault, told.value.again) == (fault, again)


async def test_a_video_says_how_long_it_is(home: House) -> None:
    """Seconds, of a real one; None of one that was cut short, of noise, and of ones that lie about their parts."""
    at = leave(home.recorder)
    make = ("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:r=5", "-t", "3", "-y")
    await (await asyncio.create_subprocess_exec(*make, at / MEDIA)).wait()
    whole = (at / MEDIA).read_bytes()
    hostile = whole[:8] + b"isom" + b"\x00\x00\x00\x01moov" + b"\x7f" * 8 + b"\xff" * 100
    head = int.from_bytes(whole[:4], "big")
    others = {
        "cut.mp4": whole[: len(whole) // 2],
        "noise.mp4": noise(5000),
        "hostile.mp4": hostile,
        "endless.mp4": whole[:head] + 30_000 * b"\x00\x00\x00\x08free" + whole[head:],
    }
    for name, content in others.items():
        (at / name).write_bytes(content)
    said = {m: (await home.vault.take_in(ID, SESSION, m)).file.duration for m in os.listdir(at) if m.endswith(".mp4")}
    assert said == {MEDIA: 3.0, **dict.fromkeys(others)}


def test_nothing_of_a_key_shows() -> None:
    """The sealed key is in no repr."""
    assert "secret" not in repr(Sealed(File(1, "0", None), "secret"))
