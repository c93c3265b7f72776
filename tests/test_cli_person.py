"""`portner person` and `portner retention`: CPR numbers from stdin alone, through the agent when one runs."""

import json
import os
import stat

import pytest

from tests.command_line import CPR, Portner, bare, portner
from tests.edges.store.samples import raw
from tests.test_cli_withdrawing import answering

__all__ = ["bare", "portner"]


def over(portner: Portner, appointment: str) -> None:
    """The appointment was long ago."""
    past = "UPDATE appointments SET starts_at = 1, ends_at = 2 WHERE id = ?"
    raw(portner.data / "portner.sqlite3", past, appointment)


def acts(portner: Portner) -> list[tuple[str, str, str]]:
    """Act, actor and reason of every audit line since the booking, oldest first."""
    lines = raw(portner.data / "portner.sqlite3", "SELECT line FROM audit ORDER BY seq")
    found = [json.loads(str(line)) for (line,) in lines]
    mine = (line for line in found if line["act"] not in {"policy-load", "book"})
    return [(line["act"], line["actor"], line["reason"]) for line in mine]


ME = f"uid:{os.getuid()}"


def test_a_citizen_is_found_by_cpr_number_from_stdin(portner: Portner) -> None:
    """With every booking, as ids and counts; no name and no number is printed."""
    first, second = portner.book()["citizen"], portner.book()["citizen"]

    code, out, err = portner.run("person", "find", "--json", stdin="0101011234\n")

    assert (code, err) == (0, "")
    found = [json.loads(line) for line in out.splitlines()]
    assert {row["person"] for row in found} == {first, second}
    assert [row["name"] for row in found] == [True, True]
    assert "Anna" not in out
    assert "010101" not in out
    assert acts(portner) == [("person-find", ME, "allowed")]


def test_a_cpr_number_on_the_command_line_is_refused(portner: Portner) -> None:
    """Others could read it there; nothing is looked up, and it is not repeated."""
    for spelled in (CPR, CPR.replace("-", ""), CPR.replace("-", " ")):
        code, out, err = portner.run("person", "find", spelled)
        assert (code, out) == (2, "")
        assert "stdin" in err
        assert CPR[-4:] not in err
    assert not (portner.data / "portner.sqlite3").exists()


@pytest.mark.parametrize("typed", ["", "\n", "Anna Hansen\n", "010101-123\n"])
def test_what_is_no_cpr_number_is_not_looked_up(portner: Portner, typed: str) -> None:
    """Exit 1 with words that do not repeat it."""
    code, out, err = portner.run("person", "find", stdin=typed)
    assert (code, out) == (1, "")
    assert "ten digits" in err
    assert "Anna" not in err


def test_who_is_not_there_is_not_found(portner: Portner) -> None:
    """By number or id: exit 1; the look is on record."""
    portner.book()
    assert portner.run("person", "find", stdin="0202021234\n")[0] == 1
    for command in ("find", "export", "looks", "erase"):
        code, out, err = portner.run("person", command, "nobody")
        assert (code, out) == (1, "")
        assert "No such person" in err


def test_everything_held_goes_into_a_new_file_for_its_owner(portner: Portner) -> None:
    """Or to stdout; a file that is there is not written over."""
    booked = portner.book("--case-ref", "sag 17")
    file = portner.data / "anna.json"

    assert portner.run("person", "export", booked["citizen"], "--to", str(file)) == (0, "", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = json.loads(file.read_text("utf-8"))
    assert found["people"][0]["name"] == "Anna Hansen"
    assert found["appointments"][0]["case_ref"] == "sag 17"

    code, out, err = portner.run("person", "export", booked["citizen"], "--to", str(file))
    assert (code, out) == (1, "")
    assert "cannot be written" in err
    assert json.loads(file.read_text("utf-8")) == found
    code, out, _ = portner.run("person", "export", booked["citizen"])
    assert code == 0
    assert json.loads(out)["people"] == found["people"]


def test_who_looked_is_shown(portner: Portner) -> None:
    """Oldest first, for people and for machines."""
    citizen = portner.book()["citizen"]
    portner.run("person", "find", citizen)
    portner.run("person", "export", citizen)
    code, out, _ = portner.run("person", "looks", citizen)
    assert code == 0
    assert [line.split()[1:3] for line in out.splitlines()] == [["book", ME], ["find", ME], ["export", ME]]
    code, out, _ = portner.run("person", "looks", citizen, "--json")
    assert [json.loads(line)["person"] for line in out.splitlines()] == [citizen] * 3


def test_without_an_agent_it_erases_itself(portner: Portner) -> None:
    """Refused in words while the appointment is to come, done once it is over."""
    booked = portner.book()
    code, out, err = portner.run("person", "erase", booked["citizen"])
    assert (code, out) == (1, "")
    assert "Cancel it first" in err
    over(portner, booked["appointment"])

    assert portner.run("person", "erase", booked["citizen"]) == (0, "", "")

    [(name,)] = raw(portner.data / "portner.sqlite3", "SELECT name FROM people WHERE id = ?", booked["citizen"])
    assert name == ""
    assert acts(portner) == [("person-erase", ME, "still_to_come"), ("person-erase", ME, "allowed")]
    assert portner.run("audit", "verify")[0] == 0


@pytest.mark.parametrize(
    ("status", "body", "ends"),
    [(204, b"", 0), (409, b'{"title": "A note has not been filed yet."}', 1)],
)
def test_a_running_agent_is_asked(portner: Portner, status: int, body: bytes, ends: int) -> None:
    """Over its socket, and nothing is written behind its back, whatever it answers."""
    booked = portner.book()
    over(portner, booked["appointment"])
    with answering(portner.data, status, body) as agent:
        code, out, err = portner.run("person", "erase", booked["citizen"])
    assert (code, out) == (ends, "")
    assert ("A note has not been filed yet." in err) is (ends == 1)
    assert agent.asked == [("POST", f"/v1/people/{booked['citizen']}/erase")]
    [(name,)] = raw(portner.data / "portner.sqlite3", "SELECT name FROM people WHERE id = ?", booked["citizen"])
    assert name != ""
    assert acts(portner) == []


def test_a_dry_run_says_what_a_run_then_does(portner: Portner) -> None:
    """Kinds and counts, the same from both; a second run has nothing to say."""
    booked = portner.book()
    over(portner, booked["appointment"])
    code, ahead, _ = portner.run("retention", "--dry-run")
    assert code == 0
    assert "appointment: 1" in ahead  # its link
    assert "name: 1" in ahead
    assert acts(portner) == []
    assert portner.run("retention") == (0, ahead, "")
    assert portner.run("retention") == (0, "", "")
    assert [act for act, _, _ in acts(portner) if act == "retention"] == ["retention", "retention"]
