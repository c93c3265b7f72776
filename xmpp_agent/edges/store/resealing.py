"""Sealing every personal column anew with the newest key, beside a running agent; and which keys are still needed.

Small transactions with pauses, so that the door never waits long for the database. A value that somebody changed
meanwhile is left alone: whoever wrote it sealed it themselves. Killed at any moment, it goes on where it was: what is
sealed with the newest key already is not touched.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, RowMapping, and_, bindparam, distinct, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from xmpp_agent.edges.store.alert_tables import shift_notes
from xmpp_agent.edges.store.custody_tables import recordings
from xmpp_agent.edges.store.sqlite.file import writing
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.edges.store.tables import api_keys, appointments, calls, key_marks, links, notes, people


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column that holds sealed text, and the column that names its row in the place it is bound to."""

    column: Column[str]
    row: Column[str]

    @property
    def name(self) -> str:
        """`people.name`: how the place of each of its values begins."""
        return f"{self.column.table.name}.{self.column.name}"


KEYS = Sealed(key_marks.c.mark, key_marks.c.name)
"""By which a database knows its keys; only the row `columns` is sealed."""
SEALED = (
    Sealed(people.c.name, people.c.id),
    Sealed(people.c.reach, people.c.id),
    Sealed(appointments.c.case_ref, appointments.c.id),
    Sealed(appointments.c.subject, appointments.c.id),
    Sealed(appointments.c.description, appointments.c.id),
    Sealed(links.c.code, links.c.mark),
    Sealed(api_keys.c.hook_secret, api_keys.c.id),
    Sealed(calls.c.number, calls.c.id),
    Sealed(notes.c.text, notes.c.id),
    Sealed(recordings.c.key, recordings.c.id),
    Sealed(shift_notes.c.text, shift_notes.c.unit),
)
"""Every sealed column there is, but `KEYS`. A test holds the list against the tables and the code that seals."""

BATCH = 200
"""Values in one transaction: a few milliseconds in which nobody else writes."""
BREATH = 0.05
"""Seconds between two transactions, in which everybody else does."""


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of it: values sealed anew, and places of values that open with no key given."""

    anew: int
    broken: tuple[str, ...]


async def reseal_keys(engine: AsyncEngine, cipher: Cipher) -> None:
    """Let the database know its newest key. From then on nobody opens it who does not have that key."""
    known = KEYS.row == "columns"
    async with writing(engine) as db:
        sealed = (await db.execute(select(KEYS.column).where(known))).scalar_one()
        if cipher.key_of(sealed) != cipher.newest:
            anew = cipher.seal(cipher.open(sealed, f"{KEYS.name}:columns"), f"{KEYS.name}:columns")
            await db.execute(update(key_marks).where(known).values(mark=anew))


async def reseal(engine: AsyncEngine, cipher: Cipher) -> Resealed:
    """Seal anew whatever is not sealed with the newest key. Raises SQLAlchemyError; what was done stays done."""
    anew, broken = 0, list[str]()
    for each in SEALED:
        last = ""
        while rows := await _page(engine, each, last):
            last = rows[-1][each.row]
            stale = [row for row in rows if cipher.key_of(row[each.column]) != cipher.newest]
            swaps, lost = _swaps(each, cipher, stale)
            broken += lost
            anew += await _swap(engine, each, swaps)
    return Resealed(anew, tuple(broken))


async def keys_in_use(engine: AsyncEngine, cipher: Cipher) -> frozenset[str]:
    """Every key that something is sealed with."""
    found: set[str] = set()
    async with engine.connect() as db:
        for each in (*SEALED, KEYS):
            heads = select(distinct(func.substr(each.column, 1, 8))).where(each.column != "")
            if each is KEYS:
                heads = heads.where(KEYS.row == "columns")
            found.update(cipher.key_of(head) for head in await db.scalars(heads))
    return frozenset(found)


async def _page(engine: AsyncEngine, each: Sealed, last: str) -> Sequence[RowMapping]:
    wanted = select(each.row, each.column).where(each.row > last, each.column != "").order_by(each.row).limit(BATCH)
    async with engine.connect() as db:
        return (await db.execute(wanted)).mappings().all()


def _swaps(each: Sealed, cipher: Cipher, rows: Sequence[RowMapping]) -> tuple[list[dict[str, str]], list[str]]:
    """Old and new values, and the places of those that do not open."""
    swaps, lost = list[dict[str, str]](), list[str]()
    for row in rows:
        place = f"{each.name}:{row[each.row]}"
        try:
            text = cipher.open(row[each.column], place)
        except ValueError:
            lost.append(place)
        else:
            swaps.append({"p_row": row[each.row], "p_was": row[each.column], "p_new": cipher.seal(text, place)})
    return swaps, lost


async def _swap(engine: AsyncEngine, each: Sealed, swaps: list[dict[str, str]]) -> int:
    """Put new values where the old ones still stand; how many did."""
    if not swaps:
        return 0
    same = and_(each.row == bindparam("p_row"), each.column == bindparam("p_was"))
    change = update(each.column.table).where(same).values({each.column.name: bindparam("p_new")})
    async with writing(engine) as db:
        swapped = (await db.execute(change, swaps)).rowcount
    await asyncio.sleep(BREATH)
    return swapped
