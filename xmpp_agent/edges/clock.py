"""The time of this machine."""

import math
import time


class SystemClock:
    """The wall clock carried by the monotone one.

    A wall clock set forward (NTP, a machine that slept) is followed. One set back is not, until the agent starts
    again: time goes on from where it was, so that no window opens twice and nothing stands still.
    """

    def __init__(self) -> None:
        self._ahead = -math.inf

    def now(self) -> float:
        """Seconds since 1970 (UTC), never less than the answer before."""
        # Read in this order a pause between the two makes the difference too small, never too large.
        wall = time.time()
        monotone = time.monotonic()
        self._ahead = max(self._ahead, wall - monotone)
        return monotone + self._ahead
