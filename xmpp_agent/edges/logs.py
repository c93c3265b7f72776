"""Logs: JSON lines on stderr, with nothing of a person in them.

Only what is on the list below leaves the process. A name, a token or an address cannot slip through by being logged
under another key: unknown keys are dropped and counted, known ones are bounded.
"""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from typing_extensions import override

ALLOWED = frozenset(
    {
        *("event", "level", "timestamp", "error", "trace"),
        *("act", "appointment", "attempt", "count", "decision", "epoch", "host", "knock", "order", "pass_id"),
        *("port", "question", "reason", "room", "rule", "seconds", "seq", "setting", "shard", "state", "uid"),
        *("condition", "unit", "version", "visit"),
    }
)
"""Ids, counts, codes and times. Never add a key that may hold a name, a CPR number, a token or a text of a person."""
_LONGEST = 200

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def set_up_logs(level: int = logging.INFO) -> None:
    """Send structlog and the standard library's logging through the same sieve to stderr. Call once at start.

    Of libraries only warnings are noted, at debug level whatever they log: that they did, never what.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    end: list[structlog.typing.Processor] = [bare_exception, sieve, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*shared, *end],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),  # a line in one write: threads log, too
        cache_logger_on_first_use=True,
    )
    handler = _Handler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, foreign],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *end],
            use_get_message=False,  # what a library says is not repeated, so it is not put together either
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level if level <= logging.DEBUG else max(level, logging.WARNING))
    _catch_the_rest()


class _Handler(logging.StreamHandler[TextIO]):
    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Of a line that cannot be written nothing is told: the standard library would print all that was in it."""


def _catch_the_rest() -> None:
    """Warnings and uncaught exceptions go through the sieve, too: Python prints them with their whole text."""
    logging.captureWarnings(True)
    log = structlog.get_logger("python")

    def uncaught(kind: type[BaseException], error: BaseException, places: TracebackType | None) -> None:
        log.critical("uncaught", exc_info=(kind, error, places))

    def in_thread(failed: threading.ExceptHookArgs) -> None:
        log.critical("uncaught_in_thread", exc_info=failed.exc_value)

    def unraisable(failed: "sys.UnraisableHookArgs") -> None:
        log.error("unraisable", exc_info=failed.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_thread, unraisable


def foreign(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's own record: its text may quote a stanza or a statement, so only its origin and level are kept."""
    record = event.get("_record")
    origin = record.name if isinstance(record, logging.LogRecord) else "library"
    event["event"] = f"{origin} logged"
    return event


def bare_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Exceptions as type and places in code: no locals, no source lines, no message (which may quote what was read)."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if isinstance(found, tuple) and found[0] is not None:
        kind, _, places = found
        event["error"] = kind.__name__
        event["trace"] = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(places)][-12:]
    return event


def sieve(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep what is on the list, as numbers, truth values or bounded text; say how many keys were dropped."""
    kept = {key: _bounded(value) for key, value in event.items() if key in ALLOWED}
    if len(kept) < len(event):
        kept["dropped"] = len(event) - len(kept)
    return kept


def _bounded(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list):
        return [str(part)[:_LONGEST] for part in value[:20]]
    return str(value)[:_LONGEST]
