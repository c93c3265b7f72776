"""Serves the application on a Unix socket that only its owner and group can open, and says who is at the other end."""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

_UCRED = struct.Struct("3i")
"""pid, uid, gid: Linux' struct ucred (unix(7))."""


class PeerProtocol(H11Protocol):
    """HTTP/1.1 whose `client` is ("uid", <uid of the peer>)."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too
        super().connection_made(transport)
        peer = transport.get_extra_info("socket")
        raw = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
        self.client = ("uid", _UCRED.unpack(raw)[1])


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the agent's."""
        yield


class SocketServer:
    """Start and stop the console's HTTP server within the agent's loop."""

    def __init__(self, app: FastAPI, path: Path) -> None:
        config = uvicorn.Config(
            app,
            http=PeerProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        self._server, self._path = _Server(config), path
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Listen. A socket file left by a dead agent is replaced; one that answers belongs to a living agent.

        Raises FileExistsError then.
        """
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if self._path.is_socket():
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                if probe.connect_ex(str(self._path)) == 0:
                    listener.close()
                    raise FileExistsError(f"another agent answers on {self._path}")
            self._path.unlink()
        mask = os.umask(0o117)
        try:
            listener.bind(str(self._path))
        finally:
            os.umask(mask)
        listener.setblocking(False)
        self._task = asyncio.get_running_loop().create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Stop listening and remove the socket file."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        self._path.unlink(missing_ok=True)
