"""The ledger: what was acknowledged stands, in the order of the calls; what was not, does not."""

import asyncio
import json
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.edges.store.samples import CIPHER, MARK, a_line, a_pass, raw
from xmpp_agent.edges.store.audit_trail import verify_audit
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.model.people import PassRecord
from xmpp_agent.model.rooms import Place, RoomMemory, Visit
from xmpp_agent.ports import Ledger, Unavailable

PLACE = Place("room", "seat", "appointment", 10.0)


def notes(path: Path, shard: str = "one") -> list[str]:
    """The notes of the lines that stand, in order."""
    rows = raw(path, "SELECT line FROM audit WHERE shard = ? ORDER BY seq", shard)
    return [json.loads(str(line))["note"] for (line,) in rows]


@contextmanager
def no_file_may_grow_beyond(size: int) -> Iterator[None]:
    """The kernel refuses to let any file of this process grow, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def holds(database: Database, lines: int) -> bool:
    """Whether the chain verifies with that many lines."""
    report = await verify_audit(database.engine)
    return report.broken is None and report.lines == lines


async def test_a_line_stands_when_write_returns(database: Database, path: Path) -> None:
    """Another connection sees the line at once, and it holds the whole verdict."""
    ledger: Ledger = database.ledger

    await ledger.write(a_line("first"))

    [(line,)] = raw(path, "SELECT line FROM audit")
    assert json.loads(str(line)) == {
        "act": "join",
        "actor": "k3vq",
        "at": 1795381467.25,
        "decision": "open",
        "note": "first",
        "reason": "allowed",
        "room": "a2" * 13,
        "said": [["right_time", "open", "allowed", "early=1800"]],
        "subject": "k3vq",
    }


async def test_lines_stand_in_the_order_of_the_calls(database: Database, path: Path) -> None:
    """A thousand writes at once are chained in the order in which they were called, without gaps."""
    await asyncio.gather(*(database.ledger.write(a_line(str(number))) for number in range(1000)))

    assert [str(number) for number in range(1000)] == notes(path)
    assert await holds(database, 1000)


async def test_a_jotted_line_stands_before_the_next_that_is_waited_for(database: Database, path: Path) -> None:
    """What nobody waits for keeps its place in the order and shares the commit of the next write."""
    database.ledger.jot(a_line("jotted"), memory=RoomMemory("jotted", 4))
    await database.ledger.write(a_line("written"))

    assert notes(path) == ["jotted", "written"]
    (kept,) = await database.store.memories(frozenset({"jotted"}))
    assert kept.seq == 4


async def test_a_jotted_line_stands_when_the_ledger_is_closed(path: Path) -> None:
    """Closing right after it loses nothing."""
    async with open_database(path, CIPHER, MARK, "one") as database:
        database.ledger.jot(a_line("alone"))

    assert notes(path) == ["alone"]


async def test_concurrent_writes_share_commits(database: Database, path: Path) -> None:
    """A thousand writes at once need far fewer commits than a thousand."""
    wal = path.with_name(path.name + "-wal")
    await database.ledger.write(a_line())
    one = wal.stat().st_size

    await asyncio.gather(*(database.ledger.write(a_line()) for _ in range(1000)))

    assert wal.stat().st_size - one < 250 * 4096


async def test_everything_of_one_write_stands_together(database: Database) -> None:
    """Line, memory, place and first use are there after one write."""
    memory = RoomMemory("room", 3, Visit(3, "appointment", 5.0, "mette"), True, 7.0)
    record = PassRecord(a_pass("anna", "room"), 9.0)

    await database.ledger.write(a_line(), memory, PLACE, record)

    assert (memory,) == await database.store.memories()
    assert await database.store.places(0) == (PLACE,)
    assert record == await database.store.pass_record("k3vq")


async def test_everything_of_one_write_falls_together(database: Database, path: Path) -> None:
    """A part that cannot be stored takes its line and its other parts with it, and nobody else's."""
    bad = RoomMemory("room", 2**70)
    writes = [
        database.ledger.write(a_line("before")),
        database.ledger.write(a_line("bad"), place=PLACE, memory=bad, used=PassRecord(a_pass("anna", "room"), 9.0)),
        database.ledger.write(a_line("after")),
    ]

    answers = await asyncio.gather(*writes, return_exceptions=True)

    assert [type(None), Unavailable, type(None)] == [type(answer) for answer in answers]
    assert notes(path) == ["before", "after"]
    assert await database.store.places(0) == ()
    assert await database.store.pass_record("k3vq") is None
    assert await holds(database, 2)


async def test_a_full_disk_is_unavailable_and_leaves_the_chain_whole(database: Database, path: Path) -> None:
    """While no file can grow every write is refused; afterwards the next line links to the last that stands."""
    await database.ledger.write(a_line("before"))
    size = path.with_name(path.name + "-wal").stat().st_size

    with no_file_may_grow_beyond(size):
        refused = await asyncio.gather(
            *(database.ledger.write(a_line("lost"), RoomMemory("room", 1)) for _ in range(50)), return_exceptions=True
        )
    await database.ledger.write(a_line("after"))

    assert {Unavailable} == {type(answer) for answer in refused}
    assert notes(path) == ["before", "after"]
    assert await database.store.memories(frozenset({"room"})) == ()
    assert await holds(database, 2)


async def test_a_database_locked_by_another_is_unavailable(database: Database, path: Path) -> None:
    """A writer that never lets go makes the answer no, within the door's four seconds; then all goes on."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            await asyncio.wait_for(database.ledger.write(a_line("lost")), 4)
        other.execute("ROLLBACK")

    await database.ledger.write(a_line("after"))

    assert notes(path) == ["after"]


async def test_a_damaged_table_is_unavailable(database: Database, path: Path) -> None:
    """A database that lost its audit table says no, not yes."""
    raw(path, "DROP TABLE audit")

    with pytest.raises(Unavailable):
        await database.ledger.write(a_line())


async def test_closing_commits_what_waits_and_refuses_the_rest(path: Path) -> None:
    """Writes called before closing stand; one called after is refused."""
    async with open_database(path, CIPHER, MARK, "one") as database:
        waiting = [asyncio.ensure_future(database.ledger.write(a_line(str(n)))) for n in range(100)]
        await asyncio.sleep(0)  # each task takes its first step: the call

    await asyncio.gather(*waiting)
    assert len(notes(path)) == 100
    with pytest.raises(Unavailable, match="closed"):
        await database.ledger.write(a_line())


async def test_a_caller_that_leaves_takes_nobody_along(database: Database, path: Path) -> None:
    """Cancelled waiters change nothing for the others, and the chain holds."""
    writes = [asyncio.ensure_future(database.ledger.write(a_line(str(n)))) for n in range(100)]
    await asyncio.sleep(0)
    for write in writes[::2]:
        write.cancel()

    await asyncio.gather(*writes, return_exceptions=True)

    assert all(write.cancelled() for write in writes[::2])
    assert {str(n) for n in range(1, 100, 2)} <= set(notes(path))
    assert await holds(database, len(notes(path)))


async def test_two_processes_on_one_chain(database: Database, path: Path) -> None:
    """The command line may write into the running agent's chain: no line is lost and it stays one chain."""
    async with open_database(path, CIPHER, MARK, "one") as second:
        for round_ in range(20):
            await asyncio.gather(
                *(one.ledger.write(a_line(f"{round_}")) for one in (database, second) for _ in range(3))
            )

    assert len(notes(path)) == 120
    assert await holds(database, 120)


async def test_each_shard_has_its_chain(database: Database, path: Path) -> None:
    """Chains of several agents in one database are numbered and hashed apart."""
    async with open_database(path, CIPHER, MARK, "two") as second:
        await database.ledger.write(a_line("1"))
        await second.ledger.write(a_line("2"))
        await database.ledger.write(a_line("3"))

    report = await verify_audit(database.engine)
    assert {shard: head.seq for shard, head in report.heads.items()} == {"one": 2, "two": 1}
    assert (notes(path), notes(path, "two")) == (["1", "3"], ["2"])


async def test_the_chain_goes_on_after_a_restart(path: Path) -> None:
    """A new process links to the last line of the one before."""
    for number in range(3):
        async with open_database(path, CIPHER, MARK, "one") as database:
            await database.ledger.write(a_line(str(number)))
            assert await holds(database, number + 1)


async def test_the_first_use_and_the_first_revocation_stand(database: Database) -> None:
    """Using or revoking a pass again does not move its times."""
    used = a_pass("anna", "room")
    await database.ledger.write(a_line(), used=PassRecord(used, 10.0))
    await database.ledger.revoke_pass("k3vq", a_line(at=20.0))
    await database.ledger.revoke_pass("k3vq", a_line(at=30.0))
    await database.ledger.write(a_line(), used=PassRecord(used, 40.0))

    assert PassRecord(used, 10.0, 20.0) == await database.store.pass_record("k3vq")


async def test_a_pass_revoked_before_its_first_use_stays_revoked(database: Database) -> None:
    """Its first use does not bring it to life."""
    await database.ledger.revoke_pass("k3vq", a_line(at=20.0))
    assert await database.store.pass_record("k3vq") is None

    await database.ledger.write(a_line(), used=PassRecord(a_pass("anna", "room"), 40.0))

    record = await database.store.pass_record("k3vq")
    assert record is not None
    assert record.revoked_at == 20.0


async def test_a_line_that_is_no_json_is_refused_at_once(database: Database, path: Path) -> None:
    """A time that is no number is the caller's fault and touches no chain."""
    with pytest.raises(ValueError, match="JSON"):
        await database.ledger.write(a_line(at=float("nan")))
    assert notes(path) == []


@pytest.mark.parametrize("verb", ["UPDATE audit SET line = '{}'", "DELETE FROM audit"])
async def test_lines_cannot_be_changed_by_mistake(database: Database, path: Path, verb: str) -> None:
    """The database itself refuses to change or delete an audit line."""
    await database.ledger.write(a_line("stands"))

    with pytest.raises(sqlite3.IntegrityError, match="stand"):
        raw(path, verb)
    assert notes(path) == ["stands"]


TAMPERINGS = {
    "text changed": ("UPDATE audit SET line = replace(line, 'open', 'wait') WHERE seq = 3", 3, "not what was written"),
    "text changed, hash kept blank": ("UPDATE audit SET hash = '' WHERE seq = 3", 3, "not what was written"),
    "link changed": ("UPDATE audit SET prev = hash WHERE seq = 3", 3, "does not follow"),
    "line removed": ("DELETE FROM audit WHERE seq = 3", 4, "line 3 is missing"),
    "first line removed": ("DELETE FROM audit WHERE seq = 1", 2, "line 1 is missing"),
    "moved to another chain": ("UPDATE audit SET shard = 'two' WHERE seq = 5", 5, "line 1 is missing"),
    "numbers swapped": ("UPDATE audit SET seq = CASE seq WHEN 4 THEN 40 ELSE seq END", 5, "line 4 is missing"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_tampering_shows(database: Database, path: Path, name: str) -> None:
    """A line changed behind our back is named, with what is wrong about it."""
    for number in range(5):
        await database.ledger.write(a_line(str(number)))
    raw(path, "DROP TRIGGER audit_UPDATE_refused")
    raw(path, "DROP TRIGGER audit_DELETE_refused")
    sql, seq, why = TAMPERINGS[name]
    raw(path, sql)

    report = await verify_audit(database.engine)

    assert report.broken is not None
    assert seq == report.broken.seq
    assert why in report.broken.why


async def test_a_chain_written_anew_from_a_line_on_still_shows_against_a_kept_hash(
    database: Database, path: Path
) -> None:
    """Whoever kept the last hash sees that a forged chain ends in another one."""
    for number in range(5):
        await database.ledger.write(a_line(str(number)))
    kept = (await verify_audit(database.engine)).heads["one"]
    raw(path, "DROP TRIGGER audit_DELETE_refused")
    raw(path, "DELETE FROM audit WHERE seq > 3")

    async with open_database(path, CIPHER, MARK, "one") as forger:
        await forger.ledger.write(a_line("forged"))
        await forger.ledger.write(a_line("forged"))
        head = (await verify_audit(forger.engine)).heads["one"]

    assert kept.seq == head.seq
    assert kept.hash != head.hash


async def test_long_chains_are_walked_whole(database: Database, path: Path) -> None:
    """Verification pages through thousands of lines and sees the last one."""
    await asyncio.gather(*(database.ledger.write(a_line(str(number))) for number in range(2500)))
    assert await holds(database, 2500)

    raw(path, "DROP TRIGGER audit_UPDATE_refused")
    raw(path, "UPDATE audit SET line = '{}' WHERE seq = 2500")
    report = await verify_audit(database.engine)
    assert report.broken is not None
    assert report.broken.seq == 2500
