"""What Jibri's finalize script does: leave a mark in the recorder's directory that it is complete.

Standard library only, no settings, no database, no agent: Jibri stays busy until it has ended. An empty file needs no
space for data, so the mark can often be left on a full disk, too; if not, the sweeper finds the directory without it.
`finalize.sh` does the same where there is no Python.
"""

import os
import stat
from pathlib import Path

MARK = "portner-recording-done"
"""Name of the mark; there is nothing in it."""


class NotHandedOver(Exception):
    """The mark could not be left; the text names neither file nor person. `refused`: what was given is no directory."""

    def __init__(self, why: str, *, refused: bool) -> None:
        super().__init__(why)
        self.refused = refused


def hand_over(directory: Path) -> None:
    """Leave the mark, on disk when this returns; one that is there already is of now. Raises NotHandedOver."""
    try:
        folder = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except (OSError, ValueError):
        raise NotHandedOver(
            "What was given is no directory of its own; nothing was handed over.", refused=True
        ) from None
    try:
        _mark(folder)
        os.fsync(folder)
    except OSError as fault:
        why = f"The recording could not be marked as complete: {fault.strerror}. Nothing is lost: it is found later."
        raise NotHandedOver(why, refused=False) from None
    finally:
        os.close(folder)


def _mark(folder: int) -> None:
    try:
        # O_EXCL: there is a whole mark or none, and a link that lies there is not followed.
        mark = os.open(MARK, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640, dir_fd=folder)
    except FileExistsError:
        if not stat.S_ISREG(os.stat(MARK, dir_fd=folder, follow_symlinks=False).st_mode):
            raise NotHandedOver(
                "Something else lies where the mark belongs; nothing was handed over.", refused=True
            ) from None
        # A second recorder went on in the same directory: the mark must be younger than its film, too.
        os.utime(MARK, dir_fd=folder, follow_symlinks=False)
        return
    try:
        os.fsync(mark)
    finally:
        os.close(mark)
