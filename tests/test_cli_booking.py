"""Keys of calling systems at the command line: shown once, kept as a hash, taken back."""

import json
import re

import pytest

from tests.command_line import Portner, bare, portner
from tests.edges.store.samples import raw
from tests.test_policy_file import DEMO

__all__ = ["bare", "portner"]  # fixtures


@pytest.fixture
def with_units(portner: Portner) -> Portner:
    """A machine with keys and the demo's units."""
    assert portner.run("policy", "load", str(DEMO))[0] == 0
    return portner


def test_a_key_is_shown_once_and_nothing_that_is_kept_gives_it_back(with_units: Portner) -> None:
    """256 random bits; the database holds neither the key nor the secret of the webhook."""
    told = ("--hook", "https://kalender.example.dk/told", "--json")
    code, out, err = with_units.run("api-key", "add", "Kalender", "--unit", "jobcenter", *told)
    assert (code, err) == (0, "")
    made = json.loads(out)
    assert re.fullmatch(r"portner_[A-Za-z0-9_-]{43}", made["key"])
    kept = "".join(path.read_bytes().decode("latin-1") for path in with_units.data.glob("portner.sqlite3*"))
    assert made["key"] not in kept
    assert made["secret"] not in kept
    listed = with_units.run("api-key", "list")[1]
    assert made["id"] in listed
    assert made["key"] not in listed


def test_a_key_for_a_unit_nobody_knows_or_an_address_nobody_may_tell_is_not_made(with_units: Portner) -> None:
    """A misspelt unit would be a key that opens nothing, or one day something else."""
    assert with_units.run("api-key", "add", "K", "--unit", "jobcentre")[0] == 1
    assert with_units.run("api-key", "add", "K", "--unit", "jobcenter", "--hook", "http://example.dk/")[0] == 2
    assert raw(with_units.data / "portner.sqlite3", "SELECT id FROM api_keys") == []


def test_a_key_that_is_taken_back_says_so(with_units: Portner) -> None:
    """Once; an id nobody has is refused."""
    made = json.loads(with_units.run("api-key", "add", "K", "--unit", "*", "--json")[1])
    assert "in force" in with_units.run("api-key", "list")[1]
    assert with_units.run("api-key", "revoke", made["id"])[0] == 0
    assert "taken back" in with_units.run("api-key", "list")[1]
    assert with_units.run("api-key", "revoke", "nobody")[0] == 1
