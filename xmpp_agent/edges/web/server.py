"""Serves the application on a Unix socket that only its owner and group can open, and says who is at the other end."""

import asyncio
import contextlib
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import h11
import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from xmpp_agent.edges.web.door import Door
from xmpp_agent.edges.web.problems import problem

_UCRED = struct.Struct("3i")
"""pid, uid, gid: Linux' struct ucred (unix(7))."""
_LONGEST_PATH = 107
"""Bytes a Unix socket's address can hold (unix(7))."""
HEAD = 16 * 1024
"""Bytes a request's head may have."""


class SocketFault(Exception):
    """The socket cannot be served; the text says why."""


class PeerProtocol(H11Protocol):
    """HTTP/1.1 whose `client` is ("uid", <uid of the peer>), as the kernel noted it when the peer connected."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        raw = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
        self.client = ("uid", _UCRED.unpack(raw)[1])

    @override
    def send_400_response(self, msg: str) -> None:
        """What cannot be read as HTTP is answered as any other refusal."""
        answer = problem(400, language="en")
        head = h11.Response(status_code=400, headers=[*answer.raw_headers, (b"connection", b"close")])
        for part in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(part) or b"")
        self.transport.close()


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the agent's."""
        yield


class SocketServer:
    """Start and stop the console's HTTP server within the agent's loop."""

    def __init__(self, app: Door, path: Path) -> None:
        config = uvicorn.Config(
            app,
            http=PeerProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            proxy_headers=False,  # nobody is believed about who they are (an environment variable could have it so)
            server_header=False,
            h11_max_incomplete_event_size=HEAD,
            timeout_graceful_shutdown=1,
        )
        self._server, self._path = _Server(config), path
        self._task: asyncio.Task[None] | None = None
        self._lock = -1

    def start(self) -> None:
        """Listen. A socket file left by a dead agent is replaced; a living agent's is left alone.

        Who lives holds the lock beside the socket, which the kernel lets go when its holder dies: two agents that
        start at once cannot both find the file abandoned. Raises SocketFault.
        """
        self._take_lock()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o117)
        try:
            if self._path.is_socket():
                self._path.unlink()
            listener.bind(str(self._path))
        except OSError as error:
            listener.close()
            self._let_go()
            raise SocketFault(f"Socket {self._path} cannot be made: {error.strerror}.") from None
        finally:
            os.umask(mask)
        listener.listen()
        listener.setblocking(False)
        self._task = asyncio.get_running_loop().create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Stop listening, end what does not end by itself, remove the socket file."""
        if self._task is None:
            return
        self._path.unlink(missing_ok=True)
        self._server.should_exit = True
        await self._task
        for connection in tuple(self._server.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        self._task = None
        self._let_go()

    def _take_lock(self) -> None:
        if len(os.fsencode(self._path)) > _LONGEST_PATH:
            raise SocketFault(f"Socket {self._path}: the path is longer than {_LONGEST_PATH} bytes.")
        try:
            self._lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SocketFault(f"Socket {self._path} cannot be made: {error.strerror}.") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._let_go()
            raise SocketFault(f"Socket {self._path}: another agent serves it.") from None

    def _let_go(self) -> None:
        """The lock file stays: were it removed, two could hold a lock each, on files of the same name."""
        os.close(self._lock)
        self._lock = -1
