"""Logging as the agent sets it up, within a test, and everything as it was afterwards."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import structlog

from xmpp_agent.edges.logs import set_up_logs

LIBRARIES = ("uvicorn", "httpx", "httpcore", "sqlalchemy", "aiosqlite", "mail", "asyncio", "slixmpp", "multipart")
"""Loggers of libraries that see what people send (`mail` is aiosmtpd's)."""


@contextmanager
def logs_restored() -> Iterator[None]:
    """Whatever is set up within the block, is as it was after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {logger: logger.level for logger in map(logging.getLogger, LIBRARIES)}
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)
        for logger, before in levels.items():
            logger.setLevel(before)


@contextmanager
def logs_to(stream: TextIO, level: int = logging.INFO, *, libraries: bool = False) -> Iterator[None]:
    """Set up until the block ends. `libraries`: what they log goes through the sieve from the lowest level on."""
    with logs_restored():
        stderr, sys.stderr = sys.stderr, stream
        try:
            set_up_logs(level)
            if libraries:
                for logger in (logging.getLogger(), *map(logging.getLogger, LIBRARIES)):
                    logger.setLevel(logging.DEBUG)
            yield
        finally:
            sys.stderr = stderr
