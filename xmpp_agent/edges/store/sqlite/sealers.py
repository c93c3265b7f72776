"""Who seals with which column key right now: a lock beside the database, let go by the kernel when its holder dies.

An agent keeps the keys it started with. While one seals with an older key, nothing may be sealed anew (it could not
read it) and no key may be dropped (what it writes would be lost).
"""

import contextlib
import fcntl
import os
from pathlib import Path


def take_seal(database: Path, key: str) -> int:
    """Show that this process seals with that key, until `lay_down` or its end. Blocks for a moment. Raises OSError."""
    path = database.with_name(f"{database.name}.sealing-{key}")
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_SH)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        os.close(handle)  # the last one to hold it took the file away meanwhile


def lay_down(database: Path, key: str, handle: int) -> None:
    """This process seals no more. Whoever is the last takes the file away."""
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        database.with_name(f"{database.name}.sealing-{key}").unlink(missing_ok=True)
    os.close(handle)


def others_seal(database: Path, newest: str) -> bool:
    """Whether any living process seals with another key than the newest. Raises OSError."""
    prefix = f"{database.name}.sealing-"
    found = (path for path in database.parent.iterdir() if path.name.startswith(prefix))
    return any(_is_held(path) for path in found if path.name != prefix + newest)


def _is_held(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)  # of one that was killed
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
