"""How long a video is, as it says itself. Never a reason to refuse it: a recorder that was killed leaves none."""

import io
import math
import os
from typing import BinaryIO, cast

from tinytag import TinyTag, TinyTagException
from typing_extensions import override

MOST_BYTES = 4_000_000
MOST_READS = 20_000
"""The index of a day's recording is a few megabytes, and only its heads are read."""
_LONGEST = 7 * 86400.0


class _Glance(io.RawIOBase):
    """A file of which only so much is read. Raises OSError beyond it."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor, self._size, self._place = descriptor, size, 0
        self._bytes, self._reads = MOST_BYTES, MOST_READS

    @override
    def read(self, size: int = -1, /) -> bytes:
        size = size if size >= 0 else self._size
        self._bytes, self._reads = self._bytes - size, self._reads - 1
        if self._bytes < 0 or self._reads < 0:
            raise OSError("that is more than a glance")
        piece = os.pread(self._descriptor, size, self._place)
        self._place += len(piece)
        return piece

    @override
    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    @override
    def tell(self) -> int:
        return self._place


def duration_of(descriptor: int, size: int) -> float | None:
    """Seconds, of the MP4 open there; None when it does not say, or nothing one can believe. Raises OSError."""
    if os.pread(descriptor, 4, 4) != b"ftyp":
        return None
    try:
        glance = cast("BinaryIO", _Glance(descriptor, size))  # read, seek and tell are all that is used
        said = TinyTag.get(file_obj=glance, tags=False).duration
    except TinyTagException:
        return None
    return said if said is not None and math.isfinite(said) and 0.0 < said < _LONGEST else None
