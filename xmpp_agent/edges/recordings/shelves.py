"""Where sealed files lie: a folder on disk, or S3. Both through obstore, written whole or not at all."""

import asyncio
import errno
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Self

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store
from typing_extensions import override

from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import VaultFault

_PART = 5 << 20
"""Bytes of one part of an upload: the least S3 takes, so up to 48 GB a file; held in memory while it is sent."""
_SIDE_BY_SIDE = 2
MARK = "portner-vault"
"""An empty file in the folder: this is the vault itself, not the place where it is to be mounted."""
_BEHIND = 0.25
"""Seconds between two flushes of what is being written: the disk works while the next pieces are hashed and sealed."""
RESERVE = 256_000_000
"""Bytes left free on our disk: the audit is on it as well, and without audit no door opens."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_OS_ERROR = re.compile(r"\(os error (\d+)\)")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


class ObjectShelf:
    """Sealed files by name in one store. Every method raises VaultFault."""

    def __init__(self, open_store: Callable[[], ObjectStore]) -> None:
        self._store = cache(open_store)

    async def make_room(self, size: int) -> None:
        """Raise VAULT_FULL when so many bytes certainly do not fit. An object store does not say."""

    async def put(self, name: str, pieces: AsyncIterator[bytes | bytearray]) -> None:
        """Keep what comes, on disk when this returns; in place of what was there. Nothing is kept when it fails."""
        with _faults(Fault.VAULT_AWAY):
            await obstore.put_async(
                self._store(),
                _plain(name),
                pieces,
                use_multipart=True,
                chunk_size=_PART,
                max_concurrency=_SIDE_BY_SIDE,
            )

    async def size(self, name: str) -> int:
        """Bytes there. VAULT_DAMAGED when there is nothing."""
        with _faults(Fault.VAULT_DAMAGED):
            return (await obstore.head_async(self._store(), _plain(name)))["size"]

    async def part(self, name: str, begin: int, end: int) -> memoryview:
        """These bytes."""
        with _faults(Fault.VAULT_DAMAGED):
            return memoryview(await obstore.get_range_async(self._store(), _plain(name), start=begin, end=end))

    async def drop(self, name: str) -> None:
        """Delete it; done also when there is nothing."""
        try:
            with _faults(Fault.VAULT_DAMAGED):
                await obstore.delete_async(self._store(), _plain(name))
        except VaultFault as fault:
            if fault.fault is not Fault.VAULT_DAMAGED:
                raise


class LocalShelf(ObjectShelf):
    """A folder with our mark. One without it is away: a share that is not mounted looks like an empty folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(lambda: LocalStore(folder))
        self._folder = folder

    @classmethod
    def made(cls, folder: Path) -> Self:
        """The same, made if need be, for nobody else to read. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / MARK).touch(0o600)
        return cls(folder)

    @override
    async def size(self, name: str) -> int:
        await self._is_there()
        return await super().size(name)

    @override
    async def part(self, name: str, begin: int, end: int) -> memoryview:
        await self._is_there()
        return await super().part(name, begin, end)

    @override
    async def make_room(self, size: int) -> None:
        await self._is_there()
        with _faults(Fault.VAULT_AWAY):
            disk = await asyncio.to_thread(os.statvfs, self._folder)
        if disk.f_bavail * disk.f_frsize < size + RESERVE:
            raise VaultFault(Fault.VAULT_FULL, again=True)

    @override
    async def put(self, name: str, pieces: AsyncIterator[bytes | bytearray]) -> None:
        await self._is_there()
        with _faults(Fault.VAULT_AWAY):
            await asyncio.to_thread(self._sweep, _plain(name))
        written = asyncio.Event()
        behind = asyncio.create_task(self._write_behind(name, written))
        try:
            await super().put(name, pieces)
        finally:
            written.set()
            with _faults(Fault.VAULT_AWAY):  # a disk tells of a fault once: what this flush heard no later one hears
                await behind
        with _faults(Fault.VAULT_AWAY):
            await asyncio.to_thread(self._settle, name)

    @override
    async def drop(self, name: str) -> None:
        await self._is_there()
        await super().drop(name)
        with _faults(Fault.VAULT_AWAY):
            await asyncio.to_thread(self._sweep, _plain(name))
            await asyncio.to_thread(_flush, self._folder)

    async def _is_there(self) -> None:
        with _faults(Fault.VAULT_AWAY):
            await asyncio.to_thread(os.stat, self._folder / MARK)

    async def _write_behind(self, name: str, written: asyncio.Event) -> None:
        """Put on the disk what is written so far, until all of it is; else the whole of it waits for the end."""
        while not written.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_BEHIND):
                    await written.wait()
            await asyncio.to_thread(self._flush_drafts, name)

    def _flush_drafts(self, name: str) -> None:
        for draft in self._folder.glob(f"{name}#*"):
            with suppress(FileNotFoundError):  # finished, or given up, this very moment
                _flush(draft)

    def _sweep(self, name: str) -> None:
        """Delete what a crash left of it: obstore writes to `name#1`, `name#2` and renames at the end."""
        for left in self._folder.glob(f"{name}#*"):
            left.unlink(missing_ok=True)

    def _settle(self, name: str) -> None:
        _flush(self._folder / name)
        _flush(self._folder)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where in S3. The bucket should have a rule that ends unfinished uploads after a day: a crash leaves them."""

    name: str
    endpoint: str
    """`https://s3.example.dk`; `http://` only for tests on this machine."""
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    prefix: str = "recordings"
    timeout: float = 60.0
    """Seconds for one request: a part of 5 MB, or as much to read."""


def s3_shelf(bucket: Bucket) -> ObjectShelf:
    """Sealed files in a bucket. Two tries each, then the flow's own pauses."""
    store = S3Store(
        bucket.name,
        prefix=bucket.prefix,
        endpoint=bucket.endpoint,
        region=bucket.region,
        access_key_id=bucket.access_key,
        secret_access_key=bucket.secret_key,
        virtual_hosted_style_request=False,
        client_options={
            "connect_timeout": timedelta(seconds=min(5.0, bucket.timeout)),
            "timeout": timedelta(seconds=bucket.timeout),
            "allow_http": bucket.endpoint.startswith("http://127.0.0.1:"),
        },
        retry_config={"max_retries": 1, "retry_timeout": timedelta(seconds=bucket.timeout)},
    )
    return ObjectShelf(lambda: store)


def _plain(name: str) -> str:
    """Our own ids are plain; anything else must not become a path."""
    if _NAME.fullmatch(name) is None:
        raise VaultFault(Fault.VAULT_DAMAGED, again=False)
    return name


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _faults(missing: Fault) -> Iterator[None]:
    """What went wrong, in our words; `missing`: what it means that something is not there."""
    try:
        yield
    except FileNotFoundError as error:
        raise VaultFault(missing, again=missing is Fault.VAULT_AWAY) from error
    except OSError as error:
        raise VaultFault(_away_or_full(error.errno), again=True) from error
    except BaseError as error:
        # obstore says only in words what the system answered.
        said = _OS_ERROR.search(str(error))
        raise VaultFault(_away_or_full(int(said[1]) if said else None), again=True) from error


def _away_or_full(code: int | None) -> Fault:
    return Fault.VAULT_FULL if code in _FULL else Fault.VAULT_AWAY
