"""The journal as a folder: for each entry a manifest and, of a recording, the file (docs/journal.md).

Nothing half written ever has its final name: a file is written under another one, flushed to disk, looked at again and
renamed, the manifest last. What is there already is never written over. The folder is not made: a share that is not
mounted must not become a directory nobody reads.
"""

import asyncio
import errno
import hashlib
import os
import stat
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from xmpp_agent.edges.journal.papers import close_manifest, file_of, manifest, media_name, named, number_in, pieces
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalEntry, JournalFault, Media, Receipt

_MODE = 0o640
"""For us and the group of whoever reads it."""
_BLOCK = 1 << 20
_BEHIND = 64 << 20
"""Bytes written between two flushes: the disk works while the next ones are read, not all of it at the end."""
_LARGEST_RECEIPT = 64 * 1024
_OURS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP})
"""Nothing a repetition would help."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """Where it is, and whether whoever reads it answers."""

    path: Path
    receipts: bool = False
    """Whether the reading system leaves `<entry id>.receipt.json`; if not, what lies in the folder is filed."""
    seconds: float = 60.0
    """Longest wait for a file system, beside the time the recording itself takes."""


class Folder:
    """One folder."""

    def __init__(self, settings: FolderSettings) -> None:
        self._path, self._receipts, self._seconds = settings.path, settings.receipts, settings.seconds
        self._threads = ThreadPoolExecutor(2, "journal-folder")  # a share that hangs must hold up nobody else

    async def file(self, entry: JournalEntry) -> Receipt:
        """As `Journal.file`. The number is the entry's id, or the receipt's.

        Whoever left a receipt may have taken the entry away: it is not put there for them once more.
        """
        told, media = manifest(entry), file_of(entry)
        if self._receipts and (receipt := await self.confirmed(entry.id, "")) is not None:
            return receipt
        if media is not None and not await self._has(media_name(entry), media):
            await self._put_media(media_name(entry), media)
        await self._soon(lambda: self._put(f"{entry.id}.json", told))
        return Receipt(entry.id, is_final=not self._receipts)

    async def confirmed(self, entry_id: str, number: str) -> Receipt | None:
        """As `Journal.confirmed`. A receipt that cannot be read is none."""
        name = f"{named(entry_id)}.receipt.json"
        raw = await self._soon(lambda: self._read(name, _LARGEST_RECEIPT))
        told = None if raw is None else number_in(raw)
        return None if told is None else Receipt(told)

    async def close_case(self, case_ref: str, entry_id: str) -> None:
        """As `Journal.close_case`: a manifest that asks for it."""
        told = close_manifest(case_ref, entry_id)
        await self._soon(lambda: self._put(f"{entry_id}.close.json", told))

    async def _soon(self, work: Callable[[], T]) -> T:
        """Something the file system does, off the loop. The boundary: raises JournalFault alone."""
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except TimeoutError:
            raise JournalFault(Fault.JOURNAL_AWAY, again=True) from None
        except OSError as error:
            if error.errno in _OURS:
                raise JournalFault(Fault.NOT_ALLOWED, again=False) from None
            raise JournalFault(Fault.JOURNAL_AWAY, again=True) from None

    async def _has(self, name: str, media: Media) -> bool:
        """Whether the file is there as it should be. Raises JournalFault when it is another."""
        found = await self._soon(lambda: self._size(name))
        if found is None:
            return False
        if found != media.file.size or await self._hash(name) != media.file.sha256:
            raise JournalFault(Fault.JOURNAL_REFUSED, again=False)
        return True

    async def _hash(self, name: str) -> str:
        """Block by block, so that each wait is bounded."""
        digest = hashlib.sha256()
        file = await self._soon(lambda: _opened(self._path / name))
        try:
            while block := await self._soon(lambda: file.read(_BLOCK)):
                await self._soon(partial(digest.update, block))
        finally:
            await self._soon(file.close)
        return digest.hexdigest()

    async def _put_media(self, name: str, media: Media) -> None:
        draft = self._path / f".{name}.part"
        file = await self._soon(lambda: _drafted(draft))
        try:
            await self._pour(file, pieces(media))
            await self._soon(lambda: _settled(file, media.file.size))
        finally:
            await self._soon(file.close)
        await self._soon(lambda: self._in_place(draft, name))

    async def _pour(self, file: BinaryIO, content: AsyncIterator[bytes]) -> None:
        flush = partial(os.fdatasync, file.fileno())
        flushing = asyncio.create_task(self._soon(flush))
        since = 0
        try:
            async for piece in content:
                await self._soon(partial(_written, file, piece))
                since += len(piece)
                if since >= _BEHIND:
                    await flushing
                    flushing, since = asyncio.create_task(self._soon(flush)), 0
        finally:
            await flushing

    def _put(self, name: str, content: bytes) -> None:
        """A small file; already there with the same content is done."""
        there = self._read(name, len(content) + 1)
        if there is not None:
            if there != content:
                raise JournalFault(Fault.JOURNAL_REFUSED, again=False)
            return
        draft = self._path / f".{name}.part"
        with _drafted(draft) as file:
            _written(file, content)
            _settled(file, len(content))
        self._in_place(draft, name)

    def _in_place(self, draft: Path, name: str) -> None:
        """Rename, and see to it that the rename is on disk, too."""
        draft.replace(self._path / name)
        handle = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _size(self, name: str) -> int | None:
        try:
            facts = (self._path / name).lstat()
        except FileNotFoundError:
            return None
        return facts.st_size if stat.S_ISREG(facts.st_mode) else -1

    def _read(self, name: str, most: int) -> bytes | None:
        """At most so many bytes and one; None when there is no such regular file."""
        try:
            with _opened(self._path / name) as file:
                return file.read(most + 1)
        except FileNotFoundError:
            return None


def _opened(path: Path) -> BinaryIO:
    """A regular file, never what a link leads to, and without waiting for a pipe's other end. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileNotFoundError(errno.ENOENT, "no regular file")
    return os.fdopen(handle, "rb")


def _drafted(path: Path) -> BinaryIO:
    """A new file to write; what an earlier attempt left is written over. Raises OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, _MODE), "wb", buffering=0)


def _written(file: BinaryIO, piece: bytes) -> None:
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]


def _settled(file: BinaryIO, size: int) -> None:
    """On disk, and of the right size there. Raises OSError."""
    os.fsync(file.fileno())
    if os.fstat(file.fileno()).st_size != size:
        raise OSError(errno.EIO, "another size than was written")
