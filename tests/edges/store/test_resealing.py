"""Sealing anew: everything ends up under the newest key, nothing is lost, whoever writes meanwhile wins."""

import asyncio
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Text
from typing_extensions import override

from tests.edges.store.samples import CIPHER, MARK, ROTATED, a_booking, a_line, raw
from tests.warm_fork import Warm, warm_process
from xmpp_agent.edges.keys.columns import ColumnCipher
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.edges.store.resealing import BATCH, KEYS, SEALED, keys_in_use, reseal, reseal_keys
from xmpp_agent.edges.store.sqlite.file import DatabaseFault, empty_log
from xmpp_agent.edges.store.sqlite.sealers import others_seal
from xmpp_agent.edges.store.tables import metadata

_ROOT = Path(__file__).parents[3]
NOT_SEALED = {
    "policies.plan",  # rules
    "units.body",  # the unit's own name, number and texts
    "rooms.covers",  # person ids
    "sessions.body",  # ids and keyed hashes
    "api_keys.units",  # unit ids
    "api_keys.hook_url",  # an address of a machine
    "passes.claims",  # ids and a keyed hash
    "room_memory.visit",  # ids
    "audit.line",  # ids
    "consents.text",  # a question, as the policy puts it to everybody
    "memos.value",  # ids and addresses of the journal's
}
"""Columns of free length that hold nothing personal, each with what it holds."""
VALUES = {
    "people": "INSERT INTO people (id, unit, role, name, reach) VALUES (?, 'u', 'citizen', ?, ?)",
    "links": "INSERT INTO links (mark, appointment, person, code, made_at) VALUES (?, 'a', 'p', ?, 0)",
    "api_keys": "INSERT INTO api_keys (id, mark, name, units, per_minute, made_at, hook_secret)"
    " VALUES (?1, ?1, 'k', '[]', 1, 0, ?2)",
    "calls": "INSERT INTO calls (id, unit, staff, appointment, room, number, state, made_at, changed_at, erase_at)"
    " VALUES (?, 'u', 's', 'a', 'r', ?, 'ended', 0, 0, 0)",
    "shift_notes": "INSERT INTO shift_notes (unit, text, author, at) VALUES (?, ?, 's', 0)",
    "notes": "INSERT INTO notes (id, appointment, staff, text, case_closes, state, due_at, attempts, made_at,"
    " changed_at) VALUES (?, 'a', 's', ?, 0, 'filed', 0, 0, 0, 0)",
}


def sealed(name: str, row: str, cipher: ColumnCipher = CIPHER) -> str:
    """A value of a column and row, as it stands there; what it says is its place."""
    return cipher.seal(f"{name}:{row}", f"{name}:{row}")


def fill(path: Path, rows: int) -> None:
    """So many rows in every table with a sealed column, every other one of `people` without a reach."""
    with closing(sqlite3.connect(path)) as db, db:
        for number in range(rows):
            row = f"r{number:05}"
            reach = None if number % 2 else sealed("people.reach", row)
            db.execute(VALUES["people"], (row, sealed("people.name", row), reach))
            for each in SEALED:
                if each.column.table.name in VALUES.keys() - {"people"}:
                    db.execute(VALUES[each.column.table.name], (row, sealed(each.name, row)))


def standing(path: Path) -> dict[str, str]:
    """Everything that is sealed, by its place."""
    found: dict[str, str] = {}
    for each in SEALED:
        sql = f'SELECT {each.row.name}, "{each.column.name}" FROM {each.column.table.name}'
        found |= {f"{each.name}:{row}": str(value) for row, value in raw(path, sql) if value}
    return found


@pytest.fixture
async def old(path: Path) -> Path:
    """A database with an appointment and 450 rows more, all sealed with the first key."""
    async with open_database(path, CIPHER, MARK, "one") as database:
        await a_booking(database)
        fill(path, 450)
    return path


def test_every_column_that_could_hold_a_persons_text_is_accounted_for() -> None:
    """A column of free length is sealed (and in the list) or says why not; bounded ones never hold sealed text."""
    free = {f"{table.name}.{c.name}" for table in metadata.tables.values() for c in table.c if isinstance(c.type, Text)}
    names = {each.name for each in (*SEALED, KEYS)}

    assert free == names | NOT_SEALED
    assert len(SEALED) == len({each.name for each in SEALED})


def test_every_place_the_code_seals_for_is_in_the_list() -> None:
    """Wherever the store seals or opens a value, its place begins with a name in the list, and no name is idle."""
    sealing = ("store", "recordings")
    code = "".join(p.read_text("utf-8") for edge in sealing for p in (_ROOT / "xmpp_agent/edges" / edge).rglob("*.py"))
    places = set(re.findall(r'f?"([a-z_]+\.[a-z_]+):[^" ]', code))

    assert {each.name for each in (*SEALED, KEYS)} == places


async def test_everything_ends_up_under_the_newest_key(old: Path) -> None:
    """Each value says what it said, each is sealed anew once, and the older key alone opens nothing any more."""
    before = standing(old)
    async with open_database(old, ROTATED, MARK, "one") as database:
        assert await keys_in_use(database.engine, ROTATED) == {CIPHER.newest}
        await reseal_keys(database.engine, ROTATED)
        found = await reseal(database.engine, ROTATED)
        assert (await reseal(database.engine, ROTATED)).anew == 0
        assert await keys_in_use(database.engine, ROTATED) == {ROTATED.newest}

    after = standing(old)
    assert (found.anew, found.broken) == (len(before), ())
    assert before.keys() == after.keys()
    newest = ColumnCipher((b"n" * 32,))
    assert {place: CIPHER.open(value, place) for place, value in before.items()} == {
        place: newest.open(value, place) for place, value in after.items()
    }
    with pytest.raises(DatabaseFault, match="other column keys"):
        async with open_database(old, CIPHER, MARK, "one"):
            pass


class Meddling(ColumnCipher):
    """While it seals, somebody else writes to the row that was read."""

    path: Path

    @override
    def seal(self, text: str, place: str) -> str:
        if place == "people.name:r00007":
            raw(self.path, "UPDATE people SET name = ? WHERE id = 'r00007'", super().seal("Newer", place))
        if place == "people.name:r00008":
            raw(self.path, "UPDATE people SET name = '' WHERE id = 'r00008'")
        return super().seal(text, place)


async def test_whoever_writes_meanwhile_wins(old: Path) -> None:
    """A name changed or erased between reading and writing stays as it was written, never as it was read."""
    meddling = Meddling((b"n" * 32, b"k" * 32))
    meddling.path = old
    async with open_database(old, meddling, MARK, "one") as database:
        count = len(standing(old))
        found = await reseal(database.engine, meddling)

    assert found.anew == count - 2
    assert ROTATED.open(standing(old)["people.name:r00007"], "people.name:r00007") == "Newer"
    assert "people.name:r00008" not in standing(old)


async def test_what_does_not_open_is_told_and_left(old: Path) -> None:
    """A value of an unknown key, or moved from another row, is named by its place; all others are done."""
    foreign = ColumnCipher((b"f" * 32,)).seal("x", "people.name:r00001")
    raw(old, "UPDATE people SET name = ? WHERE id = 'r00001'", foreign)
    raw(old, "UPDATE people SET name = (SELECT name FROM people WHERE id = 'r00003') WHERE id = 'r00002'")
    async with open_database(old, ROTATED, MARK, "one") as database:
        found = await reseal(database.engine, ROTATED)
        assert CIPHER.newest in await keys_in_use(database.engine, ROTATED)

    assert found.broken == ("people.name:r00001", "people.name:r00002")
    assert standing(old)["people.name:r00001"] == foreign


async def test_the_old_ciphertext_is_overwritten(old: Path) -> None:
    """Once the log is emptied, nothing of what the older key sealed stands anywhere in the files."""
    before = standing(old)
    async with open_database(old, ROTATED, MARK, "one") as database:
        await reseal_keys(database.engine, ROTATED)
        await reseal(database.engine, ROTATED)
        assert empty_log(old)
        files = b"".join(path.read_bytes() for path in old.parent.iterdir())

    assert [place for place, value in before.items() if value.encode()[:40] in files] == []
    assert [place for place, value in standing(old).items() if value.encode() not in files] == []


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    """Whatever seals anew in a process of its own is forked from this one."""
    with warm_process("tests.edges.store.reseal_and_say") as process:
        yield process


async def test_killed_in_the_middle_it_goes_on(old: Path, warm: Warm) -> None:
    """After each kill everything opens, what was done stays done; the last run does the rest."""
    before, done = standing(old), 0
    assert len(before) > 10 * BATCH
    for dies_after in (1, BATCH // 2, BATCH + 1, 3 * BATCH):
        async with warm.child(str(old), str(dies_after)) as process:
            assert await process.says.readline() == b"begins\n"
            assert await process.wait() == -signal.SIGKILL
        now = standing(old)
        assert {place: ROTATED.open(value, place) for place, value in now.items()} == {
            place: CIPHER.open(value, place) for place, value in before.items()
        }
        anew = sum(ROTATED.key_of(value) == ROTATED.newest for value in now.values())
        assert anew - done in range(dies_after - BATCH, dies_after)
        done = anew

    assert 0 < done < len(before)
    async with warm.child(str(old), "0") as process:
        assert (await process.says.read()).endswith(f"done {len(before) - done}\n".encode())
        assert await process.wait() == 0
    assert {ROTATED.key_of(value) for value in standing(old).values()} == {ROTATED.newest}


async def test_it_goes_on_beside_an_agent_that_writes(old: Path, warm: Warm) -> None:
    """While everything is sealed anew, lines of another process's writer are not held up by more than moments."""
    async with open_database(old, ROTATED, MARK, "one") as database, warm.child(str(old), "0") as process:
        await process.says.readline()
        written = 0
        done = asyncio.create_task(process.says.readline())
        while not done.done():
            await _line(database, written)
            written += 1
        assert await process.wait() == 0

    assert (await done).startswith(b"done")
    assert written > 10


async def _line(database: Database, number: int) -> None:
    async with asyncio.timeout(1):
        await database.ledger.write(a_line(str(number)))


@pytest.fixture(scope="module")
def writers() -> Iterator[Warm]:
    """Whoever writes is forked from this process."""
    with warm_process("tests.edges.store.crash_writer") as process:
        yield process


async def test_whoever_has_the_database_open_is_seen_to_seal(path: Path, writers: Warm) -> None:
    """With the key they seal with, until they close it or are killed; nothing is left beside the database."""
    async with open_database(path, CIPHER, MARK, "one"), open_database(path, CIPHER, MARK, "two"):
        assert others_seal(path, ROTATED.newest)
        assert not others_seal(path, CIPHER.newest)
    assert not others_seal(path, ROTATED.newest)
    assert list(path.parent.iterdir()) == [path]

    async with writers.child(str(path), "0") as process:
        await process.says.readline()
        assert others_seal(path, ROTATED.newest)
    assert not others_seal(path, ROTATED.newest)
