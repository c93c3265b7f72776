"""Key files: written once, readable by their owner only, refused at start when anything about them is odd."""

import os
import secrets
import stat
from pathlib import Path


class KeyFault(Exception):
    """A key file the agent does not start with; the text says which file and why, never what is in it."""


def read_secret(path: Path, what: str) -> bytes:
    """The bytes of a secret file that is regular, ours (or root's) and closed to group and others.

    Raises KeyFault naming `what` and the path.
    """
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode):
            raise KeyFault(f"{what} {path} is not a regular file.")
        if facts.st_uid not in {os.geteuid(), 0}:
            raise KeyFault(f"{what} {path} belongs to uid {facts.st_uid}, not to the one running this.")
        if facts.st_mode & 0o077:
            mode = stat.S_IMODE(facts.st_mode)
            raise KeyFault(f"{what} {path} can be read or written by others (mode {mode:04o}); it must be 0600.")
        content = path.read_bytes()
    except FileNotFoundError:
        raise KeyFault(f"{what} {path} is missing.") from None
    except OSError as error:
        raise KeyFault(f"{what} {path} cannot be read: {error.strerror}.") from None
    if not content:
        raise KeyFault(f"{what} {path} is empty.")
    return content


def write_secret(path: Path, content: bytes) -> None:
    """Put a secret in place whole or not at all, mode 0600, on disk when this returns. Replaces the old one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
