"""Asks the agent for the first picture while Python still loads the console: both take half a second on a full house.

Standard library only, so that it can be asked before anything else is loaded.
"""

import socket
from pathlib import Path
from threading import Thread
from typing import Final

from tui.clock import elapsed

GOOD_FOR: Final = 3.0
"""Seconds after which an early answer is no longer worth taking."""
_REQUEST: Final = b"GET /v1/board HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n"
_PIECE: Final = 1 << 20


class Early:
    """One question at a Unix socket, asked at once by a thread that nobody waits for at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._asked_at = elapsed()
        self._body: bytes | None = None
        self._thread = Thread(target=self._ask, daemon=True)
        self._thread.start()

    def body(self) -> bytes | None:
        """Wait for the answer and give it once. None: there is none, or it is too old; then ask as usual."""
        self._thread.join(max(0.0, self._asked_at + GOOD_FOR - elapsed()))
        body, self._body = self._body, None
        return body if elapsed() - self._asked_at < GOOD_FOR else None

    def _ask(self) -> None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(GOOD_FOR)
                line.connect(str(self._path))
                line.sendall(_REQUEST)
                head, _, body = b"".join(iter(lambda: line.recv(_PIECE), b"")).partition(b"\r\n\r\n")
        except OSError:  # whoever asks as usual is told why
            return
        lines = head.lower().split(b"\r\n")
        if b" 200 " in lines[0] + b" " and b"content-length: %d" % len(body) in lines:
            self._body = body
