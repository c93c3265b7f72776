"""Nouns for store tests, and the raw look at a database file that no code of ours takes part in."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.an_office import StoppedClock
from xmpp_agent.edges.keys.columns import ColumnCipher
from xmpp_agent.edges.keys.identity import IdentityHash
from xmpp_agent.edges.store.bookings import Booked, Wish, book, register_of
from xmpp_agent.edges.store.database import Database
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import CompanionKind, Level, Pass, Role
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict

OLD_KEY, NEW_KEY = b"k" * 32, b"n" * 32
CIPHER = ColumnCipher((OLD_KEY,))
ROTATED = ColumnCipher((NEW_KEY, OLD_KEY))
"""The same keys after one rotation."""
MARK = "m" * 32
MARKS = IdentityHash(b"m" * 32)
OPEN = Verdict(Decision.OPEN, Reason.ALLOWED, (Said("right_time", Decision.OPEN, Reason.ALLOWED, "early=1800"),))
WISH = Wish(
    unit="ward 7",
    staff="Mette Holm",
    citizen="Anna Hansen",
    invited="0f" * 32,
    policy="samtale",
    starts_at=1795381200.0,
    ends_at=1795383000.0,
    companions=((CompanionKind.INTERPRETER, "Ole Jensen"),),
    case_ref="sag 2026-17",
)


async def a_booking(database: Database, wish: Wish = WISH) -> Booked:
    """Book, an hour before it starts, in a unit that is there."""
    register = register_of(database, MARKS, StoppedClock(wish.starts_at - 3600))
    if await database.diary.unit(wish.unit) is None:
        await database.records.keep(a_line(), Unit(wish.unit, wish.unit, "Kommunen", "00 00 00 00"))
    return await book(register, wish)


def a_line(note: str = "", at: float = 1795381467.25) -> AuditLine:
    """An audit line told from others by its note."""
    return AuditLine(at, "join", "a2" * 13, "k3vq", "k3vq", OPEN, note)


def a_pass(person: str, room: str, role: Role = Role.CITIZEN, appointment: str | None = "a") -> Pass:
    """A pass with the parts a look-up needs."""
    return Pass(
        id="k3vq",
        role=role,
        person=person,
        seat="seat",
        room=room,
        issued_at=1.0,
        not_before=1.0,
        expires_at=2.0,
        appointment=appointment,
        level=Level.SUBSTANTIAL,
        kind=CompanionKind.INTERPRETER if role is Role.COMPANION else None,
    )


def raw(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Run one statement on the file with nothing between."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        return db.execute(sql, values).fetchall()
