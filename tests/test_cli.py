"""The command line: what it prints, with which exit code, and that it says nothing of a person nobody asked for."""

import io
import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from tests.edges.store.samples import raw
from xmpp_agent.cli import main
from xmpp_agent.edges.keys.passes import SignedPasses, seat_of
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.model.people import CompanionKind, Level, Pass, Role

CPR = "010101-1234"
BOOK = (
    *("appointment", "add", "--staff", "Mette Holm", "--unit", "ward 7", "--citizen", "Anna Hansen"),
    *("--at", "2099-11-22T12:00", "--minutes", "20"),
)


@dataclass(frozen=True)
class Portner:
    """The command line over one data folder."""

    data: Path
    patch: pytest.MonkeyPatch
    output: pytest.CaptureFixture[str]

    def run(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command."""
        self.patch.setattr(sys, "argv", ["portner", *words])
        self.patch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        out, err = self.output.readouterr()
        return code if isinstance(code, int) else 0, out, err

    def book(self, *more: str) -> dict[str, Any]:
        """Ids of a new appointment."""
        code, out, err = self.run(*BOOK, "--cpr", CPR, *more, "--json")
        assert (code, err) == (0, "")
        found: dict[str, Any] = json.loads(out)
        return found

    def read(self, token: str) -> Pass:
        """The pass of a token, as the agent would read it."""
        keys = read_keys(self.data / "keys")
        return SignedPasses(keys.signing, "meet.example.dk", "jitsi").read(token.strip())

    def cancelled(self, appointment: str) -> bool:
        """Whether the database has it cancelled."""
        [(at,)] = raw(self.data / "portner.sqlite3", "SELECT cancelled_at FROM appointments WHERE id = ?", appointment)
        return at is not None


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Portner:
    """A machine with settings and nothing else."""
    for name in list(os.environ):
        if name.upper().startswith("PORTNER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PORTNER_DOMAIN", "meet.example.dk")
    monkeypatch.setenv("PORTNER_DATA_DIR", str(tmp_path / "data"))
    return Portner(tmp_path / "data", monkeypatch, capsys)


@pytest.fixture
def portner(bare: Portner) -> Portner:
    """A machine with keys."""
    assert bare.run("keys", "init") == (0, "", "")
    return bare


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


def test_booking_prints_ids_and_no_names(portner: Portner) -> None:
    """Ids of everything made, on lines or as JSON; no name, no CPR number."""
    code, out, err = portner.run(*BOOK, "--cpr", CPR, "--companion", "interpreter:Ole Jensen")

    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()] == [
        *("appointment", "room", "staff", "citizen", "companions")
    ]
    assert not [word for word in ("Anna", "Mette", "Ole", "0101") if word in out]
    assert len(portner.book()["room"]) == 26


def test_a_cpr_number_may_come_by_stdin(portner: Portner) -> None:
    """What is piped in is hashed like what is typed, so that it need not stand in a list of processes."""
    piped = json.loads(portner.run(*BOOK, "--cpr", "-", "--json", stdin="0101011234\n")[1])
    typed = portner.book()

    hashes = {
        value
        for (value,) in raw(portner.data / "portner.sqlite3", "SELECT invited FROM appointments")
        if isinstance(value, str)
    }
    assert piped["appointment"] != typed["appointment"]
    assert hashes == {read_keys(portner.data / "keys").identity.cpr(CPR)}


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        ((*BOOK,), 1, "CPR"),
        ((*BOOK, "--cpr", "12"), 1, "ten digits"),
        ((*BOOK, "--cpr", "-"), 1, "ten digits"),
        ((*BOOK, "--cpr", CPR, "--policy", "x"), 1, "no policy"),
        ((*BOOK, "--cpr", CPR, "--companion", "friend:Ole"), 2, "kind:Name"),
        ((*BOOK, "--cpr", CPR, "--companion", "guardian"), 1, "1 to 200"),
        ((*BOOK, "--cpr", CPR, "--minutes", "0"), 2, "minutes"),
        ((*BOOK, "--cpr", CPR, "--at", "tomorrow"), 2, "at"),
        (("appointment", "cancel", "unknown"), 1, "no such appointment"),
        (("appointment", "cancel", "../x"), 1, "no id"),
        (("revoke", "a b"), 1, "no id"),
        (("pass", "--appointment", "unknown"), 1, "no such appointment"),
        (("pass", "--staff", "Nobody", "--room", "a2" * 13), 1, "no such member"),
        (("pass",), 2, "--appointment or --staff"),
        (("pass", "--appointment", "x", "--as", "companion"), 2, "--companion"),
        (("pass", "--appointment", "x", "--level", "top"), 2, "--level"),
        (("keys", "init"), 2, "never replaced"),
        (("jitsi-config", "--domain", "meet.example.dk", "--stock", "--docker"), 2, "one of"),
        (("nonsense",), 2, "nonsense"),
        (("audit", "verify"), 2, "does not exist"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else str(value),
)
def test_what_cannot_be_done_is_said(portner: Portner, words: tuple[str, ...], code: int, why: str) -> None:
    """A wrong wish ends in its exit code and a sentence, with nothing on stdout and no traceback."""
    ended, out, err = portner.run(*words)

    assert (ended, out) == (code, "")
    assert why in err
    assert "Traceback" not in err
    assert "Anna" not in err


def test_bad_settings_end_with_code_2(bare: Portner) -> None:
    """One sentence per fault."""
    bare.patch.setenv("PORTNER_SHARD", "A/B")
    bare.patch.setenv("PORTNER_COMPONENT_PORT", "x")

    code, out, err = bare.run("agent")

    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 2
    assert all(line.startswith("portner: Setting ") for line in err.splitlines())


@pytest.mark.parametrize("words", [("agent",), BOOK, ("appointment", "list"), ("pass", "--appointment", "x")])
def test_without_keys_nothing_starts(bare: Portner, words: tuple[str, ...]) -> None:
    """Missing keys are named, and nothing is made in their place."""
    code, out, err = bare.run(*words)

    assert (code, out) == (2, "")
    assert "is missing" in err
    assert not bare.data.exists()


def test_a_broken_database_ends_with_code_2(portner: Portner) -> None:
    """It is named and left as it is."""
    (portner.data / "portner.sqlite3").write_text("Dear diary")

    for words in (("appointment", "list"), ("audit", "verify"), ("appointment", "cancel", "x")):
        code, _, err = portner.run(*words)
        assert code == 2
        assert "not a SQLite file" in err
    assert (portner.data / "portner.sqlite3").read_text() == "Dear diary"


def test_a_citizens_pass(portner: Portner) -> None:
    """The token alone is printed; it is bound to person, room, appointment and seat, with what the login proved."""
    ids = portner.book()

    code, out, err = portner.run(
        *("pass", "--appointment", ids["appointment"], "--verified-cpr", "0101011234", "--level", "high")
    )

    pass_ = portner.read(out)
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert (pass_.role, pass_.person, pass_.room) == (Role.CITIZEN, ids["citizen"], ids["room"])
    assert (pass_.appointment, pass_.level) == (ids["appointment"], Level.HIGH)
    assert pass_.proved == read_keys(portner.data / "keys").identity.cpr(CPR)
    assert pass_.seat == seat_of(ids["citizen"], ids["appointment"])
    assert pass_.issued_at == pass_.not_before < pass_.expires_at


def test_a_companions_pass(portner: Portner) -> None:
    """A companion of that appointment gets one in their capacity; somebody else does not."""
    ids = portner.book("--companion", "bisidder:Ole Jensen")
    asked = ("pass", "--appointment", ids["appointment"], "--as", "companion", "--companion")

    pass_ = portner.read(portner.run(*asked, ids["companions"][0])[1])

    assert (pass_.role, pass_.kind) == (Role.COMPANION, CompanionKind.BISIDDER)
    assert (pass_.level, pass_.proved) == (Level.NONE, "")
    assert portner.run(*asked, ids["citizen"])[0] == 1


def test_a_staff_pass(portner: Portner) -> None:
    """By name or id, for a room or the room of an appointment; the same seat each time, a new pass each time."""
    ids = portner.book()

    tokens = [
        json.loads(portner.run("pass", "--staff", who, *where, "--json")[1])
        for who in ("Mette Holm", ids["staff"])
        for where in (("--room", ids["room"]), ("--appointment", ids["appointment"]))
    ]

    passes = [portner.read(found["token"]) for found in tokens]
    assert {(one.role, one.person, one.room, one.appointment) for one in passes} == {
        (Role.STAFF, ids["staff"], ids["room"], None)
    }
    assert len({one.seat for one in passes}) == 1
    assert [found["pass"] for found in tokens] == [one.id for one in passes]
    assert len({one.id for one in passes}) == 4


def test_listing(portner: Portner) -> None:
    """One line an appointment, or JSON lines; no names."""
    ids = portner.book()

    _, out, _ = portner.run("appointment", "list")
    _, lines, _ = portner.run("appointment", "list", "--json")

    assert out.startswith(ids["appointment"])
    assert out.endswith("booked\n")
    assert json.loads(lines)["id"] == ids["appointment"]
    assert "Anna" not in out + lines


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
    assert out.startswith("one: 3 lines hold")
    acts = [json.loads(str(line)) for (line,) in raw(portner.data / "portner.sqlite3", "SELECT line FROM audit")]
    assert [(act["act"], act["subject"]) for act in acts] == [
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


def test_verifying_names_the_first_bad_line(portner: Portner) -> None:
    """Exit 1 and the line; no key is needed for it."""
    for number in range(3):
        portner.run("revoke", f"pass{number}")
    raw(portner.data / "portner.sqlite3", "DROP TRIGGER audit_UPDATE_refused")
    raw(portner.data / "portner.sqlite3", "UPDATE audit SET line = replace(line, 'pass1', 'pass9')")
    for path in (portner.data / "keys").iterdir():
        path.unlink()

    code, out, err = portner.run("audit", "verify")

    assert code == 1
    assert out.startswith("one: 1 lines hold")
    assert "Line 2 of one does not hold" in err


def test_a_changed_name_is_said_without_a_traceback(portner: Portner) -> None:
    """A sealed name that does not open ends in a sentence that does not tell it."""
    portner.book()
    raw(portner.data / "portner.sqlite3", "UPDATE people SET name = 'AAAA' || name")

    code, out, err = portner.run("pass", "--staff", "Mette Holm", "--room", "a2" * 13)

    assert (code, out) == (1, "")
    assert "does not open" in err
    assert "Traceback" not in err


def test_rotating_keys(portner: Portner) -> None:
    """The new key stands first, the old one still in the list; the public set has both and nothing private."""
    before = portner.run("keys", "list")[1].split()
    new = portner.run("keys", "rotate")[1].split()

    assert sorted(portner.run("keys", "list")[1].split()) == sorted(before + new)
    published = json.loads(portner.run("keys", "list", "--jwks")[1])["keys"]
    assert {key["kid"] for key in published} == set(before + new)
    assert all(set(key) == {"kty", "use", "alg", "kid", "n", "e"} for key in published)


def test_it_runs_as_a_module() -> None:
    """`python -m xmpp_agent` is the same command, and its exit code comes through."""
    ended = subprocess.run(
        [sys.executable, "-m", "xmpp_agent", "keys", "list"],
        cwd=Path(__file__).parents[1],
        env={"PATH": os.environ["PATH"], "PORTNER_DOMAIN": "Bad Domain"},
        capture_output=True,
        check=False,
        text=True,
    )

    assert ended.returncode == 2
    assert ended.stderr.startswith("portner: Setting domain (PORTNER_DOMAIN)")
