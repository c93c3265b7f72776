"""Runs a stand-in on a free port of the loopback, for the demo and for tests."""

import asyncio
import contextlib
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files."""

    identity: Path
    """Certificate and key."""
    clients: Path | None = None
    """Issuers of the client certificates without which nobody is let in."""


class _SeesCertificate(H11Protocol):
    """HTTP/1.1 whose `client` is (SHA-256 of the client's certificate in hex, 0) under mutual TLS."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        shown = tls.getpeercert(binary_form=True) if tls is not None else None
        if shown:
            self.client = (hashlib.sha256(shown).hexdigest(), 0)


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever runs the stand-in."""
        yield


@asynccontextmanager
async def running(app: FastAPI, tls: Tls | None = None) -> AsyncIterator[str]:
    """Serve while the block runs; gives the base address. Requests that hang are ended with it."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does so only for sockets it made itself
    config = uvicorn.Config(
        app,
        http=_SeesCertificate,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=1,
        ssl_certfile=tls.identity if tls else None,
        ssl_ca_certs=str(tls.clients) if tls and tls.clients else None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if tls and tls.clients else ssl.CERT_NONE,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        for request in tuple(server.server_state.tasks):
            request.cancel()
        await task
        listener.close()
