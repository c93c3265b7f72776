"""The command line in one data folder, run inside the test's process."""

import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.edges.store.samples import raw
from tests.logging_here import logs_restored
from tests.ready_made import DATABASE, furnish_here
from xmpp_agent.cli import main
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.model.people import Pass

CPR = "010101-1234"
BOOK = (
    *("appointment", "add", "--staff", "Mette Holm", "--unit", "ward-7", "--citizen", "Anna Hansen"),
    *("--at", (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT12:00"), "--minutes", "20"),
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

    def furnish(self) -> None:
        """Load the unit that is booked."""
        file = self.data.parent / "units.yaml"
        file.write_text("units: {ward-7: {name: Afsnit 7, neutral_name: Regionen, phone: '00 00 00 00'}}\n")
        assert self.run("policy", "load", str(file))[0] == 0

    def book(self, *more: str) -> dict[str, Any]:
        """Ids of a new appointment in that unit."""
        self.furnish()
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
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Portner]:
    """A machine with settings and nothing else."""
    for name in list(os.environ):
        if name.upper().startswith("PORTNER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PORTNER_DOMAIN", "meet.example.dk")
    monkeypatch.setenv("PORTNER_DATA_DIR", str(tmp_path / "data"))
    with logs_restored():  # `portner agent` binds the log to this test's stderr
        yield Portner(tmp_path / "data", monkeypatch, capsys)


@pytest.fixture
def portner(bare: Portner) -> Portner:
    """A machine with keys."""
    furnish_here(bare.data)
    (bare.data / DATABASE).unlink()
    return bare
