"""Everything held about somebody, as JSON takes it: times in ISO 8601 (UTC), names of columns as in docs/privacy.md.

What is left out: secrets (codes of links, marks and keyed hashes say nothing to a person and open doors), and what is
about others (names of companions; of a companion's appointment the case, the notes and the recordings).
"""

import json
import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Double, Row, RowMapping, Table, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from xmpp_agent.edges.store.custody_tables import closings, consents, recordings
from xmpp_agent.edges.store.nouns import REACH
from xmpp_agent.edges.store.resealing import SEALED
from xmpp_agent.edges.store.rows import pass_of
from xmpp_agent.edges.store.stays import in_chunks
from xmpp_agent.edges.store.store import Cipher
from xmpp_agent.edges.store.tables import (
    appointments,
    arrivals,
    audit,
    calls,
    companions,
    hooks,
    letters,
    links,
    looks,
    notes,
    passes,
    people,
    sessions,
)
from xmpp_agent.model.people import Role
from xmpp_agent.ports.diary import Look
from xmpp_agent.rules.passes import seat_of

Shown = dict[str, object]

_HIDDEN = {"mark", "code", "passed_by", "body", "claims", "invited", "key"}
"""Columns that are secrets, keys or keyed hashes."""
_SEALED = {each.column: each for each in SEALED}
_OWN = (letters, links, arrivals, consents)
_HANGING = (*_OWN, companions, notes, calls, hooks, recordings, closings)
_PAGE = 2000


async def exported(db: AsyncConnection, cipher: Cipher, person_ids: Sequence[str]) -> Shown:
    """The whole answer."""
    rows = await _rows(db, people, people.c.id, person_ids)
    citizens = [row[people.c.id] for row in rows if row[people.c.role] == Role.CITIZEN.value]
    booked = [await _booked(db, cipher, row) for row in await _rows(db, appointments, appointments.c.citizen, citizens)]
    came = [await _came(db, row) for row in await _rows(db, companions, companions.c.person, person_ids)]
    used = await _passes(db, person_ids)
    seats = {seat_of(who, str(a["id"])) for a in (*booked, *came) for who in person_ids}
    ids = {*person_ids, *(str(a["id"]) for a in booked), *(str(p["id"]) for p in used), *seats}
    return {
        "people": [_person(row, cipher) for row in rows],
        "appointments": booked,
        "came_along_to": came,
        "sessions": [_shown(row, sessions) for row in await _rows(db, sessions, sessions.c.person, person_ids)],
        "passes": used,
        "access_log": [_shown(row, looks) for row in await _rows(db, looks, looks.c.person, person_ids)],
        "audit": await _audit(db, ids),
    }


async def looks_at(db: AsyncConnection, person_ids: Collection[str]) -> tuple[Look, ...]:
    """Lines of their access log, oldest first."""
    rows = await _rows(db, looks, looks.c.person, person_ids)
    found = (Look(**{column.name: row[column] for column in looks.c}) for row in rows)
    return tuple(sorted(found, key=lambda look: (look.at, look.id)))


async def _booked(db: AsyncConnection, cipher: Cipher, row: RowMapping) -> Shown:
    """An appointment of the citizen, with everything that hangs on it."""
    its = [row[appointments.c.id]]
    found = {table.name: await _rows(db, table, table.c.appointment, its) for table in _HANGING}
    hanging = {table.name: [_shown(each, table, cipher) for each in found[table.name]] for table in _HANGING}
    return {**_shown(row, appointments, cipher), **hanging}


async def _came(db: AsyncConnection, row: RowMapping) -> Shown:
    """An appointment somebody came along to: when, where, in what capacity, and their own traces."""
    its, person = [row[companions.c.appointment]], row[companions.c.person]
    [appointment] = await _rows(db, appointments, appointments.c.id, its)
    whole = _shown(appointment, appointments)
    own: Shown = {}
    for table in _OWN:
        found = await _rows(db, table, table.c.appointment, its)
        own[table.name] = [_shown(each, table) for each in found if each[table.c.person] == person]
    return {
        **{name: whole[name] for name in ("id", "unit", "starts_at", "ends_at", "cancelled_at", "staff")},
        "person": person,
        "kind": row[companions.c.kind],
        **own,
    }


def _person(row: RowMapping, cipher: Cipher) -> Shown:
    ident = row[people.c.id]
    name, reach = row[people.c.name], row[people.c.reach]
    known = REACH.validate_json(cipher.open(reach, f"people.reach:{ident}")) if reach else None
    return {
        **{column: row[people.c[column]] for column in ("id", "unit", "role")},
        "name": cipher.open(name, f"people.name:{ident}") if name else None,
        "reach": {"phone": known.phone, "email": known.email, "cpr": known.cpr} if known else None,
    }


async def _passes(db: AsyncConnection, person_ids: Sequence[str]) -> list[Shown]:
    found: list[Shown] = []
    for person in person_ids:
        theirs = passes.c.claims.contains(f'"person":"{person}"', autoescape=True)
        for row in (await db.execute(select(passes).where(theirs).order_by(passes.c.id))).mappings():
            pass_ = pass_of(row[passes.c.claims])
            times = {"issued_at": _iso(pass_.issued_at), "expires_at": _iso(pass_.expires_at)}
            about = {"person": pass_.person, "appointment": pass_.appointment, "level": pass_.level.name.lower()}
            found.append({**_shown(row, passes), **about, **times})
    return found


async def _audit(db: AsyncConnection, ids: set[str]) -> list[Shown]:
    """Lines of the audit chain that are about one of these ids or by them, in order."""
    if not ids:
        return []
    named = re.compile("|".join(re.escape(ident) for ident in sorted(ids)))
    found: list[Shown] = []
    at = ("", 0)
    while rows := await _audit_page(db, at):
        at = (rows[-1].shard, rows[-1].seq)
        for row in rows:
            line = json.loads(row.line) if named.search(row.line) else {}
            if ids & {line.get("subject"), line.get("actor")}:
                said = {name: line[name] for name in ("act", "subject", "actor", "decision", "reason")}
                found.append({"shard": row.shard, "seq": row.seq, "at": _iso(line["at"]), **said})
    return found


async def _audit_page(db: AsyncConnection, after: tuple[str, int]) -> Sequence[Row[tuple[str, int, str]]]:
    page = (
        select(audit.c.shard, audit.c.seq, audit.c.line)
        .where(tuple_(audit.c.shard, audit.c.seq) > tuple_(literal(after[0]), literal(after[1])))
        .order_by(audit.c.shard, audit.c.seq)
        .limit(_PAGE)
    )
    return (await db.execute(page)).all()


async def _rows(
    db: AsyncConnection, table: Table, column: ColumnElement[str], values: Collection[str]
) -> list[RowMapping]:
    """Rows whose column has one of these values, in order of their keys."""
    found: list[RowMapping] = []
    for some in in_chunks(values):
        wanted = select(table).where(column.in_(some)).order_by(*table.primary_key.columns)
        found += (await db.execute(wanted)).mappings()
    return found


def _shown(row: RowMapping, table: Table, cipher: Cipher | None = None) -> Shown:
    """A row by column names; sealed columns are opened with the cipher given and left out without one."""
    shown: Shown = {}
    for column in table.c:
        value = row[column]
        if column in _SEALED:
            if cipher is not None and column.name not in _HIDDEN:
                seal = _SEALED[column]
                shown[column.name] = cipher.open(value, f"{seal.name}:{row[seal.row]}") if value else ""
        elif column.name not in _HIDDEN:
            shown[column.name] = _iso(value) if isinstance(column.type, Double) and value is not None else value
    return shown


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
