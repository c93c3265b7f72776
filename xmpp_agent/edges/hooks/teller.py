"""Tells calling systems over HTTP: over TLS, at the address that was looked at, following nobody elsewhere."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import SplitResult, urlsplit

import httpx

from xmpp_agent.ports.booking import TellFault
from xmpp_agent.rules.hook_address import Address, Network, is_hook_address, may_connect

PATIENCE = 10.0
"""Seconds for all of it: name, connection, answer."""
_GONE = 410

Resolver = Callable[[str, int], Awaitable[Collection[str]]]
"""From host and port to addresses. Raises OSError."""


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Every address of a name, as the system knows them. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(str(address[0]) for *_, address in found)


class HttpTeller:
    """The `Teller` of ports. `allowed`: networks of the authority's own that webhooks may go to."""

    def __init__(
        self,
        allowed: Collection[Network] = (),
        *,
        context: ssl.SSLContext | None = None,
        resolver: Resolver = resolve,
    ) -> None:
        self._allowed, self._resolve = allowed, resolver
        self._http = httpx.AsyncClient(
            verify=context or ssl.create_default_context(),
            trust_env=False,
            follow_redirects=False,
            timeout=PATIENCE,
            limits=httpx.Limits(max_keepalive_connections=0),  # a kept connection is one nobody looked at again
        )

    async def tell(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        """See `xmpp_agent.ports.booking.Teller`."""
        if not is_hook_address(url):
            raise TellFault("not an address to tell", again=False)
        parts = urlsplit(url)
        try:
            async with asyncio.timeout(PATIENCE):
                status = await self._post(parts, await self._address(parts), body, headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, UnicodeError) as fault:
            raise TellFault(type(fault).__name__, again=True) from None
        if not 200 <= status < 300:
            raise TellFault(f"answered {status}", again=status != _GONE)

    async def close(self) -> None:
        """Let go of everything."""
        await self._http.aclose()

    async def _address(self, parts: SplitResult) -> Address:
        """The address to call: the first one, when every one of them may be called."""
        host = parts.hostname or ""
        found = [ipaddress.ip_address(a.partition("%")[0]) for a in await self._resolve(host, _port(parts))]
        if not found or not all(may_connect(address, host, self._allowed) for address in found):
            raise TellFault("leads where nobody may be told", again=True)
        return found[0]

    async def _post(self, parts: SplitResult, address: Address, body: bytes, headers: dict[str, str]) -> int:
        """The status. The name is looked up once: what was looked at is what is called."""
        where = f"[{address}]" if address.version == 6 else str(address)
        target = parts._replace(netloc=f"{where}:{_port(parts)}").geturl()
        sent = {**headers, "host": parts.netloc, "accept-encoding": "identity", "user-agent": "portner"}
        extensions = {"sni_hostname": parts.hostname}
        request = self._http.build_request("POST", target, content=body, headers=sent, extensions=extensions)
        response = await self._http.send(request, stream=True)
        await response.aclose()  # what it says is of no interest
        return response.status_code


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)
