"""One line of the chain that cannot be read: found as that, told of once, and never in the way of the others."""

import json
from pathlib import Path

import pytest
import structlog

from tests.edges.store.samples import CIPHER, MARK, a_line, raw
from tests.edges.store.test_audit_trail import ALL, everything
from xmpp_agent.edges.store.audit_trail import verify_audit
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.model.audit_trail import UNREADABLE, Query, Spot, Term
from xmpp_agent.model.verdicts import Reason

WHOLE = json.dumps(
    {"act": "join", "actor": "", "at": 1.0, "decision": "open", "note": "", "reason": "", "room": "", "said": []}
    | {"subject": ""}
)
RUINS = {
    "no JSON": "{'act': two",
    "no object": "[]",
    "a part missing": '{"act": "join"}',
    "rules that are none": WHOLE.replace("[]", '["x"]'),
    "no time at all": WHOLE.replace("1.0", '"soon"'),
    "no time of this world": WHOLE.replace("1.0", "NaN"),
    "no time of a calendar": WHOLE.replace("1.0", "1e300"),
    "half a character": WHOLE.replace("join", "\\ud800"),
    "half a character in a rule": WHOLE.replace("[]", '[["a", "b", "c", "\\ud800"]]'),
    "too deep": "[" * 100_000,
    "no text": b"\xff\xfe two",
}
"""Whatever a hand or a bad disk may leave; each holds the word that is looked for, or none."""


async def three_lines(database: Database) -> None:
    """One a second."""
    for number, note in enumerate(("one", "two", "three")):
        await database.ledger.write(a_line(note, at=100.0 + number))


def ruin(path: Path, text: str | bytes, seq: int = 2) -> None:
    """Write over the text of a line, as it stands in the file."""
    raw(path, "DROP TRIGGER audit_UPDATE_refused")
    raw(path, "UPDATE audit SET line = CAST(? AS TEXT) WHERE seq = ?", text, seq)


@pytest.mark.parametrize("text", RUINS.values(), ids=RUINS)
async def test_it_is_found_as_what_it_is_and_the_others_as_ever(database: Database, path: Path, text: str) -> None:
    """It stands where it stands in the chain, at the time of the line before: its own nobody knows."""
    await three_lines(database)
    ruin(path, text)
    found = await everything(database)
    assert [(line.act, line.note, line.spot.seq) for line in found] == [
        ("join", "one", 1),
        (UNREADABLE, "", 2),
        ("join", "three", 3),
    ]
    assert (found[1].spot, found[1].reason) == (Spot(100.0, "one", 2), Reason.UNREADABLE_LINE)
    [line] = await database.audit_trail.find(Query(ALL, kinds=(UNREADABLE,), since=99.0, until=101.0), 9)
    assert line == found[1] == await database.audit_trail.line("one", 2)
    words = Query(ALL, terms=(Term("two"),))
    assert {line.spot.seq for line in await database.audit_trail.find(words, 9)} <= {2}
    report = await verify_audit(database.engine)
    assert report.broken is not None
    assert (report.broken.seq, report.lines) == (2, 1)


async def test_it_is_told_of_once_and_aloud(database: Database, path: Path) -> None:
    """In the agent's log, by shard and number alone; not again after a restart."""
    await three_lines(database)
    ruin(path, "{'act': two")
    with structlog.testing.capture_logs() as said:
        await everything(database)
        async with open_database(path, CIPHER, MARK, "two") as again:
            await again.ledger.write(a_line("four"))
            await everything(again)
    told = {"event": "audit_line_unreadable", "log_level": "error", "shard": "one", "seq": 2}
    assert said == [told]


async def test_a_line_spoilt_after_it_was_findable_keeps_its_place(database: Database, path: Path) -> None:
    """Its time is in the index; the page it is on comes all the same."""
    await three_lines(database)
    await everything(database)
    ruin(path, "{'act': two")
    found = await everything(database)
    assert [line.spot for line in found] == [Spot(100.0 + n, "one", n + 1) for n in range(3)]
    assert [line.act for line in found] == ["join", UNREADABLE, "join"]
