"""Which of the agents on one database sends letters, tells calling systems and files: the one at the door; while none
is there, the one that holds a lock beside the database, let go by the kernel when its holder dies.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path


class Lead:
    """One per agent. Frozen and put out by another, an agent may lead beside that one until Prosody tells it so (a
    second): letters are taken in hand once all the same, and calling systems know what they are told by its id.
    """

    def __init__(self, database: Path, is_live: Callable[[], bool], stands_by: Callable[[], bool]) -> None:
        """`is_live`: this agent sees Prosody. `stands_by`: Prosody's last word was that another one is at the door."""
        self._path = database.with_name(f"{database.name}.lead")
        self._is_live, self._stands_by = is_live, stands_by
        self._handle: int | None = None

    def leads(self) -> bool:
        """Whether it is this agent's work now. Never waits. Raises OSError when the lock cannot be made."""
        if self._stands_by():
            self.let_go()
            return False
        return self._take() or self._is_live()

    def let_go(self) -> None:
        """Another one may lead."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _take(self) -> bool:
        if self._handle is None:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            self._handle = handle
        return True
