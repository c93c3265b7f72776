"""Cancelling and revoking by the command line: through the agent when one runs, never behind its back."""

import json
import os
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from typing_extensions import override

from tests.command_line import Portner, bare, portner
from tests.edges.store.samples import raw

__all__ = ["bare", "portner"]


class _Agent(socketserver.ThreadingUnixStreamServer):
    """Stands where the agent's socket is; answers what it is told to and keeps what it was asked."""

    daemon_threads = True

    def __init__(self, path: Path, status: int | None, body: bytes) -> None:
        self.status, self.body = status, body
        self.asked: list[tuple[str, str]] = []
        super().__init__(str(path), _Answer)


class _Answer(BaseHTTPRequestHandler):
    server: _Agent

    def do_POST(self) -> None:
        self.server.asked.append((self.command, self.path))
        if self.server.status is None:
            return
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        if self.server.body:  # whoever asked may be gone once they read that there is none
            self.wfile.write(self.server.body)

    @override
    def address_string(self) -> str:
        return "unix"

    @override
    def log_message(self, format: str, *args: object) -> None:  # the name of the base class
        return


@contextmanager
def answering(data: Path, status: int | None, body: bytes = b"") -> Iterator[_Agent]:
    """Somebody answers on the agent's socket; `status` None: takes the question and hangs up."""
    with _Agent(data / "agent.sock", status, body) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_cancelling_without_an_agent_writes_itself(portner: Portner) -> None:
    """No socket, or one that nobody listens on: the database has it, with an audit line that holds."""
    first, second = portner.book()["appointment"], portner.book()["appointment"]
    assert portner.run("appointment", "cancel", first) == (0, "", "")

    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(portner.data / "agent.sock"))
    assert portner.run("appointment", "cancel", second) == (0, "", "")
    assert portner.run("revoke", "k3vq") == (0, "", "")

    assert portner.cancelled(first)
    assert portner.cancelled(second)
    code, out, _ = portner.run("audit", "verify")
    assert code == 0
    assert out.startswith("one: 6 lines hold")
    acts = [json.loads(str(line)) for (line,) in raw(portner.data / "portner.sqlite3", "SELECT line FROM audit")]
    assert [(act["act"], act["subject"]) for act in acts[3:]] == [
        *(("cancel", first), ("cancel", second), ("revoke", "k3vq"))
    ]
    assert {act["actor"] for act in acts} == {f"uid:{os.getuid()}"}


def test_cancelling_reaches_a_running_agent(portner: Portner) -> None:
    """The agent is asked over its socket, and nothing is written beside it."""
    appointment = portner.book()["appointment"]

    with answering(portner.data, 204) as agent:
        assert portner.run("appointment", "cancel", appointment) == (0, "", "")
        assert portner.run("revoke", "k3vq") == (0, "", "")

    assert agent.asked == [
        ("POST", f"/v1/appointments/{appointment}/cancel"),
        ("POST", "/v1/passes/k3vq/revoke"),
    ]
    assert not portner.cancelled(appointment)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (403, b'{"title": "Not your unit"}', "Not your unit"),
        (503, b"[]", "503"),
        (500, b"oops", "500"),
        (302, b"", "302"),
        (None, b"", "did not answer"),
    ],
)
def test_an_agent_that_does_not_do_it_is_an_error(portner: Portner, status: int | None, body: bytes, why: str) -> None:
    """Refused, failed or no answer: exit 1 with words, and never written behind the agent's back."""
    appointment = portner.book()["appointment"]

    with answering(portner.data, status, body):
        code, out, err = portner.run("appointment", "cancel", appointment)

    assert (code, out) == (1, "")
    assert why in err
    assert not portner.cancelled(appointment)


def test_a_socket_that_cannot_be_asked_is_an_error(portner: Portner) -> None:
    """When it cannot be known whether an agent runs, nothing is written."""
    appointment = portner.book()["appointment"]
    portner.patch.setenv("PORTNER_SOCKET", str(portner.data / "portner.sqlite3" / "agent.sock"))

    code, _, err = portner.run("appointment", "cancel", appointment)

    assert code == 1
    assert "cannot be used" in err
    assert not portner.cancelled(appointment)


def test_whoever_waits_for_a_letter_is_not_invited_to_what_is_off(portner: Portner) -> None:
    """Cancelled without an agent: the letter that had not left is dropped, and the version counts."""
    file = portner.data.parent / "texted.yaml"
    file.write_text("policies: {texted: {level: none, ladder: [{channel: sms, wait: 20 min}]}}\n")
    assert portner.run("policy", "load", str(file))[0] == 0
    booked = portner.book("--policy", "texted", "--phone", "20 12 34 56")["appointment"]
    database = portner.data / "portner.sqlite3"
    assert raw(database, "SELECT state FROM letters") == [("queued",)]
    assert portner.run("appointment", "cancel", booked) == (0, "", "")
    assert raw(database, "SELECT state FROM letters") == [("dropped",)]
    assert raw(database, "SELECT version, sequence FROM appointments") == [(2, 1)]
