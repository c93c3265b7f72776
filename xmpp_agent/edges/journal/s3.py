"""The journal as a bucket: the manifests and files of docs/journal.md in any store that speaks S3.

An object is there whole or not at all. A recording goes up in parts as it is read; beside it stands its hash, so that
what is there already can be told from something else. The manifest comes last and is never written over.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from xmpp_agent.edges.journal.asking import SLOWEST, checked_address
from xmpp_agent.edges.journal.papers import close_manifest, file_of, manifest, media_name, named, number_in, pieces
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import JournalEntry, JournalFault, Media, Receipt

_PART = 8 * 1024 * 1024
_AT_ONCE = 2
"""Parts under way; with the one being filled, what a recording takes of memory."""
_HASH = "portner-sha256"
_LARGEST = 64 * 1024
"""Bytes of a manifest or receipt that are read."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class S3Settings:
    """Which bucket, and as whom."""

    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "eu-north-1"
    endpoint: str = ""
    """Address of a store that is not Amazon's."""
    prefix: str = ""
    """What the names of our objects begin with: `portner/`."""
    receipts: bool = False
    """Whether the reading system leaves `<entry id>.receipt.json`."""
    seconds: float = 30.0
    """Longest wait for an answer, beside the time the recording itself takes."""

    def __post_init__(self) -> None:
        """Raises ValueError when the address is not https (plain http: this machine)."""
        if self.endpoint:
            checked_address(self.endpoint)


class S3:
    """One bucket."""

    def __init__(self, settings: S3Settings) -> None:
        self._receipts, self._seconds = settings.receipts, settings.seconds
        self._store = S3Store(
            settings.bucket,
            prefix=settings.prefix.strip("/") or None,
            access_key_id=settings.access_key,
            secret_access_key=settings.secret_key,
            region=settings.region,
            endpoint=settings.endpoint or None,
            client_options={
                "allow_http": settings.endpoint.startswith("http://"),
                "timeout": timedelta(seconds=settings.seconds),
                "connect_timeout": timedelta(seconds=min(10.0, settings.seconds)),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=settings.seconds)},
        )

    async def file(self, entry: JournalEntry) -> Receipt:
        """As `Journal.file`. The number is the entry's id, or the receipt's.

        Whoever left a receipt may have taken the entry away: it is not put there for them once more.
        """
        told, media = manifest(entry), file_of(entry)
        if self._receipts and (receipt := await self.confirmed(entry.id, "")) is not None:
            return receipt
        if media is not None and not await self._has(media_name(entry), media):
            await self._put_media(media_name(entry), media)
        await self._put(f"{entry.id}.json", told)
        return Receipt(entry.id, is_final=not self._receipts)

    async def confirmed(self, entry_id: str, number: str) -> Receipt | None:
        """As `Journal.confirmed`. A receipt that cannot be read is none."""
        raw = await self._read(f"{named(entry_id)}.receipt.json")
        told = None if raw is None else number_in(raw)
        return None if told is None else Receipt(told)

    async def close_case(self, case_ref: str, entry_id: str) -> None:
        """As `Journal.close_case`: a manifest that asks for it."""
        told = close_manifest(case_ref, entry_id)
        await self._put(f"{entry_id}.close.json", told)

    async def _has(self, name: str, media: Media) -> bool:
        """Whether the object is there as it should be. Raises JournalFault when it is another."""
        try:
            found = await self._soon(obstore.get_async(self._store, name, options={"head": True}))
        except FileNotFoundError:
            return False
        if found.meta["size"] != media.file.size or found.attributes.get(_HASH) != media.file.sha256:
            raise JournalFault(Fault.JOURNAL_REFUSED, again=False)
        return True

    async def _put_media(self, name: str, media: Media) -> None:
        attributes: dict[str, str] = {_HASH: media.file.sha256}
        sending = obstore.put_async(
            self._store,
            name,
            pieces(media),
            attributes=attributes,
            chunk_size=_PART,
            max_concurrency=_AT_ONCE,
        )
        await self._written(sending, media.file.size)
        if not await self._has(name, media):
            raise JournalFault(Fault.JOURNAL_AWAY, again=True)

    async def _put(self, name: str, content: bytes) -> None:
        """A small object; already there with the same content is done."""
        there = await self._read(name)
        if there is None:
            await self._written(obstore.put_async(self._store, name, content, mode="create"), len(content))
        elif there != content:
            raise JournalFault(Fault.JOURNAL_REFUSED, again=False)

    async def _read(self, name: str) -> bytes | None:
        try:
            found = await self._soon(obstore.get_async(self._store, name))
            if found.meta["size"] > _LARGEST:
                return b""
            return bytes(await self._soon(found.bytes_async()))
        except FileNotFoundError:
            return None

    async def _written(self, sending: Awaitable[object], size: int) -> None:
        try:
            await self._soon(sending, size)
        except FileNotFoundError:  # no such bucket
            raise JournalFault(Fault.NOT_ALLOWED, again=False) from None

    async def _soon(self, asking: Awaitable[T], size: int = 0) -> T:
        """What the store answers. The boundary: raises JournalFault, and FileNotFoundError for what is not there."""
        try:
            async with asyncio.timeout(self._seconds + size / SLOWEST):
                return await asking
        except FileNotFoundError:
            raise FileNotFoundError from None
        except (PermissionDeniedError, UnauthenticatedError):
            raise JournalFault(Fault.NOT_ALLOWED, again=False) from None
        except (AlreadyExistsError, BaseError, OSError, TimeoutError):
            raise JournalFault(Fault.JOURNAL_AWAY, again=True) from None
