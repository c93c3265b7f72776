"""Bounds guessing: an address that asked for many links that do not exist is not looked up any more for a while."""

from collections.abc import Callable

from fastapi import Request

from xmpp_agent.edges.web.site.limits import Limit, asker
from xmpp_agent.edges.web.site.stops import Stop, Stopped

MISSES, MISSES_PER_SECOND = 30.0, 1 / 20
"""Dead links of one address: what a household may mistype, and one more every twenty seconds."""
ACTS, ACTS_PER_SECOND = 60.0, 1 / 5
"""Forms sent for one link."""


class Guesses:
    """Counts dead links by address, and acts by link."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._misses = Limit(MISSES, MISSES_PER_SECOND, clock)
        self._acts = Limit(ACTS, ACTS_PER_SECOND, clock)

    def look(self, request: Request) -> None:
        """Called before a link is looked up. Raises Stopped (TOO_MANY)."""
        if self._misses.is_spent(_address(request)):
            raise Stopped(Stop.TOO_MANY)

    def act(self, code: str) -> None:
        """Called before a button does anything. Raises Stopped (TOO_MANY)."""
        if not self._acts.spend(code):
            raise Stopped(Stop.TOO_MANY)

    def missed(self, request: Request) -> None:
        """Called when there was no such link."""
        self._misses.spend(_address(request))


def _address(request: Request) -> str:
    return asker((request.client.host, request.client.port) if request.client else None)
