"""How much one asker may ask: buckets that fill again with time, in memory that does not grow with the askers."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

REMEMBERED = 20_000
"""Askers remembered at once; beyond, the one not heard of for longest is forgotten."""
AT_ONCE, PER_SECOND = 400.0, 40.0
"""Requests of one address without a session."""
SESSION_AT_ONCE, SESSION_PER_SECOND = 200.0, 6.0
"""Requests of one session: a page of staff looks at most once a second."""
CROWD_AT_ONCE, CROWD_PER_SECOND = 4000.0, 400.0
"""Requests of all sessions behind one address: a whole municipality, each asking every few seconds."""
KNOWN_FOR = 600.0
"""Seconds a browser counts as signed in after it was last seen to be."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Limit:
    """So many at once, and so many a second after that, for each asker.

    `clock`: seconds that never go backwards. Exhaustion of one asker costs nobody else anything.
    """

    def __init__(self, at_once: float, per_second: float, clock: Callable[[], float]) -> None:
        self._at_once, self._per_second, self._clock = at_once, per_second, clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def is_spent(self, asker: str) -> bool:
        """Whether the asker has nothing left."""
        bucket = self._buckets.get(asker)
        return bucket is not None and self._filled(bucket) < 1.0

    def spend(self, asker: str) -> bool:
        """Take one; False (and nothing taken) when nothing is left."""
        bucket = self._buckets.pop(asker, None) or _Bucket(self._at_once, self._clock())
        left, bucket.at = self._filled(bucket), self._clock()
        bucket.left = left - 1.0 if left >= 1.0 else left
        self._buckets[asker] = bucket
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return left >= 1.0

    def _filled(self, bucket: _Bucket) -> float:
        return min(self._at_once, bucket.left + (self._clock() - bucket.at) * self._per_second)


class Turnstile:
    """Counts a browser that is signed in by its session, and whoever is not by the address.

    What a browser brings proves nothing: only who was found to be signed in, by whatever served them, is `known`.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._strangers = Limit(AT_ONCE, PER_SECOND, clock)
        self._sessions = Limit(SESSION_AT_ONCE, SESSION_PER_SECOND, clock)
        self._crowds = Limit(CROWD_AT_ONCE, CROWD_PER_SECOND, clock)
        self._known: OrderedDict[str, float] = OrderedDict()

    def passes(self, address: str, cookie: str) -> bool:
        """Whether this request is served."""
        seen = self._known.get(cookie)
        if seen is None or self._clock() - seen > KNOWN_FOR:
            return self._strangers.spend(address)
        return self._sessions.spend(cookie) and self._crowds.spend(address)

    def known(self, cookie: str) -> None:
        """A browser with this cookie was found to be signed in."""
        self._known[cookie] = self._clock()
        self._known.move_to_end(cookie)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def asker(client: tuple[str, int] | None) -> str:
    """Who counts as one: an IPv4 address, an IPv6 /64 (what one subscriber has), or everybody without an address."""
    host = client[0] if client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address)
