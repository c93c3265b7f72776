"""Serves the site on host and port, within the agent's loop, with bounds on heads, time and connections."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

import h11
import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 16 * 1024
"""Bytes a request's head may have."""
HEAD_WITHIN = 10.0
"""Seconds a request's head may take to arrive; no browser needs one."""
CONNECTIONS = 4000
"""At once; beyond, uvicorn answers 503."""


class SiteFault(Exception):
    """The site cannot be served; the text says why."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection on which no whole head has arrived in time."""

    _due: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too
        super().connection_made(transport)
        self._expect()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._expect()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._due is not None:
            self._due.cancel()
        super().connection_lost(exc)

    @override
    def send_400_response(self, msg: str) -> None:
        """What cannot be read as HTTP is told so in two words, and nothing it sent comes back."""
        body = b"400 Bad Request\n"
        head = h11.Response(
            status_code=400,
            headers=[("content-type", "text/plain"), ("content-length", str(len(body))), ("connection", "close")],
        )
        for part in (head, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()

    def _expect(self) -> None:
        if self._due is not None:
            self._due.cancel()
        self._due = self.loop.call_later(HEAD_WITHIN, self._give_up)

    def _give_up(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the agent's."""
        yield


class SiteServer:
    """Start and stop the public site. `proxies`: addresses whose X-Forwarded-For is believed; nobody else's is."""

    def __init__(self, app: ASGIApp, host: str, port: int, proxies: Sequence[str] = ()) -> None:
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),  # given, so that no environment variable has a say
            server_header=False,
            h11_max_incomplete_event_size=HEAD,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        self._server, self._host, self._port = _Server(config), host, port
        self._listener: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port listened on (the one the system chose, for port 0)."""
        return int(self._listener.getsockname()[1]) if self._listener else self._port

    def start(self) -> None:
        """Listen. Raises SiteFault when the address is taken or not ours."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # Named as TCP, or asyncio leaves Nagle's delay on: 40 ms for every page in two packets.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
        except OSError as error:
            listener.close()
            raise SiteFault(f"Site address {self._host} port {self._port}: {error.strerror}.") from None
        listener.listen()
        listener.setblocking(False)
        self._listener = listener
        self._task = asyncio.get_running_loop().create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Stop listening, and end what does not end by itself."""
        if self._task is None:
            return
        self._server.should_exit = True
        await self._task
        for connection in tuple(self._server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        self._task, self._listener = None, None
