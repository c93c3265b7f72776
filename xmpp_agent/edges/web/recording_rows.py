"""Recordings as the console shows them: masked, in words, with what may be done to each now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.people import NO_NAME
from xmpp_agent.model.recordings import Recording
from xmpp_agent.ports.diary import Diary
from xmpp_agent.rules import names
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.recording.may_handle import possible
from xmpp_agent.rules.recording.words import case_shown, sentence
from xmpp_agent.wire import Choice, RecordingRow, RecordingStage

NOBODYS = "*"
"""Stands for the unit of a recording of which nobody knows whose it is: only who sees all units sees it."""
LONGEST = 200
"""Letters of a name; the wire carries no more than 500."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row, and whose supervisors see it."""

    unit: str
    row: RecordingRow


async def rows_of(recordings: Collection[Recording], diary: Diary, shard: str) -> tuple[Shown, ...]:
    """The rows, in the same order, with few questions to the database. Raises Unavailable."""
    found = await diary.entries_of({one.appointment for one in recordings} - {""})
    entries = {entry.appointment.id: entry for entry in found}
    units: dict[str, str] = {}
    for node in {one.room for one in recordings if one.appointment not in entries} - {""}:
        room = await diary.room(node)
        units[node] = room.unit if room is not None else NOBODYS
    staff = await _staff(recordings, {entry.appointment.unit for entry in found} | {*units.values()} - {NOBODYS}, diary)
    return tuple(_shown(one, entries.get(one.appointment), units, staff, shard) for one in recordings)


async def choice_of(entry: Entry, diary: Diary) -> Choice:
    """An appointment as it is offered for a recording. Raises Unavailable."""
    booked = entry.appointment
    staff = await diary.person(booked.staff) if booked.staff else None
    return Choice(
        appointment=booked.id,
        starts_at=booked.starts_at,
        staff=staff.name[:LONGEST] if staff is not None else "",
        citizen=_masked(entry),
        unit=booked.unit,
    )


async def _staff(recordings: Collection[Recording], units: Collection[str], diary: Diary) -> Mapping[str, str]:
    """Names of those who pressed record: a unit at a time, and one by one who came from elsewhere."""
    known = {person.id: person.name for unit in units for person in await diary.staff_of(unit)}
    for ident in {one.asked_by for one in recordings} - known.keys() - {""}:
        person = await diary.person(ident)
        known[ident] = person.name if person is not None else ""
    return known


def _shown(
    recording: Recording, entry: Entry | None, units: Mapping[str, str], staff: Mapping[str, str], shard: str
) -> Shown:
    unit = entry.appointment.unit if entry is not None else units.get(recording.room, NOBODYS)
    file = recording.file
    row = RecordingRow(
        key=f"{shard}/recording/{recording.id}",
        recording=recording.id,
        version=recording.version,
        stage=RecordingStage(recording.stage.value),
        since=recording.changed_at,
        stuck=recording.stage in custody.STUCK,
        fault=recording.fault.value if recording.fault is not None else "",
        words=sentence(recording),
        unit="" if unit == NOBODYS else unit,
        room=recording.room,
        staff=staff.get(recording.asked_by, "")[:LONGEST],
        citizen=_masked(entry) if entry is not None else None,
        case=case_shown(entry.appointment.case_ref)[:LONGEST] if entry is not None else "",
        appointment=recording.appointment,
        part=recording.part,
        began=recording.on_at,
        ended=recording.off_at,
        size=file.size if file is not None else None,
        seconds=file.duration if file is not None else None,
        number=recording.number[:LONGEST],
        attempts=recording.attempts,
        next_try=recording.due_at if recording.attempts else None,
        held=recording.held,
        may=tuple(act.value for act in possible(recording)),
    )
    return Shown(unit, row)


def _masked(entry: Entry) -> str:
    name = entry.citizen.name
    return (names.masked(name) if name != NO_NAME else name)[:LONGEST]
