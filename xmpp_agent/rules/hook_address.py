"""Where calling systems may ask to be told: over TLS, and nowhere inside the authority's own network by accident."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LONGEST = 500
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""


def is_hook_address(url: str) -> bool:
    """Whether it is https with a host and no user, or http on this machine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = parts.scheme == "http" and parts.hostname in _THIS_MACHINE
    tidy = len(url) <= LONGEST and url.isascii() and url.isprintable() and " " not in url and not parts.fragment
    return (
        tidy and (plain or parts.scheme == "https") and bool(parts.hostname) and "@" not in parts.netloc and port != 0
    )


def may_connect(address: Address, host: str, allowed: Collection[Network]) -> bool:
    """Whether a name that led to this address may be called: out in the world, or in a network that was allowed.

    This machine only when it was named outright: a name that leads here is somebody's trick.
    """
    real = _embedded(address)
    if any(real.version == network.version and real in network for network in allowed):
        return True
    if real.is_loopback:
        return host in _THIS_MACHINE
    return real.is_global and not real.is_multicast


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, when it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo is not None else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
