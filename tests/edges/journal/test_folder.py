"""The folder: whole or not there, never twice, never over something else."""

import hashlib
import json
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.edges.journal.papers_here import (
    FILM,
    PERSONAL,
    SHA,
    STAFF,
    TEXT,
    ZONED,
    entry,
    media_of,
    refused,
)
from xmpp_agent.edges.journal.folder import Folder, FolderSettings
from xmpp_agent.model.recordings import Fault, File
from xmpp_agent.ports.recordings import EntryKind, Media, Receipt, VaultFault

CASE = "2026 - 60"


def names(folder: Path) -> set[str]:
    """What lies in it."""
    return {path.name for path in folder.iterdir()}


async def test_a_recording_is_a_file_and_a_manifest(tmp_path: Path) -> None:
    """Everything a reading system needs; the number is the entry's id; filed again, nothing changes."""
    one, folder = entry(EntryKind.RECORDING, CASE), Folder(FolderSettings(tmp_path))
    for _ in range(2):
        assert await folder.file(one) == Receipt(one.id)
        assert names(tmp_path) == {f"{one.id}.json", f"{one.id}.mp4"}
    assert hashlib.sha256((tmp_path / f"{one.id}.mp4").read_bytes()).hexdigest() == SHA
    assert stat.S_IMODE((tmp_path / f"{one.id}.mp4").stat().st_mode) & 0o007 == 0
    told = json.loads((tmp_path / f"{one.id}.json").read_text())
    assert told == {
        "schema": "portner-journal-1",
        "id": one.id,
        "kind": "recording",
        "case": CASE,
        "date": ZONED,
        "subject": one.subject,
        "text": TEXT,
        "author": STAFF,
        "retention": "standard",
        "media": {
            "file": f"{one.id}.mp4",
            "kept_at": None,
            "size": len(FILM),
            "sha256": SHA,
            "duration": 125.4,
        },
    }


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.CONSENT])
async def test_notes_and_consents_are_manifests(tmp_path: Path, kind: EntryKind) -> None:
    """Nothing of a person stands in a file's name."""
    one = entry(kind, CASE)
    await Folder(FolderSettings(tmp_path)).file(one)
    (path,) = (tmp_path / name for name in names(tmp_path))
    told = json.loads(path.read_text())
    assert (told["kind"], told["text"], "media" in told) == (kind.value, TEXT, False)
    assert not any(word in path.name for word in (*PERSONAL, CASE))


async def test_a_reference_says_size_hash_and_place_and_brings_no_file(tmp_path: Path) -> None:
    """The file stays where it is."""
    one = entry(EntryKind.RECORDING, CASE, media=media_of(FILM, as_reference=True))
    await Folder(FolderSettings(tmp_path)).file(one)
    (path,) = (tmp_path / name for name in names(tmp_path))
    media = json.loads(path.read_text())["media"]
    assert (media["file"], media["kept_at"], media["sha256"]) == (None, "Portner hos Lilleby Kommune", SHA)


async def test_closing_a_case_is_a_manifest_of_its_own(tmp_path: Path) -> None:
    """Beside that of the entry, and once."""
    folder, one = Folder(FolderSettings(tmp_path)), entry(EntryKind.NOTE, CASE)
    await folder.file(one)
    for _ in range(2):
        await folder.close_case(CASE, one.id)
    assert names(tmp_path) == {f"{one.id}.json", f"{one.id}.close.json"}
    told = json.loads((tmp_path / f"{one.id}.close.json").read_text())
    assert (told["kind"], told["case"], told["id"]) == ("close-case", CASE, one.id)


@pytest.mark.parametrize("spoiled", ["json", "mp4", "mp4 of the same size"])
async def test_something_else_of_that_name_is_never_written_over(tmp_path: Path, spoiled: str) -> None:
    """It is refused aloud, and what was there stays."""
    one = entry(EntryKind.RECORDING, CASE)
    path = tmp_path / f"{one.id}.{spoiled[:4].strip()}"
    path.write_bytes(bytes(len(FILM)) if "same size" in spoiled else b"{}")
    before = path.read_bytes()
    assert await refused(Folder(FolderSettings(tmp_path)).file(one)) == (Fault.JOURNAL_REFUSED, False)
    assert path.read_bytes() == before


async def test_what_a_crash_left_half_written_is_finished(tmp_path: Path) -> None:
    """Half a file under its other name, and the whole file without a manifest."""
    one, folder = entry(EntryKind.RECORDING, CASE), Folder(FolderSettings(tmp_path))
    (tmp_path / f".{one.id}.mp4.part").write_bytes(b"half" * 100_000)
    (tmp_path / f".{one.id}.json.part").write_bytes(b"{" * 10_000)
    await folder.file(one)
    (tmp_path / f"{one.id}.json").unlink()
    written = (tmp_path / f"{one.id}.mp4").stat().st_mtime_ns
    await folder.file(one)
    assert names(tmp_path) == {f"{one.id}.json", f"{one.id}.mp4"}
    assert (tmp_path / f"{one.id}.mp4").stat().st_mtime_ns == written
    assert (tmp_path / f"{one.id}.mp4").read_bytes() == FILM


async def test_a_damaged_file_never_has_its_name(tmp_path: Path) -> None:
    """Another hash, another size, a vault that breaks off: no manifest, no file."""

    async def breaks_off() -> AsyncIterator[bytes]:
        yield FILM[:100]
        raise VaultFault(Fault.VAULT_AWAY, again=True)

    folder = Folder(FolderSettings(tmp_path))
    whole = File(len(FILM), SHA, None)
    for media, fault in (
        (media_of(FILM, says="0" * 64), (Fault.VAULT_DAMAGED, False)),
        (Media(whole, media_of(FILM + b"x").read), (Fault.VAULT_DAMAGED, False)),
        (Media(whole, media_of(FILM[:-1]).read), (Fault.VAULT_DAMAGED, False)),
        (Media(whole, breaks_off), (Fault.VAULT_AWAY, True)),
    ):
        assert await refused(folder.file(entry(EntryKind.RECORDING, CASE, media=media))) == fault
    assert not any(name.endswith((".mp4", ".json")) for name in names(tmp_path))


async def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A share that is not mounted is away; it comes back."""
    share = tmp_path / "share"
    folder, one = Folder(FolderSettings(share)), entry(EntryKind.RECORDING, CASE)
    assert await refused(folder.file(one)) == (Fault.JOURNAL_AWAY, True)
    assert await refused(folder.close_case(CASE, one.id)) == (Fault.JOURNAL_AWAY, True)
    assert not share.exists()
    share.mkdir()
    await folder.file(one)


async def test_a_full_disk_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No space, then space: filed, and nothing half written has the name."""
    one, folder = entry(EntryKind.RECORDING, CASE), Folder(FolderSettings(tmp_path))
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", _no_space)
        assert await refused(folder.file(one)) == (Fault.JOURNAL_AWAY, True)
        assert not (tmp_path / f"{one.id}.mp4").exists()
    await folder.file(one)
    assert (tmp_path / f"{one.id}.mp4").read_bytes() == FILM


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("entry_id", ["../up", "a/b", "", ".", "x" * 65, "a\nb", "æ"])
async def test_an_id_that_is_no_name_is_refused(tmp_path: Path, entry_id: str) -> None:
    """Nothing is written anywhere."""
    folder = Folder(FolderSettings(tmp_path / "in"))
    (tmp_path / "in").mkdir()
    one = entry(EntryKind.NOTE, CASE, id=entry_id)
    for doing in (folder.file(one), folder.close_case(CASE, entry_id), folder.confirmed(entry_id, "")):
        assert await refused(doing) == (Fault.JOURNAL_REFUSED, False)
    assert names(tmp_path) == {"in"}
    assert names(tmp_path / "in") == set()


async def test_a_receipt_confirms(tmp_path: Path) -> None:
    """Only where the reading system gives them; until then there is none."""
    one, folder = entry(EntryKind.NOTE, CASE), Folder(FolderSettings(tmp_path, receipts=True))
    assert await folder.file(one) == Receipt(one.id, is_final=False)
    assert await folder.confirmed(one.id, one.id) is None
    (tmp_path / f"{one.id}.receipt.json").write_text('{"number": "2026-17"}')
    assert await folder.confirmed(one.id, one.id) == Receipt("2026-17")


async def test_what_was_fetched_and_confirmed_is_not_put_there_again(tmp_path: Path) -> None:
    """The reading system took the files away and left its receipt while we were down: it gets nothing twice."""
    one, folder = entry(EntryKind.RECORDING, CASE), Folder(FolderSettings(tmp_path, receipts=True))
    await folder.file(one)
    for name in (f"{one.id}.json", f"{one.id}.mp4"):
        (tmp_path / name).unlink()
    (tmp_path / f"{one.id}.receipt.json").write_text('{"number": "2026-17"}')
    assert await folder.file(one) == Receipt("2026-17")
    assert names(tmp_path) == {f"{one.id}.receipt.json"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"number": null}',
        b'{"number": true}',
        b'{"number": {"a": 1}}',
        b'{"number": ""}',
        b'{"number": "a\\u0000b"}',
        b'{"number": 1e400}',
        b'{"number": ' + b"9" * 5000 + b"}",
        b'{"number": "' + b"9" * 300 + b'"}',
        b"[" * 60_000,
        b'{"number": "1"}' + b" " * 100_000,
    ],
    ids=range(14),
)
async def test_a_receipt_nobody_can_read_is_none(tmp_path: Path, content: bytes) -> None:
    """Empty, not JSON, other types, huge: still waited for."""
    folder = Folder(FolderSettings(tmp_path, receipts=True))
    (tmp_path / "e1.receipt.json").write_bytes(content)
    assert await folder.confirmed("e1", "e1") is None


async def test_a_receipt_that_is_no_file_is_none_and_a_link_is_not_followed(tmp_path: Path) -> None:
    """A pipe does not hold us up, a directory is none, a link out is for somebody to look at."""
    folder = Folder(FolderSettings(tmp_path, receipts=True))
    os.mkfifo(tmp_path / "e1.receipt.json")
    assert await folder.confirmed("e1", "e1") is None
    (tmp_path / "e2.receipt.json").mkdir()
    assert await folder.confirmed("e2", "e2") is None
    (tmp_path / "elsewhere").write_text('{"number": "1"}')
    (tmp_path / "e3.receipt.json").symlink_to(tmp_path / "elsewhere")
    assert await refused(folder.confirmed("e3", "e3")) == (Fault.NOT_ALLOWED, False)
