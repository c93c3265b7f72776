"""What the ids that stand in lines of the audit are: passes, appointments, people, recordings, letters…"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Column, Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from xmpp_agent.edges.store.alert_tables import alerts
from xmpp_agent.edges.store.custody_tables import recordings
from xmpp_agent.edges.store.rows import pass_of
from xmpp_agent.edges.store.tables import appointments, calls, hooks, letters, notes, passes, people, rooms, units
from xmpp_agent.model.people import Pass, Role
from xmpp_agent.rules.audit_lines import Thing

CHUNK = 500
"""Values in one statement."""
_OF_APPOINTMENTS: tuple[Table, ...] = (recordings, calls, notes, letters, hooks)
"""Each has an id and an appointment."""


async def rooms_of(db: AsyncConnection, nodes: Collection[str]) -> Mapping[str, str]:
    """Unit of each of these rooms."""
    return {row.node: row.unit for row in await _rows(db, (rooms.c.node, rooms.c.unit), rooms.c.node, nodes)}


async def things_of(db: AsyncConnection, ids: Collection[str]) -> Mapping[str, Thing]:
    """What each of these ids is; those nobody knows are left out."""
    wanted = set(ids)
    found = {row.id: Thing(unit=row.id) for row in await _rows(db, (units.c.id,), units.c.id, wanted)}
    acted_on = await _rows(db, (alerts.c.id, alerts.c.unit), alerts.c.id, wanted)
    found |= {row.id: Thing(unit=row.unit) for row in acted_on}
    found |= await _people(db, wanted)
    for table in _OF_APPOINTMENTS:
        rows = await _rows(db, (table.c.id, table.c.appointment), table.c.id, wanted)
        found |= {row.id: Thing(appointment=row.appointment or "") for row in rows}
    found |= await _passes(db, wanted)
    booked = await _booked(db, {thing.appointment for thing in found.values()} | wanted)
    found |= {one: thing for one, thing in booked.items() if one in wanted}
    return {one: _filled(thing, booked) for one, thing in found.items()}


async def _people(db: AsyncConnection, wanted: Collection[str]) -> dict[str, Thing]:
    rows = await _rows(db, (people.c.id, people.c.unit, people.c.role), people.c.id, wanted)
    found = {row.id: Thing(row.unit, person=row.id, is_staff=row.role == Role.STAFF.value) for row in rows}
    columns = (appointments.c.id, appointments.c.citizen)
    for row in await _rows(db, columns, appointments.c.citizen, found):
        found[row.citizen] = replace(found[row.citizen], appointment=row.id)
    return found


async def _passes(db: AsyncConnection, wanted: Collection[str]) -> dict[str, Thing]:
    rows = await _rows(db, (passes.c.id, passes.c.claims), passes.c.id, wanted)
    read = {row.id: pass_of(row.claims) for row in rows if row.claims}
    nodes = await rooms_of(db, {each.room for each in read.values()})
    return {one: _holder(each, nodes.get(each.room, "")) for one, each in read.items()}


def _holder(each: Pass, unit: str) -> Thing:
    is_staff = each.role is Role.STAFF
    return Thing(unit, "" if is_staff else each.appointment or "", each.person, is_staff)


async def _booked(db: AsyncConnection, wanted: Collection[str]) -> dict[str, Thing]:
    columns = (appointments.c.id, appointments.c.unit, appointments.c.citizen)
    rows = await _rows(db, columns, appointments.c.id, wanted)
    return {row.id: Thing(row.unit, row.id, row.citizen) for row in rows}


def _filled(thing: Thing, booked: Mapping[str, Thing]) -> Thing:
    """What an appointment adds to what is only known to be of it."""
    of = booked.get(thing.appointment)
    if of is None or thing.is_staff:
        return thing
    return replace(thing, unit=thing.unit or of.unit, person=thing.person or of.person)


async def _rows(
    db: AsyncConnection, columns: tuple[Column[str], ...], key: Column[str], wanted: Collection[str]
) -> list[Row[tuple[str, ...]]]:
    found: list[Row[tuple[str, ...]]] = []
    for some in chunks(wanted):
        found += (await db.execute(select(*columns).where(key.in_(some)))).all()
    return found


def chunks(wanted: Collection[str]) -> Iterator[list[str]]:
    """These values, so many at a time; empty ones are nobody's."""
    ids = sorted(filter(None, set(wanted)))
    for begin in range(0, len(ids), CHUNK):
        yield ids[begin : begin + CHUNK]
