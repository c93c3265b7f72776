"""Appointments as forgetting sees them: when they were over, what of them is filed, whether anybody is there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from xmpp_agent.edges.store.custody_tables import recordings
from xmpp_agent.edges.store.rows import memory_of, policy_of
from xmpp_agent.edges.store.tables import appointments, companions, notes, places, policies, room_memory
from xmpp_agent.model.notes import NoteState
from xmpp_agent.model.recordings import Stage
from xmpp_agent.rules.retention import Stay

_CHUNK = 500
STAYS: Select[tuple[object, ...]] = select(appointments, policies).join(
    policies, policies.c.id == appointments.c.policy
)
"""Appointments with their policies; for `stays_from`."""


def in_chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """So many ids at a time as one statement takes, in order."""
    rest = iter(sorted(set(ids)))
    while some := list(islice(rest, _CHUNK)):
        yield some


async def stays_from(db: AsyncConnection, rows: Collection[RowMapping]) -> dict[str, Stay]:
    """Stays by appointment, of rows that hold `appointments` and `policies`."""
    ids = [row[appointments.c.id] for row in rows]
    states, present = await _note_states(db, ids), await _present(db, ids)
    stages = await _stages(db, ids)
    return {
        row[appointments.c.id]: Stay(
            appointment=row[appointments.c.id],
            ends_at=row[appointments.c.ends_at],
            late=row[policies.c.late],
            plan=policy_of(row).plan,
            cancelled_at=row[appointments.c.cancelled_at],
            settled=row[appointments.c.outcome] is not None,
            notes=frozenset(states[row[appointments.c.id]]),
            recordings=frozenset(stages[row[appointments.c.id]]),
            present=row[appointments.c.id] in present,
        )
        for row in rows
    }


async def stays_of(db: AsyncConnection, person_ids: Collection[str]) -> Mapping[str, tuple[Stay, ...]]:
    """Stays of citizens and companions, by person; of whoever has none nothing."""
    theirs: list[tuple[str, RowMapping]] = []
    followed = STAYS.add_columns(companions.c.person).join(companions, companions.c.appointment == appointments.c.id)
    for some in in_chunks(person_ids):
        own = (await db.execute(STAYS.where(appointments.c.citizen.in_(some)))).mappings()
        theirs += ((row[appointments.c.citizen], row) for row in own)
        along = (await db.execute(followed.where(companions.c.person.in_(some)))).mappings()
        theirs += ((row[companions.c.person], row) for row in along)
    stays = await stays_from(db, [row for _, row in theirs])
    found: defaultdict[str, list[Stay]] = defaultdict(list)
    for person, row in theirs:
        found[person].append(stays[row[appointments.c.id]])
    return {person: tuple(some) for person, some in found.items()}


async def _note_states(db: AsyncConnection, ids: Collection[str]) -> Mapping[str, set[NoteState]]:
    found: defaultdict[str, set[NoteState]] = defaultdict(set)
    for some in in_chunks(ids):
        wanted = select(notes.c.appointment, notes.c.state).where(notes.c.appointment.in_(some))
        for appointment, state in await db.execute(wanted):
            found[appointment].add(NoteState(state))
    return found


async def _stages(db: AsyncConnection, ids: Collection[str]) -> Mapping[str, set[Stage]]:
    found: defaultdict[str, set[Stage]] = defaultdict(set)
    for some in in_chunks(ids):
        wanted = select(recordings.c.appointment, recordings.c.stage).where(recordings.c.appointment.in_(some))
        for appointment, stage in await db.execute(wanted):
            found[appointment].add(Stage(stage))
    return found


async def _present(db: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Those whose visit is going on (also of an agent that is away), or for whom somebody waits."""
    if not ids:
        return set()
    busy = (await db.execute(select(room_memory).where(room_memory.c.visit.is_not(None)))).mappings()
    found = {memory.visit.appointment for row in busy if (memory := memory_of(row)).visit is not None}
    waiting = select(places.c.appointment).where(places.c.left_at.is_(None))
    return found.union(await db.scalars(waiting)).intersection(ids)
