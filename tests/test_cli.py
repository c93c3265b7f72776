"""The command line: what it prints, with which exit code, and that it says nothing of a person nobody asked for."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.command_line import BOOK, CPR, Portner, bare, portner
from tests.edges.store.samples import raw
from xmpp_agent.cli_tui import SETTINGS, is_meant, plain_socket
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.model.people import CompanionKind, Level, Role
from xmpp_agent.rules.passes import seat_of
from xmpp_agent.settings import Settings, load_settings

__all__ = ["bare", "portner"]


def test_booking_prints_ids_and_no_names(portner: Portner) -> None:
    """Ids of everything made, on lines or as JSON; no name, no CPR number."""
    portner.furnish()
    code, out, err = portner.run(*BOOK, "--cpr", CPR, "--companion", "interpreter:Ole Jensen")

    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()] == [
        *("appointment", "room", "staff", "citizen", "companions")
    ]
    assert not [word for word in ("Anna", "Mette", "Ole", "0101") if word in out]
    assert len(portner.book()["room"]) == 26


def test_a_cpr_number_may_come_by_stdin(portner: Portner) -> None:
    """What is piped in is hashed like what is typed, so that it need not stand in a list of processes."""
    portner.furnish()
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
        ((*BOOK,), 1, "No such unit"),
        ((*BOOK,), 1, "CPR"),
        ((*BOOK, "--cpr", "12"), 1, "ten digits"),
        ((*BOOK, "--cpr", "-"), 1, "ten digits"),
        ((*BOOK, "--cpr", CPR, "--policy", "x"), 1, "No such policy"),
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


def test_an_export_is_checked_against_the_chain(portner: Portner, tmp_path: Path) -> None:
    """A whole one holds; with a line left out, or a file that is something else, it is refused in a sentence."""
    portner.run("revoke", "pass1")
    with closing(sqlite3.connect(portner.data / "portner.sqlite3")) as database:
        row = database.execute("SELECT shard, seq, line, prev, hash FROM audit").fetchone()
    head = {"portner": "audit-export", "lines": 1}
    line = dict(zip(("shard", "seq", "line", "prev", "hash"), row, strict=True))
    file = tmp_path / "export.jsonl"
    file.write_text(f"{json.dumps(head)}\n{json.dumps(line)}\n", "utf-8")
    assert portner.run("audit", "check", str(file))[:2] == (
        0,
        "1 lines are what was written, and stand so in the chain\n",
    )
    for text in (json.dumps(head), "no export", json.dumps([head, line])):
        file.write_text(text, "utf-8")
        code, _, err = portner.run("audit", "check", str(file))
        assert (code, "is no export of the audit" in err) == (1, True)
    line["line"] = line["line"].replace("pass1", "pass9")
    file.write_text(f"{json.dumps(head)}\n{json.dumps(line)}\n", "utf-8")
    assert "does not hold" in portner.run("audit", "check", str(file))[2]


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


DOMAIN = 'domain = "meet.example.dk"\n'


@pytest.mark.parametrize(
    "words",
    [["tui"], ["--config", "a", "tui", "x"], ["--config=a", "tui"], ["--config", "a", "--config=b", "tui", "--plain"]],
)
def test_the_console_is_known_by_its_word_behind_any_settings(words: list[str]) -> None:
    """It is run without the rest of the command line, however many settings files a wrapper puts before it."""
    assert is_meant(words)
    assert not is_meant(["agent", *words])


@pytest.mark.parametrize(
    ("env", "file"),
    [
        ({}, DOMAIN),
        ({"PORTNER_SOCKET": "/run/portner/s"}, ""),
        ({"portner_socket": "/run/portner/s"}, ""),
        ({"PORTNER_DATA_DIR": "/srv/portner"}, DOMAIN),
        ({"PORTNER_DATA_DIR": "/srv/portner", "PORTNER_DOMAIN": "meet.example.dk", "PORTNER_SHARD": "two"}, ""),
        ({"PORTNER_DATA_DIR": "/srv/portner", "PORTNER_LANG": "en"}, f'{DOMAIN}socket = "/run/s"'),
        ({"PORTNER_SOCKET": "/run/a"}, 'socket = "/run/b"\ndata_dir = "/srv/b"'),
        ({}, f'{DOMAIN}data_dir = "/srv/b/"\nshard = "two"'),
    ],
)
def test_the_console_finds_the_socket_where_the_settings_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], file: str
) -> None:
    """It reads two of them by itself, so as not to load all."""
    (tmp_path / "c.toml").write_text(file)
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    found = plain_socket(tmp_path / "c.toml")

    monkeypatch.setenv("PORTNER_DOMAIN", "meet.example.dk")
    assert found is not None
    assert found == load_settings(tmp_path / "c.toml").socket


@pytest.mark.parametrize(
    ("env", "file"),
    [
        ({}, ""),
        ({"PORTNER_DATA_DIR": "/srv/portner"}, 'shard = "two"'),
        ({"PORTNER_SOKET": "/run/portner/s"}, DOMAIN),
        ({"PORTNER_SOCKET": ""}, DOMAIN),
        ({}, f"{DOMAIN}socket = 3"),
        ({}, f"{DOMAIN}data_dir = [1]"),
        ({}, f'{DOMAIN}soket = "/run/portner/s"'),
        ({}, f'{DOMAIN}Socket = "/run/portner/s"'),
        ({}, f'{DOMAIN}socket = "/run/portner/s"\ndata_dir = 1'),
        ({}, "socket = "),
        ({"PORTNER_CONFIG": "/nowhere/at all"}, None),
    ],
)
def test_what_is_not_plain_is_left_to_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, env: dict[str, str], file: str | None
) -> None:
    """They say what is wrong, or missing; a misspelt variable would have the console look in the wrong place."""
    (tmp_path / "c.toml").write_text(file or "")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert plain_socket(tmp_path / "c.toml" if file is not None else None) is None


def test_a_variable_spelt_otherwise_names_no_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings know that name in capitals only; the console would be at another agent than all other commands."""
    (tmp_path / "c.toml").write_text(f'{DOMAIN}socket = "/run/another"')
    monkeypatch.setenv("portner_config", str(tmp_path / "c.toml"))
    monkeypatch.setenv("PORTNER_DOMAIN", "meet.example.dk")
    assert load_settings().socket == Path("/var/lib/portner/agent.sock")
    monkeypatch.delenv("PORTNER_DOMAIN")
    assert plain_socket(None) is None


def test_the_console_knows_the_names_of_all_settings() -> None:
    """A file with a setting it does not know would be read by the settings each time, a quarter of a second."""
    assert set(Settings.model_fields) == SETTINGS
