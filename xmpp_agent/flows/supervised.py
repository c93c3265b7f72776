"""What supervisors see beside their own day: rooms in which something goes on, and who does not come.

Only what somebody may have to look at is read and shown: a unit has thousands of appointments a day.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_rows import RoomDay, Row, by_start, rows_of
from xmpp_agent.model.appointments import Entry, Room
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules.no_show import Remedy, since
from xmpp_agent.rules.opening_hours import local_day
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.rules.staff_day import Stage

LATE_FOR = 5400.0
"""Seconds after its start for which it is shown that somebody has not come."""
MOST_ROWS = 100
_AT_REST = frozenset({Stage.EXPECTED, Stage.HELD, Stage.ABSENT, Stage.CANCELLED})


@dataclass(frozen=True, slots=True, repr=False)
class Supervised:
    """The supervised part of a page. `repr` tells nothing."""

    rooms: tuple[RoomDay, ...] = ()
    quiet: int = 0
    """How many more rooms these units have today."""
    more: int = 0
    """How many more rows there would be to look at."""


async def supervised(desk: StaffOffice, who: Session, unit: Unit, without: Collection[str]) -> Supervised:
    """What goes on in the units of a supervisor, but for these appointments. Raises Unavailable."""
    if not who.supervises:
        return Supervised()
    office, now = desk.office, desk.office.clock.now()
    units = {one.id for one in await office.diary.units() if may_see(who.supervises, one.id)}
    rooms = [room for room in await desk.rooms.on_day(local_day(unit, now), units) if _is_anothers(who, room)]
    rows = [row for row in await rows_of(desk, who, await _to_look_at(desk, units, rooms, without)) if _matters(row)]
    people = {person.id: person.name for one in sorted(units) for person in await office.diary.staff_of(one)}
    days = []
    for room in rooms:
        state = office.house.rooms.get(room.node)
        here = tuple(row for row in rows[:MOST_ROWS] if row.facts.room.node == room.node)
        if here or (state is not None and (state.exists or state.turnover_open)):
            days.append(RoomDay(room, people.get(room.owner, ""), state, here))
    days.sort(key=lambda day: (day.owner, day.room.node if day.room is not None else ""))
    return Supervised(tuple(days), len(rooms) - len(days), max(0, len(rows) - MOST_ROWS))


async def _to_look_at(
    desk: StaffOffice, units: Collection[str], rooms: Sequence[Room], without: Collection[str]
) -> tuple[Entry, ...]:
    """Appointments that began a while ago, and those of whoever is at a door or inside, in order of start."""
    office, now = desk.office, desk.office.clock.now()
    found = {e.appointment.id: e for e in await office.diary.day(now - LATE_FOR, now, units=units)}
    for room in rooms:
        for one in set(_at_hand(office.house.rooms.get(room.node))) - found.keys():
            entry = await office.diary.entry(one)
            if entry is not None:
                found[one] = entry
    return tuple(sorted((entry for one, entry in found.items() if one not in without), key=by_start))


def _at_hand(state: RoomState | None) -> Iterator[str]:
    """Appointments of whoever is in a room, at its door, or let in."""
    if state is None:
        return
    yield from (person.appointment for person in state.queue)
    yield from (person.appointment for person in state.inside if person.appointment)
    if state.visit is not None:
        yield state.visit.appointment


def _is_anothers(who: Session, room: Room) -> bool:
    """Whether a room is not on the page already, as their own or one they cover."""
    return room.owner != who.person and who.person not in room.covers


def _matters(row: Row) -> bool:
    """Whether a supervisor may have to look at it: something goes on, or somebody does not come."""
    late = row.facts.now >= since(Remedy.FRESH_LINK, row.facts.appointment)
    return row.stage not in _AT_REST or (row.stage is Stage.EXPECTED and late)
