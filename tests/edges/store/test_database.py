"""Opening the database: a new one is made whole, an odd one is refused and left as it is."""

# ruff: noqa: ASYNC240  # a test may wait for its own small files

import asyncio
import hashlib
import os
import random
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine

from tests.edges.store.samples import CIPHER, MARK, a_line, raw
from xmpp_agent.edges.keys.columns import ColumnCipher
from xmpp_agent.edges.store.database import open_database
from xmpp_agent.edges.store.migrations import apply
from xmpp_agent.edges.store.sqlite.file import DatabaseFault, prepare
from xmpp_agent.edges.store.tables import metadata


async def made(path: Path) -> None:
    """A whole database with one line in it."""
    async with open_database(path, CIPHER, MARK, "one") as database:
        await database.ledger.write(a_line())


async def refusal(path: Path) -> str:
    """The words it is refused with, after making sure that the file was not touched."""
    before = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
    with pytest.raises(DatabaseFault) as caught:
        async with open_database(path, CIPHER, MARK, "one"):
            pass
    assert before == (hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"")
    assert str(path) in str(caught.value)
    return str(caught.value)


async def test_a_new_database_is_made_for_its_owner_only(path: Path) -> None:
    """Nothing else is left beside it."""
    await made(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [path] == list(path.parent.iterdir())


async def test_the_tables_are_those_the_migrations_make(path: Path) -> None:
    """Alembic finds no difference between tables.py and what the migrations made."""
    await made(path)
    engine = create_engine(URL.create("sqlite", database=str(path)))
    try:
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    finally:
        engine.dispose()


def test_the_revisions_known_are_those_of_the_migrations() -> None:
    """They are read off the names of the files, so that an agent loads no migrations where nothing is to be done."""
    config = Config()
    config.set_main_option("script_location", str(Path(apply.__file__).parent))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert apply.known_revisions() == tuple(script.revision for script in scripts)[::-1]


async def test_the_first_policies_are_there(path: Path) -> None:
    """Three appointment types to begin with."""
    await made(path)

    rows = raw(path, "SELECT id, level, lobby, recording_allowed FROM policies ORDER BY id")
    assert rows == [("hotline", 0, 0, 0), ("samtale", 2, 1, 0), ("samtale-optag", 2, 1, 1)]


async def test_the_journal_mode_is_wal(path: Path) -> None:
    """Readers never wait for the writer."""
    await made(path)

    assert raw(path, "PRAGMA journal_mode") == [("wal",)]


async def test_many_may_make_it_at_once(path: Path) -> None:
    """Processes that start together end up with one database."""
    await asyncio.gather(*(asyncio.to_thread(prepare, path) for _ in range(4)))

    await made(path)
    assert [path] == list(path.parent.iterdir())


async def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    """Text in its place stays what it is."""
    path.write_text("Dear diary, " * 1000)

    assert "not a SQLite file" in await refusal(path)
    assert [path] == list(path.parent.iterdir())


async def test_an_empty_file_is_refused(path: Path) -> None:
    """A database of no bytes is a lost one, not a new one."""
    path.touch()

    assert "is empty" in await refusal(path)


async def test_a_folder_in_its_place_is_refused(path: Path) -> None:
    """Whatever is no file is no database."""
    path.mkdir()

    assert "not a regular file" in await refusal(path)


async def test_a_link_to_nowhere_is_refused(path: Path) -> None:
    """A volume that is not mounted is not answered with a new database."""
    path.symlink_to(path.parent / "not" / "mounted")

    assert "cannot be opened" in await refusal(path)
    assert path.is_symlink()


async def test_another_programs_database_is_refused(path: Path) -> None:
    """A SQLite file that is not ours gets no tables of ours."""
    raw(path, "CREATE TABLE bookmarks (url)")

    assert "another program" in await refusal(path)


@pytest.mark.parametrize("revision", ["9999", "", "0000"])
async def test_a_revision_this_version_does_not_know_is_refused(path: Path, revision: str) -> None:
    """A newer agent's database is not opened by an older agent."""
    await made(path)
    raw(path, "UPDATE alembic_version SET version_num = ?", revision)

    assert "does not know" in await refusal(path)


async def test_what_stood_in_a_table_that_is_copied_stands_there_after(path: Path) -> None:
    """The access log of an agent before 0008."""
    await made(path)
    raw(path, "INSERT INTO looks VALUES ('l1', 'anna', 1.0, 'mette', 'reveal', 'ringer')")
    raw(path, "ALTER TABLE places DROP COLUMN passed_over")
    raw(path, "UPDATE alembic_version SET version_num = '0007'")
    await made(path)
    assert raw(path, "SELECT * FROM looks") == [("l1", "anna", 1.0, "mette", "reveal", "ringer")]
    assert raw(path, "SELECT name FROM sqlite_master WHERE name = 'looks_by_person'") == [("looks_by_person",)]


async def test_no_revision_or_several_are_refused(path: Path) -> None:
    """A half-made version table is not guessed at."""
    await made(path)
    raw(path, "INSERT INTO alembic_version VALUES ('0001')")
    assert "2 revisions" in await refusal(path)

    raw(path, "DELETE FROM alembic_version")
    assert "0 revisions" in await refusal(path)


def cut(content: bytearray) -> bytearray:
    """The last third is gone."""
    return content[: len(content) * 2 // 3]


def scribbled(content: bytearray) -> bytearray:
    """Noise over the pages behind the first one."""
    noise = random.Random(7)  # noqa: S311  # the same noise every time
    for at in range(4096, len(content), 512):
        content[at : at + 64] = noise.randbytes(64)
    return content


def headless(content: bytearray) -> bytearray:
    """The first page keeps only the magic words."""
    return content[:16] + bytes(4080) + content[4096:]


def miscounted(content: bytearray) -> bytearray:
    """The header tells of free pages that are not there: readable, yet not whole."""
    content[36:40] = (5).to_bytes(4, "big")
    return content


@pytest.mark.parametrize("damage", [cut, scribbled, headless, miscounted])
async def test_a_damaged_database_is_refused(path: Path, damage: Callable[[bytearray], bytearray]) -> None:
    """What fails SQLite's own check is refused and left for whoever restores it."""
    await made(path)
    path.write_bytes(damage(bytearray(path.read_bytes())))

    assert "damaged" in await refusal(path)


async def test_keys_of_another_installation_are_refused(path: Path) -> None:
    """A swapped identity key or column key shows at start, not when a citizen stands at the door."""
    await made(path)
    before = path.read_bytes()

    with pytest.raises(DatabaseFault, match="another identity key"):
        async with open_database(path, CIPHER, "x" * 32, "one"):
            pass
    with pytest.raises(DatabaseFault, match="other column keys"):
        async with open_database(path, ColumnCipher((b"x" * 32,)), MARK, "one"):
            pass
    assert before == path.read_bytes()


async def test_rotated_column_keys_are_taken(path: Path) -> None:
    """With the old key still listed behind the new one the database opens."""
    await made(path)

    async with open_database(path, ColumnCipher((b"n" * 32, b"k" * 32)), MARK, "one") as database:
        await database.ledger.write(a_line())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
@pytest.mark.parametrize("mode", [0o644, 0o666], ids=["file and folder", "folder"])
async def test_a_database_that_cannot_be_written_is_refused(path: Path, mode: int) -> None:
    """An agent that could only read would refuse everybody later; it says so at start."""
    await made(path)
    path.chmod(mode)
    folders = [folder for folder in path.parents if folder.stat().st_mode & 0o055 != 0o055]
    modes = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in folders}
    for folder in folders:
        folder.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(DatabaseFault, match="cannot be written"):
            prepare(path)
    finally:
        os.seteuid(0)
        for folder, mode in modes.items():
            folder.chmod(mode)
