"""The recorder's file, read once from beginning to end, and whether it stayed the same meanwhile."""

import os
from contextlib import ExitStack
from pathlib import Path

from xmpp_agent.edges.recordings import inside
from xmpp_agent.edges.recordings.duration import duration_of
from xmpp_agent.model.recordings import Fault
from xmpp_agent.ports.recordings import VaultFault


class SourceFile:
    """One open file of a recorder. Every method blocks and raises VaultFault; `close` it."""

    def __init__(self, folder: Path, directory: str, media: str) -> None:
        self._held, self._name = ExitStack(), media
        try:
            with self._held as held:
                top = held.enter_context(inside.top(folder))
                self._directory = held.enter_context(inside.directory(directory, top))
                self._file = held.enter_context(inside.file(media, self._directory))
                self._before = os.fstat(self._file)
                _judge(self._before)
                self._held = held.pop_all()
        except FileNotFoundError:
            raise VaultFault(Fault.NO_FILE, again=True) from None
        except PermissionError:
            raise VaultFault(Fault.NOT_READABLE, again=True) from None
        except OSError as fault:
            raise VaultFault(Fault.ODD_DIRECTORY, again=False) from fault
        self.size = self._before.st_size

    def fill(self, buffer: memoryview) -> int:
        """Read the next bytes into the buffer; how many: fewer than fit only at the end."""
        filled = 0
        while filled < len(buffer) and (got := self._readinto(buffer[filled:])):
            filled += got
        return filled

    def check(self) -> None:
        """Raise SOURCE_CHANGED unless it is as long as at first, unchanged, and still the file of that name."""
        try:
            now = os.fstat(self._file)
            named = inside.look_at(self._name, self._directory)
        except OSError:
            raise VaultFault(Fault.SOURCE_CHANGED, again=True) from None
        if not _state(self._before) == _state(now) == _state(named) or self._readinto(memoryview(bytearray(1))):
            raise VaultFault(Fault.SOURCE_CHANGED, again=True)

    def duration(self) -> float | None:
        """Seconds, if the file says so; never fatal."""
        try:
            return duration_of(self._file, self.size)
        except OSError:
            return None

    def close(self) -> None:
        """Let go of it."""
        self._held.close()

    def _readinto(self, view: memoryview) -> int:
        try:
            return os.readv(self._file, [view])
        except OSError as fault:
            raise VaultFault(Fault.SOURCE_CHANGED, again=True) from fault


def _judge(found: os.stat_result) -> None:
    if not inside.is_plain(found):
        raise VaultFault(Fault.ODD_DIRECTORY, again=False)
    if found.st_size == 0:
        raise VaultFault(Fault.EMPTY_FILE, again=True)


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_nlink, found.st_size, found.st_mtime_ns, found.st_ctime_ns
