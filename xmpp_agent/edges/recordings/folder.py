"""The folder the recorders write to: the `Source` of ports. Whatever lies in it, nothing outside is read or written."""

import asyncio
import hashlib
import os
import re
from collections.abc import Collection
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from xmpp_agent.edges.recordings import inside, metadata
from xmpp_agent.edges.recordings.handing_over import MARK
from xmpp_agent.model.recordings import Fault, Found
from xmpp_agent.ports import Unavailable

MOST_DIRECTORIES = 10_000
"""More than ever wait to be filed. Beyond it nothing is looked at, aloud: what is left out would be lost silently."""
MOST_ENTRIES = 50
"""In one directory. A recorder leaves two or three."""
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,100}")
_NOBODYS = {"lost+found"}
"""What a file system keeps at its top."""


class RecorderFolder:
    """The `Source` of ports over one folder on disk. Everything blocking is done in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashed: dict[str, tuple[object, tuple[str, ...]]] = {}
        """By directory: how it was and what its files came to; one that cannot be removed is looked at each time."""

    async def look(self) -> tuple[Found, ...]:
        """See `xmpp_agent.ports.recordings.Source`."""
        found = await asyncio.to_thread(_look, self._folder)
        for gone in self._hashed.keys() - {one.name for one in found}:
            del self._hashed[gone]
        return found

    async def hashes(self, found: Found) -> tuple[str, ...]:
        """See `xmpp_agent.ports.recordings.Source`."""
        state, hashes = self._hashed.get(found.name, (None, ()))
        if state != _state(found):
            hashes = await asyncio.to_thread(_hashes, self._folder, found)
            self._hashed[found.name] = (_state(found), hashes)
        return hashes

    async def remove(self, found: Found) -> None:
        """See `xmpp_agent.ports.recordings.Source`."""
        await asyncio.to_thread(_remove, self._folder, found)


def _look(folder: Path) -> tuple[Found, ...]:
    try:
        with inside.top(folder) as top:
            names = _names(top, MOST_DIRECTORIES)
            if len(names) > MOST_DIRECTORIES:
                raise Unavailable("there is too much in the recorders' folder to look at")
            looks = (_look_at(name, top) for name in sorted(names) if name not in _NOBODYS)
            return tuple(found for found in looks if found is not None)
    except OSError as fault:
        raise Unavailable(f"the recorders' folder cannot be read: {type(fault).__name__}") from None


def _names(folder: int, most: int) -> list[str]:
    """Names in a directory; one more than `most` when there are more."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in islice(entries, most + 1)]


def _look_at(name: str, top: int) -> Found | None:
    """What can be said of one entry of the folder; None when it is gone meanwhile."""
    try:
        with inside.directory(name, top) as folder:
            return _inspect(name, folder)
    except FileNotFoundError:
        return None
    except PermissionError:
        return _closed(name, top)
    except OSError:  # a link, a file, a pipe, or nothing we may read
        return Found(name, fault=Fault.ODD_DIRECTORY)


def _closed(name: str, top: int) -> Found | None:
    """A directory we may not open, with its session, so that whoever waits for it is told why."""
    try:
        changed = inside.look_at(name, top).st_ctime
    except FileNotFoundError:
        return None
    session = name if _SESSION.fullmatch(name) else ""
    return Found(name, session, quiet_since=changed, fault=Fault.NOT_READABLE)


def _inspect(name: str, folder: int) -> Found:
    # The time of a change cannot be set by whoever wrote the file, unlike that of its contents.
    names, own = _names(folder, MOST_ENTRIES), os.fstat(folder).st_ctime
    looks = {entry: inside.look_at(entry, folder) for entry in names[:MOST_ENTRIES]}
    plain = {entry: look for entry, look in looks.items() if inside.is_plain(look)}
    media = sorted((e for e in plain if e.lower().endswith(".mp4")), key=lambda e: (plain[e].st_mtime_ns, e))
    said = metadata.read(folder) if metadata.NAME in looks and metadata.NAME in plain else metadata.NOTHING
    session = name if _SESSION.fullmatch(name) else ""
    strange = len(names) > MOST_ENTRIES or len(plain) < len(looks) or bool(plain.keys() - {*media, metadata.NAME, MARK})
    odd = strange or said.odd or not session or not all(_is_readable(entry) for entry in media)
    return Found(
        name,
        session=session,
        # A film begun after the mark is another recorder's, who went on in the same directory and is not done yet.
        handed_over=MARK in plain and all(plain[entry].st_ctime_ns <= plain[MARK].st_ctime_ns for entry in media),
        quiet_since=max([own, *(look.st_ctime for look in looks.values())]),
        media=tuple(media),
        sizes=tuple(plain[entry].st_size for entry in media),
        meeting=said.meeting,
        room=said.room,
        fault=Fault.ODD_DIRECTORY if odd else None,
    )


def _is_readable(name: str) -> bool:
    return name.isprintable()  # control characters are not, nor are bytes that are no UTF-8


def _hashes(folder: Path, found: Found) -> tuple[str, ...]:
    try:
        with inside.top(folder) as top, inside.directory(found.name, top) as directory:
            return tuple(_hash(media, directory) for media in found.media)
    except OSError as fault:
        raise Unavailable(f"the recorder's directory cannot be read: {type(fault).__name__}") from None


def _hash(media: str, directory: int) -> str:
    with inside.file(media, directory) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
        if not inside.is_plain(os.fstat(descriptor)):
            return ""
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove(folder: Path, found: Found) -> None:
    with ExitStack() as held:
        try:
            top = held.enter_context(inside.top(folder))
            inner = held.enter_context(inside.directory(found.name, top))
        except FileNotFoundError:
            return
        except OSError as fault:
            raise Unavailable(f"the recorder's directory cannot be opened: {type(fault).__name__}") from None
        try:
            now = _inspect(found.name, inner)
            if _state(now) != _state(found):
                raise Unavailable("the recorder's directory has changed since it was looked at")
            if found.fault is not None:  # what is odd stays for a person to look at, but no film beside it
                _unlink(found.media, inner)
                return
            # The video last: a directory with one is found again, whatever ends us in between.
            _unlink((metadata.NAME, MARK, *found.media), inner)
            os.rmdir(found.name, dir_fd=top)
            os.fsync(top)
        except OSError as fault:
            raise Unavailable(f"the recorder's directory cannot be removed: {type(fault).__name__}") from None


def _state(found: Found) -> tuple[object, ...]:
    """What must be the same when it is removed; the time shows what was written over with as many bytes."""
    return found.media, found.sizes, found.fault, found.quiet_since


def _unlink(names: Collection[str], folder: int) -> None:
    for name in names:
        try:
            if inside.is_plain(inside.look_at(name, folder)):
                os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            continue
