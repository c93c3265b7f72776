"""`portner keys rotate`, `reseal`, `retire`: never while somebody seals with the old key alone."""

import json
from pathlib import Path

from tests.command_line import Portner, bare, portner
from tests.edges.store.samples import raw
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.edges.store.sqlite.sealers import lay_down, take_seal

__all__ = ["bare", "portner"]


def names(portner: Portner) -> list[str]:
    """Sealed names, as they stand."""
    return [str(name) for (name,) in raw(database(portner), "SELECT name FROM people ORDER BY id")]


def database(portner: Portner) -> Path:
    """The database file."""
    return portner.data / "portner.sqlite3"


def test_rotated_resealed_and_retired(portner: Portner) -> None:
    """Names move to the new key, the old one goes, and everything opens and is on record."""
    citizen = portner.book("--case-ref", "sag 17")["citizen"]
    old = read_keys(portner.data / "keys").columns
    assert portner.run("keys", "rotate")[0] == 0

    code, out, err = portner.run("keys", "retire")
    assert (code, out) == (1, "")
    assert "reseal" in err
    assert portner.run("keys", "reseal") == (0, "4 values sealed anew\n", "")
    assert portner.run("keys", "reseal") == (0, "0 values sealed anew\n", "")
    assert portner.run("keys", "retire") == (0, "1 column keys dropped\n", "")

    new = read_keys(portner.data / "keys").columns
    assert {new.key_of(name) for name in names(portner)} == {new.newest}
    assert new.newest != old.newest
    assert len((portner.data / "keys" / "columns.key").read_text("ascii").splitlines()) == 1
    found = json.loads(portner.run("person", "export", citizen)[1])
    assert (found["people"][0]["name"], found["appointments"][0]["case_ref"]) == ("Anna Hansen", "sag 17")
    assert portner.run("audit", "verify")[0] == 0
    acts = [json.loads(str(line)) for (line,) in raw(database(portner), "SELECT line FROM audit ORDER BY seq")]
    assert [(act["act"], act["note"]) for act in acts if act["act"] in {"reseal", "keys-retire"}] == [
        *(("reseal", "anew=4 broken=0"), ("reseal", "anew=0 broken=0"), ("keys-retire", "")),
    ]


def test_not_while_an_agent_seals_with_the_old_key(portner: Portner) -> None:
    """It could not read what is sealed anew, and what it writes would be lost: both are refused, with what to do."""
    portner.book()
    old = read_keys(portner.data / "keys").columns.newest
    agent = take_seal(database(portner), old)
    assert portner.run("keys", "rotate")[0] == 0
    before = names(portner)

    for command in ("reseal", "retire"):
        code, out, err = portner.run("keys", command)
        assert (code, out) == (1, "")
        assert "restart" in err
    assert names(portner) == before
    assert len((portner.data / "keys" / "columns.key").read_text("ascii").splitlines()) == 2

    lay_down(database(portner), old, agent)
    assert portner.run("keys", "reseal")[0] == 0


def test_beside_an_agent_that_has_the_new_key(portner: Portner) -> None:
    """Nothing is in the way of it."""
    portner.book()
    assert portner.run("keys", "rotate")[0] == 0
    new = read_keys(portner.data / "keys").columns.newest
    agent = take_seal(database(portner), new)
    assert portner.run("keys", "reseal")[0] == 0
    assert portner.run("keys", "retire")[0] == 0
    lay_down(database(portner), new, agent)


def test_the_locks_of_the_dead_hold_nothing(portner: Portner) -> None:
    """A file left by a process that was killed is taken away."""
    portner.book()
    left = portner.data / "portner.sqlite3.sealing-00112233"
    left.touch()
    assert portner.run("keys", "rotate")[0] == 0
    assert portner.run("keys", "reseal")[0] == 0
    assert list(portner.data.glob("*.sealing-*")) == []


def test_what_does_not_open_is_told_by_its_place(portner: Portner) -> None:
    """Exit 1; the rest is sealed anew, and the old key stays."""
    citizen = portner.book()["citizen"]
    swap = "UPDATE people SET name = (SELECT name FROM people WHERE id <> ?1) WHERE id = ?1"
    raw(database(portner), swap, citizen)
    assert portner.run("keys", "rotate")[0] == 0
    code, out, err = portner.run("keys", "reseal")
    assert (code, out) == (1, "")
    assert f"people.name:{citizen}" in err
    assert "Mette" not in err
    assert portner.run("keys", "retire")[0] == 1
