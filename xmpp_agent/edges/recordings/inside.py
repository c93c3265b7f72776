"""Opening what lies in the recorders' folder without ever leaving it: by directory descriptor, no link followed.

Whoever can write there (another machine, a browser's recorder) can put anything there: links, pipes, devices. A name
is looked up inside a directory that is held open, so nothing can be swapped between two looks.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# Non-blocking: a pipe that took a file's place between two looks is opened without waiting for its other end.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


@contextmanager
def top(folder: Path) -> Iterator[int]:
    """Descriptor of the configured folder itself, which may be a link of the administrator's. Raises OSError."""
    yield from _held(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))


@contextmanager
def directory(name: str, within: int) -> Iterator[int]:
    """Descriptor of a directory directly in another one. Raises OSError."""
    yield from _held(os.open(_one_name(name), _FOLDER, dir_fd=within))


@contextmanager
def file(name: str, within: int) -> Iterator[int]:
    """Descriptor of a file directly in a directory, for reading. Raises OSError; is it a file? Ask `is_plain`."""
    yield from _held(os.open(_one_name(name), _FILE, dir_fd=within))


def look_at(name: str, within: int) -> os.stat_result:
    """What lies there, a link itself instead of where it leads. Raises OSError."""
    return os.stat(_one_name(name), dir_fd=within, follow_symlinks=False)


def is_plain(found: os.stat_result) -> bool:
    """Whether it is a regular file that lies nowhere else: another name of it could be outside."""
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def _one_name(name: str) -> str:
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise NotADirectoryError("not a name within a directory")
    return name


def _held(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)
