"""The clock by which the console knows how old its picture is."""

import sys
import time
from typing import Final

_CLOCK: Final = time.CLOCK_BOOTTIME if sys.platform == "linux" else time.CLOCK_MONOTONIC


def elapsed() -> float:
    """Seconds, never set back, that go on while the machine sleeps.

    Python's own monotonic clock stands still then (Linux, macOS): a laptop opened after an hour would show an hour-old
    picture as current, and let somebody act on it.
    """
    return time.clock_gettime(_CLOCK)
