"""Logs: JSON lines, and nothing of a person gets through."""

import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable

import pytest
import structlog
from typing_extensions import override

from tests.logging_here import logs_to

SECRET = "Anna Hansen 010101-1234"
Logged = Callable[[Callable[[], object]], list[dict[str, object]]]


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str]) -> Logged:
    """Does something with logging set up, and gives back what was logged: everything that reached stderr."""

    def lines(act: Callable[[], object]) -> list[dict[str, object]]:
        with logs_to(sys.stderr):
            act()
        return [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    return lines


def failing(log: Callable[[], object]) -> None:
    """Logs while an exception is handled that says too much."""
    citizen = SECRET
    try:
        raise ValueError(citizen)
    except ValueError:
        log()


def test_what_is_on_the_list_is_logged(logged: Logged) -> None:
    """Ids, codes and counts come out with level and time."""
    [line] = logged(lambda: structlog.get_logger().info("refused", room="a2a2", reason="too_early", count=3))

    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {"event": "refused", "room": "a2a2", "reason": "too_early", "count": 3, "level": "info"}


def test_what_is_not_on_the_list_is_dropped(logged: Logged) -> None:
    """A name, a token or an address under any other key leaves only a count."""
    [line] = logged(lambda: structlog.get_logger().bind(jid=SECRET).warning("knock", name=SECRET, token=SECRET))

    assert SECRET not in json.dumps(line)
    assert line["dropped"] == 3


def test_long_texts_are_cut(logged: Logged) -> None:
    """Nobody writes a stanza into a room's name."""
    [line] = logged(lambda: structlog.get_logger().info("odd", room="x" * 5000, state=["y" * 5000] * 500))

    assert len(json.dumps(line)) < 6000


def test_exceptions_show_their_kind_and_place_only(logged: Logged) -> None:
    """No message, no locals, no source line of an exception is logged; where it happened is."""
    [line] = logged(lambda: failing(lambda: structlog.get_logger().exception("failed")))

    assert "Hansen" not in json.dumps(line)
    assert line["error"] == "ValueError"
    assert isinstance(line["trace"], list)
    assert "test_logs.py:" in line["trace"][0]


def test_libraries_say_only_that_they_logged(logged: Logged) -> None:
    """A library's text may quote what a client sent, so it stays here; its origin and level come out."""
    library = logging.getLogger("slixmpp.stanza")

    [line] = logged(lambda: failing(lambda: library.exception("stanza %s", SECRET, extra={"room": SECRET})))

    assert "Hansen" not in json.dumps(line)
    assert (line["event"], line["level"], line["error"]) == ("slixmpp.stanza logged", "error", "ValueError")
    assert logged(lambda: logging.getLogger("sqlalchemy").info("SELECT %s", SECRET)) == []


def test_a_line_that_cannot_be_put_together_tells_nothing(logged: Logged) -> None:
    """The standard library would print what was in it; the values are not even turned into text."""

    class Telling:
        @override
        def __str__(self) -> str:
            raise ValueError(SECRET)

    def act() -> None:
        logging.getLogger("library").error("%s and %d", SECRET)
        logging.getLogger("library").error("%d", SECRET)
        logging.getLogger("library").error("%s", Telling())
        logging.getLogger("library").error(Telling())

    lines = logged(act)

    assert SECRET not in json.dumps(lines)
    assert [line["event"] for line in lines] == ["library logged"] * 3


def test_warnings_go_through_the_sieve(logged: Logged) -> None:
    """Python would print their text."""

    def act() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(SECRET, stacklevel=1)

    [line] = logged(act)

    assert line["event"] == "py.warnings logged"
    assert SECRET not in json.dumps(line)


def test_what_nobody_catches_is_told_by_kind_and_place(logged: Logged) -> None:
    """In the main thread, in another one, and where Python cannot raise."""

    class Unraisable:
        def __del__(self) -> None:
            raise ValueError(SECRET)

    def act() -> None:
        thread = threading.Thread(target=failing, args=(_raises,))
        thread.start()
        thread.join()
        Unraisable()
        try:
            _raises()
        except ValueError as error:
            sys.excepthook(ValueError, error, error.__traceback__)

    lines = logged(act)

    assert SECRET not in json.dumps(lines)
    assert [line["event"] for line in lines] == ["uncaught_in_thread", "unraisable", "uncaught"]
    assert {line["error"] for line in lines} == {"ValueError"}


def _raises() -> None:
    raise ValueError(SECRET)
