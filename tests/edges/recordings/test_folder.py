"""Whatever lies in the recorders' folder: it is shelved or refused with a reason, and nothing outside is touched."""

import os
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.edges.recordings.recorder import MASTER, MEDIA, MEETING, ROOM, SESSION, leave, metadata
from xmpp_agent.edges.recordings import metadata as reading
from xmpp_agent.edges.recordings.folder import MOST_ENTRIES, RecorderFolder
from xmpp_agent.edges.recordings.handing_over import hand_over
from xmpp_agent.edges.recordings.shelves import LocalShelf
from xmpp_agent.edges.recordings.vault import SealedVault
from xmpp_agent.model.recordings import Fault, Found
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.recordings import VaultFault
from xmpp_agent.rules.recording.belonging import belongs

ODD, NOBODYS = Fault.ODD_DIRECTORY, Fault.NO_SUCH_RECORDING
OTHERS = b"a video of somebody else's, longer than ours"
SECRET = b'{"meeting_url": "https://meet.example.dk/outside", "conference_details": {"session_id": "outside"}}'


def named(name: str | bytes) -> Callable[[Path, Path], None]:
    """A directory of this name."""

    def make(folder: Path, _: Path) -> None:
        directory = os.path.join(os.fsencode(folder), os.fsencode(name))
        os.mkdir(directory)
        Path(os.fsdecode(directory), MEDIA).write_bytes(b"video")

    return make


def saying(said: bytes) -> Callable[[Path, Path], None]:
    """A directory whose metadata are these bytes."""
    return lambda folder, _: void(leave(folder, said=said))


def holding(add: Callable[[Path, Path], object]) -> Callable[[Path, Path], None]:
    """A directory as it should be, with something more in it."""
    return lambda folder, outside: void(add(leave(folder), outside))


def void(_: object) -> None:
    """Nothing."""


def as_metadata(make: Callable[[Path, Path], object]) -> Callable[[Path, Path], None]:
    """A directory in which something else stands in for the metadata."""

    def change(folder: Path, outside: Path) -> None:
        file = leave(folder) / "metadata.json"
        file.unlink()
        make(file, outside)

    return change


def as_media(make: Callable[[Path, Path], object]) -> Callable[[Path, Path], None]:
    """A directory in which something else stands in for the video."""

    def change(folder: Path, outside: Path) -> None:
        file = leave(folder) / MEDIA
        file.unlink()
        make(file, outside)

    return change


def write_over(path: Path) -> None:
    """As many other bytes; until the file system's clock, which is coarse, has noticed."""
    before = path.stat().st_ctime_ns
    while path.stat().st_ctime_ns == before:
        path.write_bytes(path.read_bytes()[::-1])


def listen(path: Path, _: Path) -> None:
    """A socket in the file system. Made from within its directory: such names must be short."""
    folder = os.open(path.parent, os.O_RDONLY)
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"/proc/self/fd/{folder}/{path.name}")
    server.close()
    os.close(folder)


def many(directory: Path, _: Path) -> None:
    """More files than a recorder leaves."""
    for number in range(MOST_ENTRIES):
        (directory / f"{number}.mp4").write_bytes(b"video")


MALFORMED: dict[str, tuple[Callable[[Path, Path], None], Fault]] = {
    "a name with dots that lead out": (named("..escape"), ODD),
    "a name with control characters": (named("a\n\x1b[31mb"), ODD),
    "a name that is no UTF-8": (named(b"\xff\xfe"), ODD),
    "a name that is too long": (named("a" * 255), ODD),
    "a directory that is a link out": (lambda folder, out: (folder / SESSION).symlink_to(out / "rich"), ODD),
    "a file instead of a directory": (lambda folder, _: void((folder / SESSION).write_bytes(b"video")), ODD),
    "a pipe instead of a directory": (lambda folder, _: os.mkfifo(folder / SESSION), ODD),
    "nothing in it": (lambda folder, _: (folder / SESSION).mkdir(), Fault.NO_FILE),
    "no video": (lambda folder, _: (leave(folder) / MEDIA).unlink(), Fault.NO_FILE),
    "a video of no bytes": (lambda folder, _: void(leave(folder, media=b"")), Fault.EMPTY_FILE),
    "a video that is a link out": (as_media(lambda file, out: file.symlink_to(out / "rich" / MEDIA)), ODD),
    "a video that lies outside as well": (as_media(lambda file, out: file.hardlink_to(out / "rich" / MEDIA)), ODD),
    "a video that is a pipe": (as_media(lambda file, _: os.mkfifo(file)), ODD),
    "a video that is a socket": (as_media(listen), ODD),
    "a video that is a directory": (as_media(lambda file, _: file.mkdir()), ODD),
    "a video with control characters": (holding(lambda at, _: (at / "a\r\x07.mp4").write_bytes(b"v")), ODD),
    "another file nobody knows": (holding(lambda at, _: (at / "passwd").write_bytes(b"v")), ODD),
    "more files than it makes": (holding(many), ODD),
    "a directory within": (holding(lambda at, _: (at / "more").mkdir()), ODD),
    "a mark that is a link out": (
        holding(lambda at, out: (at / "portner-recording-done").symlink_to(out / "rich" / MEDIA)),
        ODD,
    ),
    "metadata that are a link out": (as_metadata(lambda file, out: file.symlink_to(out / "secret.json")), ODD),
    "metadata that lie outside as well": (as_metadata(lambda file, out: file.hardlink_to(out / "secret.json")), ODD),
    "metadata that are a pipe": (as_metadata(lambda file, _: os.mkfifo(file)), ODD),
    "no metadata": (as_metadata(lambda file, _: None), NOBODYS),
    "metadata without an end": (saying(metadata()[:40]), NOBODYS),
    "metadata of no bytes": (saying(b""), NOBODYS),
    "metadata that are no text": (saying(b"\xff\x00\xfe"), NOBODYS),
    "huge metadata": (saying(metadata(participants=["x" * reading.MOST_BYTES])), ODD),
    "deep metadata": (saying(b"[" * 100_000 + b"]" * 100_000), ODD),
    "metadata that are a list": (saying(b"[1, 2]"), ODD),
    "an address that is a number": (saying(metadata(meeting_url=7)), ODD),
    "an address that is none": (saying(metadata(meeting_url="https://[::bad/room")), ODD),
    "a meeting that is a list": (saying(metadata(conference_details=["x"])), ODD),
    "a meeting with control characters": (saying(metadata(conference_details={"session_id": "a\x00b"})), ODD),
    "a meeting of 1000 characters": (saying(metadata(conference_details={"session_id": "a" * 1000})), ODD),
}


def outside_of(folder: Path) -> Path:
    """A neighbour with things worth reading."""
    outside = folder.parent / "outside"
    (outside / "rich").mkdir(parents=True)
    (outside / "rich" / MEDIA).write_bytes(OTHERS)
    (outside / "secret.json").write_bytes(SECRET)
    # Reading a file sets the time of reading when it lies before that of writing (relatime, on every Linux).
    for path in (outside / "rich" / MEDIA, outside / "secret.json"):
        os.utime(path, (1_000_000_000, 1_500_000_000))
    return outside


def traces(outside: Path) -> dict[str, tuple[int, int, int]]:
    """Of everything there: when it was read, how many names it has, how long it is."""
    stats = {str(path): path.lstat() for path in outside.rglob("*.*")}
    return {path: (stat.st_atime_ns, stat.st_nlink, stat.st_size) for path, stat in stats.items()}


@pytest.mark.parametrize("what", MALFORMED)
async def test_what_no_recorder_leaves_is_shelved_with_its_reason(what: str, tmp_path: Path) -> None:
    """Each is found, has a reason, and neither looking, taking in nor removing touches anything outside."""
    folder, outside = tmp_path / "recordings", outside_of(tmp_path / "recordings")
    folder.mkdir()
    make, reason = MALFORMED[what]
    make(folder, outside)
    before = traces(outside)

    [found] = await RecorderFolder(folder).look()
    assert belongs(found, ()).fault is reason
    assert found.meeting != "outside"
    vault = SealedVault(folder, LocalShelf.made(tmp_path / "vault"), MASTER)
    for media in {MEDIA, *found.media, "../../outside/rich/" + MEDIA, str(outside / "rich" / MEDIA)}:
        try:
            taken = await vault.take_in("r1", found.name, media)
        except VaultFault:
            continue
        assert taken.file.size < len(OTHERS)
    try:
        await RecorderFolder(folder).remove(found)
    except Unavailable:
        assert reason is ODD  # what nobody knows is left for a person

    assert traces(outside) == before
    assert (outside / "rich" / MEDIA).read_bytes() == OTHERS
    if not os.statvfs(outside).f_flag & os.ST_NOATIME:
        assert traces(outside) != before  # so the file system does say when something is read


async def test_a_directory_as_jibri_leaves_it(tmp_path: Path) -> None:
    """Session, room, meeting, video and size are read; the mark is seen; it is gone when removed, and that again."""
    directory, folder = leave(tmp_path), RecorderFolder(tmp_path)
    [before] = await folder.look()
    hand_over(directory)
    [found] = await folder.look()

    assert found == replace(before, handed_over=True, quiet_since=found.quiet_since)
    assert abs(found.quiet_since - time.time()) < 60
    assert found == Found(
        SESSION, SESSION, True, found.quiet_since, (MEDIA,), (5,), meeting=MEETING, room=ROOM, fault=None
    )
    await folder.remove(found)
    await folder.remove(found)
    assert await folder.look() == ()


async def test_two_videos_come_in_the_order_they_were_written(tmp_path: Path) -> None:
    """The older one is first, whatever its name."""
    directory = leave(tmp_path)
    (directory / "a.MP4").write_bytes(b"second")
    os.utime(directory / MEDIA, (1_000, 1_000))
    [found] = await RecorderFolder(tmp_path).look()
    assert (found.media, found.sizes, found.fault) == ((MEDIA, "a.MP4"), (5, 6), None)


@pytest.mark.parametrize(
    "change",
    [
        lambda at: (at / "b.mp4").write_bytes(b"came meanwhile"),
        lambda at: (at / MEDIA).write_bytes(b"grew meanwhile"),
        lambda at: (at / "odd").write_bytes(b"came meanwhile"),
        lambda at: write_over(at / MEDIA),
    ],
)
async def test_what_nobody_has_read_is_not_removed(change: Callable[[Path], object], tmp_path: Path) -> None:
    """When there is more in it than was found, all of it stays."""
    directory, folder = leave(tmp_path), RecorderFolder(tmp_path)
    [found] = await folder.look()
    change(directory)
    there = sorted(path.name for path in directory.iterdir())
    with pytest.raises(Unavailable, match="changed"):
        await folder.remove(found)
    assert sorted(path.name for path in directory.iterdir()) == there


def shut(folder: Path, closed: str) -> None:
    """A recorder's folder in which one thing is for nobody to read."""
    folder.mkdir()
    leave(folder)
    folder.parent.chmod(0o755)
    (folder / closed).chmod(0)


@pytest.mark.parametrize("closed", [SESSION, f"{SESSION}/{MEDIA}"])
async def test_what_may_not_be_read_is_called_that(closed: str) -> None:
    """Not odd: whoever waits for it is told what to see to at the recorder."""
    if os.geteuid():
        pytest.skip("only root can ask as somebody who may not")
    with tempfile.TemporaryDirectory(prefix="portner-") as name:
        folder = Path(name, "recorder")
        vault = SealedVault(folder, LocalShelf.made(Path(name, "vault")), MASTER)
        shut(folder, closed)
        os.seteuid(65534)
        try:
            [found] = await RecorderFolder(folder).look()
            with pytest.raises(VaultFault) as told:
                await vault.take_in("r1", SESSION, MEDIA)
        finally:
            os.seteuid(0)
        assert (found.session, told.value.fault, told.value.again) == (SESSION, Fault.NOT_READABLE, True)
        assert found.fault is (Fault.NOT_READABLE if closed == SESSION else None)


async def test_a_folder_that_is_away_or_overfull_is_said_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither looks like an empty one; what a file system keeps for itself is no recording."""
    with pytest.raises(Unavailable, match="cannot be read"):
        await RecorderFolder(tmp_path / "away").look()
    (tmp_path / "lost+found").mkdir()
    assert await RecorderFolder(tmp_path).look() == ()
    monkeypatch.setattr("xmpp_agent.edges.recordings.folder.MOST_DIRECTORIES", 1)
    leave(tmp_path)
    with pytest.raises(Unavailable, match="too much"):
        await RecorderFolder(tmp_path).look()


async def test_what_cannot_be_removed_is_read_once_until_it_changes(tmp_path: Path) -> None:
    """Else two gigabytes are read at each look for as long as somebody has to put the rights in order."""
    directory, source = leave(tmp_path), RecorderFolder(tmp_path)
    [before] = await source.look()
    hashes = await source.hashes(before)
    (directory / MEDIA).unlink()
    assert await source.hashes(before) == hashes
    (directory / MEDIA).write_bytes(b"VIDEO")
    [after] = await source.look()
    assert await source.hashes(after) != hashes
    (directory / MEDIA).unlink()
    with pytest.raises(Unavailable):
        await RecorderFolder(tmp_path).hashes(after)
