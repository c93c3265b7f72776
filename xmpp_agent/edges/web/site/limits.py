"""How much one address may ask: buckets that fill again with time, in memory that does not grow with the askers."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

REMEMBERED = 20_000
"""Addresses remembered at once; beyond, the one not heard of for longest is forgotten."""


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
