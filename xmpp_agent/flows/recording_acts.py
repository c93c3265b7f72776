"""What a supervisor does with recordings that are stuck: each act is on record, with who and why, before it counts.

Nothing here touches a file. The recording room goes on from the row: it files again, or deletes what has no key.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from xmpp_agent.flows.office import new_id
from xmpp_agent.model.appointments import DAY, Entry
from xmpp_agent.model.audit import AuditLine, Look
from xmpp_agent.model.recordings import Recording, Terms
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.ports import Clock
from xmpp_agent.ports.diary import Conflict, Diary, Noun, Records, Visitors
from xmpp_agent.ports.recordings import Recordings
from xmpp_agent.rules import reasons
from xmpp_agent.rules.recording import custody, may_handle
from xmpp_agent.rules.recording.may_handle import HAPPENS, Act, At

MOST_CHOICES = 50


@dataclass(frozen=True)
class Custodian:
    """What these acts work on. `changed` is called with the id of an appointment something changed about."""

    clock: Clock
    diary: Diary
    records: Records
    recordings: Recordings
    visitors: Visitors
    changed: Callable[[str], None]

    async def unit_of(self, recording: Recording) -> str | None:
        """The unit of its appointment, else of its room; None: nobody knows. Raises Unavailable."""
        entry = await self.diary.entry(recording.appointment) if recording.appointment else None
        if entry is not None:
            return entry.appointment.unit
        room = await self.diary.room(recording.room) if recording.room else None
        return room.unit if room is not None else None


@dataclass(frozen=True, slots=True)
class Wish:
    """One act as it was asked for."""

    act: Act
    recording: str
    units: frozenset[str]
    """Of the supervisor who asks; "*": all."""
    actor: str
    version: int | None = None
    """What they saw; None: whatever stands."""
    appointment: str = ""
    """MAP: whose it is."""
    why: str = ""


async def handle(custodian: Custodian, wish: Wish) -> Verdict:
    """Do it, or say why not. Raises Unavailable when it could not be put on record; then nothing was done."""
    recording = await custodian.recordings.recording(wish.recording)
    unit = await custodian.unit_of(recording) if recording is not None else None
    verdict = may_handle.may_handle(wish.units, unit, recording, wish.act)
    if verdict.is_open and wish.why:
        verdict = reasons.judged(may_handle.RULE, wish.why)
    entry: Entry | None = None
    if recording is None or verdict.reason is Reason.NOT_YOUR_UNIT:
        pass
    elif wish.version not in {None, recording.version}:
        verdict = _changed_meanwhile(verdict)
    elif verdict.is_open:
        entry = await custodian.diary.entry(wish.appointment if wish.act is Act.MAP else recording.appointment)
        if wish.act is Act.MAP:
            [at] = await _all_at(custodian, [entry]) if entry is not None else [None]
            verdict = may_handle.may_map(wish.units, at, recording)
    if not verdict.is_open or recording is None:
        await custodian.records.keep(_line(custodian, wish, recording, verdict))
        return verdict
    return await _do(custodian, wish, recording, entry, verdict)


async def choices(custodian: Custodian, recording_id: str, units: frozenset[str]) -> tuple[Verdict, tuple[Entry, ...]]:
    """Appointments it may be of, nearest in time first: of its room, or of anybody where no room is known.

    Raises Unavailable.
    """
    recording = await custodian.recordings.recording(recording_id)
    unit = await custodian.unit_of(recording) if recording is not None else None
    verdict = may_handle.may_handle(units, unit, recording, Act.MAP)
    if not verdict.is_open or recording is None:
        return verdict, ()
    at = recording.on_at or recording.made_at
    near = await custodian.diary.day(at - DAY, at + DAY, units=None if "*" in units else units)
    fitting = (one.entry for one in await _all_at(custodian, near) if may_handle.may_map(units, one, recording).is_open)
    nearest = sorted(fitting, key=lambda one: abs(one.appointment.starts_at - at))
    return verdict, tuple(nearest[:MOST_CHOICES])


async def _all_at(custodian: Custodian, entries: Collection[Entry]) -> tuple[At, ...]:
    """Appointments with who answered and who was inside."""
    booked = [entry.appointment.id for entry in entries]
    consents = await custodian.recordings.consents(booked)
    arrivals = (await custodian.visitors.arrivals(booked)).values()
    inside = {(one.appointment, one.person) for one in arrivals if one.inside_at is not None}
    return tuple(
        At(entry, consents.get(ident, ()), frozenset(person for of, person in inside if of == ident))
        for entry, ident in zip(entries, booked, strict=True)
    )


async def _do(custodian: Custodian, wish: Wish, recording: Recording, entry: Entry | None, verdict: Verdict) -> Verdict:
    after = _after(wish, recording, entry, custodian.clock.now())
    nouns: list[Noun] = [after]
    if wish.why:
        # What was typed may tell of a person: it stands in their access log, or where nobody knows who, the file's.
        whom = entry.citizen.id if entry is not None else recording.id
        look = Look(new_id(), whom, custodian.clock.now(), wish.actor, f"recording-{wish.act}", reasons.kept(wish.why))
        nouns.append(look)
    try:
        await custodian.records.keep(_line(custodian, wish, after, verdict), *nouns)
    except Conflict:
        refused = _changed_meanwhile(verdict)
        await custodian.records.keep(_line(custodian, wish, recording, refused))
        return refused
    custodian.changed(after.appointment)
    return verdict


def _after(wish: Wish, recording: Recording, entry: Entry | None, now: float) -> Recording:
    terms = entry.appointment.policy.plan.recording if entry is not None else Terms()
    if wish.act is Act.HOLD:
        return custody.held(recording)
    if wish.act is Act.RELEASE:
        return custody.let_go(recording, terms)
    if wish.act is Act.DISCARD:
        return custody.disowned(recording, now)
    after = custody.step(recording, HAPPENS[wish.act], terms, now)
    if wish.act is Act.MAP and entry is not None:
        return replace(after, appointment=entry.appointment.id, room=recording.room or entry.appointment.room)
    return after


def _line(custodian: Custodian, wish: Wish, recording: Recording | None, verdict: Verdict) -> AuditLine:
    """What was asked for is never repeated where it is no id of ours."""
    subject, room = (recording.id, recording.room) if recording is not None else ("", "")
    note = f"appointment={recording.appointment}" if recording is not None and wish.act is Act.MAP else ""
    return AuditLine(custodian.clock.now(), f"recording-{wish.act}", room, subject, wish.actor, verdict, note)


def _changed_meanwhile(verdict: Verdict) -> Verdict:
    said = Said("version", Decision.REFUSE, Reason.CHANGED_MEANWHILE)
    return Verdict(Decision.REFUSE, Reason.CHANGED_MEANWHILE, (*verdict.said, said))
