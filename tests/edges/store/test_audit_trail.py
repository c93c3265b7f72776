"""Lines of the audit made findable: whose they are by what their ids are, once each, whoever does it."""

import asyncio
import json
from dataclasses import replace

from tests.edges.store.samples import OPEN, WISH, a_booking, a_line, a_pass
from xmpp_agent.edges.store.audit_search import SqlAuditTrail
from xmpp_agent.edges.store.audit_trail import check_export, read_export
from xmpp_agent.edges.store.chain import Link
from xmpp_agent.edges.store.database import Database
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.audit_trail import About, OldLine, Query
from xmpp_agent.model.people import PassRecord

ALL = frozenset({"*"})


async def everything(database: Database) -> tuple[OldLine, ...]:
    """All lines that can be found, oldest first, once those that can not yet are made so."""
    while await database.audit_trail.follow():
        pass
    return (await database.audit_trail.find(Query(ALL), 1000))[::-1]


async def test_a_pass_tells_of_its_holder_also_when_it_is_gone(database: Database) -> None:
    """Unit, appointment and person are kept from when the pass could be read."""
    booked = await a_booking(database)
    used = replace(a_pass(booked.citizen, booked.room, appointment=booked.appointment), id="p1")
    line = AuditLine(1.0, "authenticate", "", "p1", "", OPEN)
    await database.ledger.write(line, used=PassRecord(used, 1.0))
    [found] = [one for one in await everything(database) if one.act == "authenticate"]
    assert found.about == About(WISH.unit, booked.appointment, booked.citizen, "")
    [by_appointment] = [
        one for one in await database.audit_trail.find(Query(ALL, appointments=(booked.appointment,)), 9)
        if one.act == "authenticate"
    ]  # fmt: skip
    assert by_appointment == found


async def test_two_who_follow_make_each_line_findable_once(database: Database) -> None:
    """Another process at the same file, or two questions at once: no line twice, none left out."""
    for number in range(450):
        database.ledger.jot(a_line(str(number)))
    await database.ledger.write(a_line("last"))
    second = SqlAuditTrail(database.engine, database.cipher)
    steps = [await asyncio.gather(database.audit_trail.follow(), second.follow()) for _ in range(6)]
    assert any(any(step) for step in steps)
    found = await everything(database)
    assert [line.spot.seq for line in found] == list(range(1, 452))
    assert [line.note for line in found[-2:]] == ["449", "last"]


async def test_an_export_is_compared_line_by_line(database: Database) -> None:
    """What stands in the chain holds; a changed text, a forged hash, a line of another chain, a missing one do not."""
    await database.ledger.write(a_line("one"))
    await database.ledger.write(a_line("two"))
    lines = await everything(database)
    bodies = [
        {"shard": one.spot.shard, "seq": one.spot.seq, "line": one.text, "prev": one.prev, "hash": one.hash}
        for one in lines
    ]
    head = {"portner": "audit-export", "lines": len(lines)}
    links = read_export("\n".join(map(json.dumps, (head, *bodies))))
    assert (await check_export(database.engine, links)).broken is None
    changed = replace(links[1], line=links[1].line.replace("two", "six"))
    forged = Link("elsewhere", 1, links[0].line, links[0].prev, links[0].hash)
    for bad in (changed, forged):
        checked = await check_export(database.engine, (links[0], bad))
        assert (checked.lines, checked.broken is not None) == (1, True)
