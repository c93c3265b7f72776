"""`portner staff sign-out`: sessions end at once, whether an agent runs or not, and it stands on record."""

import asyncio
import json

import pytest

from tests.command_line import Portner, bare, portner
from tests.edges.store.samples import raw
from tests.test_cli_withdrawing import answering
from xmpp_agent.edges.keys.ring import read_keys
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.edges.store.rows import pass_text
from xmpp_agent.flows.booking import account_mark
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import Pass, Person, Role
from xmpp_agent.model.verdicts import Decision, Reason, Verdict
from xmpp_agent.model.visitors import Session, SessionKind
from xmpp_agent.ports.diary import Enrolment

__all__ = ["bare", "portner"]
FAR = 4e9
LINE = AuditLine(1.0, "test", "", "", "test", Verdict(Decision.OPEN, Reason.ALLOWED))


def with_sessions(portner: Portner) -> None:
    """Mette at two browsers, Kim at one, and a citizen."""
    portner.furnish()
    ring = read_keys(portner.data / "keys")

    async def work(base: Database) -> None:
        for name in ("mette", "kim"):
            mark = account_mark(ring.identity, f"{name}@lilleby.test")
            await base.records.keep(LINE, Enrolment(Person(name, "ward-7", name), Role.STAFF, account=mark))
        for browser, who in (("m1", "mette"), ("m2", "mette"), ("k1", "kim")):
            await base.records.keep(LINE, Session(browser, SessionKind.STAFF, who, 1.0, FAR))
        await base.records.keep(LINE, Session("c1", SessionKind.CITIZEN, "anna", 1.0, FAR))

    async def opened() -> None:
        async with open_database(
            portner.data / "portner.sqlite3", ring.columns, ring.identity.own_mark, "one", "normal"
        ) as base:
            await work(base)

    asyncio.run(opened())


def in_a_meeting(portner: Portner, who: str, until: float) -> None:
    """A pass of that member of staff was used."""
    used = Pass(f"pass-{who}-{until:.0f}", Role.STAFF, who, "seat", "room", 1.0, 1.0, until)
    statement = "INSERT INTO passes (id, claims, first_used_at) VALUES (?, ?, 1)"
    raw(portner.data / "portner.sqlite3", statement, used.id, pass_text(used))


def still_open(portner: Portner) -> set[object]:
    """Browsers whose session has not ended."""
    rows = raw(portner.data / "portner.sqlite3", f"SELECT mark FROM sessions WHERE expires_at = {FAR}")
    return {mark for (mark,) in rows}


def test_passes_in_use_are_dead_too(portner: Portner) -> None:
    """Those that are not over, of whoever is signed out, on record."""
    with_sessions(portner)
    for who, until in (("mette", FAR), ("mette", 2.0), ("kim", FAR)):
        in_a_meeting(portner, who, until)
    dead = "SELECT id FROM passes WHERE revoked_at IS NOT NULL"
    assert portner.run("staff", "sign-out", "mette@lilleby.test")[0] == 0
    assert raw(portner.data / "portner.sqlite3", dead) == [("pass-mette-4000000000",)]
    assert portner.run("staff", "sign-out", "--all")[0] == 0
    assert len(raw(portner.data / "portner.sqlite3", dead)) == 2
    lines = [json.loads(str(line)) for (line,) in raw(portner.data / "portner.sqlite3", "SELECT line FROM audit")]
    revoked = [line["subject"] for line in lines if line["act"] == "revoke"]
    assert revoked == ["pass-mette-4000000000", "pass-kim-4000000000"]


def test_a_running_agent_does_it(portner: Portner) -> None:
    """It is asked over its socket, so that streams close, and nothing is done beside it; a no is an error."""
    with_sessions(portner)
    with answering(portner.data, 204) as agent:
        assert portner.run("staff", "sign-out", "mette@lilleby.test") == (0, "sessions: 2\n", "")
        assert portner.run("staff", "sign-out", "--all") == (0, "sessions: 3\n", "")
        assert agent.asked == [("POST", "/v1/staff/mette/sign-out"), ("POST", "/v1/staff/sign-out")]
        agent.status, agent.body = 403, b'{"title": "Not your unit"}'
        code, out, err = portner.run("staff", "sign-out", "--all")
    assert (code, out, "Not your unit" in err) == (1, "", True)
    assert len(still_open(portner)) == 4


def test_one_person_and_then_everybody(portner: Portner) -> None:
    """However the account is spelt; citizens are left alone; each time on record with who did it."""
    with_sessions(portner)
    assert portner.run("staff", "sign-out", "Mette@Lilleby.test") == (0, "sessions: 2\n", "")
    assert still_open(portner) == {"k1", "c1"}
    assert portner.run("staff", "sign-out", "--all") == (0, "sessions: 1\n", "")
    assert still_open(portner) == {"c1"}
    acts = [json.loads(str(line)) for (line,) in raw(portner.data / "portner.sqlite3", "SELECT line FROM audit")]
    told = [(act["subject"], act["actor"][:4]) for act in acts if act["act"] == "staff-sign-out"]
    assert told == [("mette", "uid:"), ("", "uid:")]
    assert portner.run("audit", "verify")[0] == 0


@pytest.mark.parametrize(
    ("words", "code"), [(("nobody@lilleby.test",), 1), ((), 2), (("mette@lilleby.test", "--all"), 2)], ids=str
)
def test_nobody_is_signed_out_by_mistake(portner: Portner, words: tuple[str, ...], code: int) -> None:
    """An account nobody has, neither, or both: said so, and every session goes on."""
    with_sessions(portner)
    assert portner.run("staff", "sign-out", *words)[0] == code
    assert still_open(portner) == {"m1", "m2", "k1", "c1"}
