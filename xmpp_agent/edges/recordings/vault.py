"""Recordings at rest: the `Vault` of ports. A file of any size passes through in pieces of two megabytes."""

import asyncio
import base64
import hashlib
from collections import deque
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from pathlib import Path
from typing import Protocol

from xmpp_agent.edges.recordings import sealing
from xmpp_agent.edges.recordings.shelves import ObjectShelf
from xmpp_agent.edges.recordings.source_file import SourceFile
from xmpp_agent.model.recordings import Fault, File, Recording
from xmpp_agent.ports.recordings import Sealed, VaultFault

AT_ONCE = 2
"""Chunks handled in one go."""


class MasterKey(Protocol):
    """Seals short texts with the installation's own key, bound to a place."""

    def seal(self, text: str, place: str) -> str:
        """The text, unreadable without the key and unusable in another place."""
        ...

    def open(self, sealed: str, place: str) -> str:
        """The text again. Raises ValueError."""
        ...


class SealedVault:
    """The `Vault` of ports. `recorder`: the recorders' folder; `shelf`: where sealed files lie."""

    def __init__(self, recorder: Path, shelf: ObjectShelf, master: MasterKey) -> None:
        self._recorder, self._shelf, self._master = recorder, shelf, master

    async def take_in(self, recording_id: str, directory: str, media: str) -> Sealed:
        """See `xmpp_agent.ports.recordings.Vault`."""
        source = await asyncio.to_thread(SourceFile, self._recorder, directory, media)
        key, header = sealing.new_key(), sealing.new_header()
        intake = _Intake(source, sealing.Seal(key, header, recording_id, source.size), header)
        try:
            duration = await asyncio.to_thread(source.duration)
            await self._shelf.make_room(sealing.sealed_size(source.size))
            await self._shelf.put(recording_id, intake)
        finally:
            await intake.close()
        wrapped = self._master.seal(base64.b64encode(key).decode(), _place(recording_id))
        return Sealed(File(source.size, intake.sha256, duration), wrapped)

    async def read_back(self, recording: Recording) -> None:
        """See `xmpp_agent.ports.recordings.Vault`."""
        with closing(_Digest(AT_ONCE)) as digest:
            async with aclosing(self.read(recording)) as pieces:
                async for piece in pieces:
                    await digest.feed(piece)
            if recording.file is None or await digest.hex() != recording.file.sha256:
                raise _damaged()

    async def read(self, recording: Recording) -> AsyncGenerator[bytes, None]:
        """See `xmpp_agent.ports.recordings.Vault`."""
        seal, size = await self._opened(recording)
        end = sealing.chunks(size)
        fetching = self._fetch(recording.id, 0, size)
        try:
            for first in range(0, end, AT_ONCE):
                sealed = await fetching
                if first + AT_ONCE < end:
                    fetching = self._fetch(recording.id, first + AT_ONCE, size)
                for piece in await asyncio.to_thread(_open, seal, sealed, first):
                    yield piece
        finally:
            fetching.cancel()

    async def destroy(self, recording_id: str) -> None:
        """See `xmpp_agent.ports.recordings.Vault`."""
        await self._shelf.drop(recording_id)

    async def _opened(self, recording: Recording) -> tuple[sealing.Seal, int]:
        """What opens its chunks, and its size; before a byte of it is handed out its length is known to be right."""
        try:
            key = base64.b64decode(self._master.open(recording.key, _place(recording.id)), validate=True)
        except ValueError:
            raise _damaged() from None
        size = recording.file.size if recording.file is not None else -1
        if await self._shelf.size(recording.id) != sealing.sealed_size(size):
            raise _damaged()
        header = bytes(await self._shelf.part(recording.id, 0, sealing.HEADER))
        return sealing.Seal(key, header, recording.id, size), size

    def _fetch(self, recording_id: str, first: int, size: int) -> asyncio.Task[memoryview]:
        """Fetch the next chunks while the last ones are being used."""
        begin, end = (sealing.sealed_place(chunk, size) for chunk in (first, first + AT_ONCE))
        fetching = asyncio.create_task(self._shelf.part(recording_id, begin, end))
        # Nobody waits for it any more when the reader has stopped: then its fault is of no interest either.
        fetching.add_done_callback(lambda done: done.cancelled() or done.exception())
        return fetching


class _Digest:
    """SHA-256 of what is fed to it, reckoned beside whatever is done meanwhile, in a thread of its own; `close` it.

    `ahead`: pieces that may wait, and must stay as they are until then.
    """

    def __init__(self, ahead: int) -> None:
        self._ahead = ahead
        self._sha256, self._thread = hashlib.sha256(), ThreadPoolExecutor(1, "vault-digest")
        self._waits = deque[asyncio.Future[None]]()

    async def feed(self, piece: bytes | memoryview) -> None:
        """Returns when no more pieces wait than may."""
        self._waits.append(asyncio.get_running_loop().run_in_executor(self._thread, self._sha256.update, piece))
        while len(self._waits) > self._ahead:
            await self._waits.popleft()

    async def hex(self) -> str:
        """The hash of everything."""
        await asyncio.gather(*self._waits)
        return self._sha256.hexdigest()

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown(wait=False)


class _Intake:
    """The recorder's file on its way to the shelf, piece by piece. One step at a time: the shelf's and `close`."""

    def __init__(self, source: SourceFile, seal: sealing.Seal, header: bytes) -> None:
        self._source, self._seal, self._header = source, seal, header
        self._digest, self._step, self._next = _Digest(1), asyncio.Lock(), 0
        # Two: one is read and sealed while the other may still be reckoned into the hash.
        self._buffers = [memoryview(bytearray(AT_ONCE * sealing.CHUNK)) for _ in range(2)]
        self.sha256 = ""
        """Of the whole file, once the shelf has all of it."""

    def __aiter__(self) -> "_Intake":
        return self

    async def __anext__(self) -> bytes | bytearray:
        async with self._step:
            if self.sha256:
                raise StopAsyncIteration
            return await self._piece()

    async def close(self) -> None:
        """Let go of the file, when nobody reads it any more."""
        async with self._step:
            self._source.close()
            self._digest.close()

    async def _piece(self) -> bytes | bytearray:
        first, self._next = self._next, self._next + AT_ONCE
        self._buffers.reverse()
        plain = self._buffers[0][: await asyncio.to_thread(self._source.fill, self._buffers[0])]
        await self._digest.feed(plain)
        sealed = await asyncio.to_thread(self._seal.seal, plain, first)
        if self._next >= sealing.chunks(self._source.size):
            # Before the last piece is handed over: of a file that changed meanwhile nothing is kept.
            await asyncio.to_thread(self._source.check)
            self.sha256 = await self._digest.hex()
        return self._header + sealed if first == 0 else sealed


def _open(seal: sealing.Seal, sealed: memoryview, first: int) -> list[bytes]:
    try:
        return list(seal.open(sealed, first))
    except sealing.SealBroken:
        raise _damaged() from None


def _damaged() -> VaultFault:
    return VaultFault(Fault.VAULT_DAMAGED, again=False)


def _place(recording_id: str) -> str:
    return f"recordings.key:{recording_id}"
