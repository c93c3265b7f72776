"""From the recorder's folder into the vault: whose file it is, sealed, read back, and only then gone from the recorder.

Killed at any moment, the next look goes on where this one was: the folder is looked at as a whole each time, and a file
leaves it only when every part of its session is safe.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import partial

import structlog

from xmpp_agent.flows.office import Office, new_id
from xmpp_agent.flows.recording import recorder_left
from xmpp_agent.model.recordings import Fault, Found, Recording, Stage, Terms
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Conflict
from xmpp_agent.ports.recordings import Recordings, Source, Vault, VaultFault
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.recording.belonging import FOR_A_PERSON, Belonging, Piece, belongs, is_ripe
from xmpp_agent.rules.recording.custody import Happened

MOST = 50
"""Recordings looked at in one go."""
_WAIT_FOR_A_FILE = frozenset({Stage.STARTING, Stage.ON, Stage.STOPPING, Stage.EXPECTED, Stage.RECORDER_LOST})
_LOOKED_AFTER = frozenset({Stage.HERE, *custody.TIME_BRINGS})
_SAFE = frozenset({*custody.IN_THE_VAULT, Stage.DELETED}) - {Stage.HERE}
"""What had a file has it in the vault, or had it there and no longer needs it."""
_MAY_HAVE_A_FILE = _WAIT_FOR_A_FILE | {Stage.NOT_STARTED, Stage.MISSING}
log = structlog.get_logger("recordings")


@dataclass(frozen=True)
class Intake:
    """What taking in works on."""

    office: Office
    recordings: Recordings
    source: Source | None
    """None: no recorders' folder is set. Nothing comes then, and what is waited for is missed in its time."""
    vault: Vault

    async def terms(self, recording: Recording) -> Terms:
        """What the policy of its appointment says. Raises Unavailable."""
        entry = await self.office.diary.entry(recording.appointment) if recording.appointment else None
        return entry.appointment.policy.plan.recording if entry is not None else Terms()

    async def keep(self, after: Recording) -> bool:
        """Write a step down; False when somebody else took another one meanwhile. Raises Unavailable."""
        line = self.office.line(f"recording-{after.stage}", "agent", after.id, room=after.room)
        try:
            await self.office.records.keep(line, after)
        except Conflict:
            return False
        self.office.changed(after.appointment)
        return True


async def look(intake: Intake) -> None:
    """Take in what is there, read back what was taken in, and miss what should be there.

    Raises Unavailable once everything was looked at: one directory that cannot be cleared away stops no other one.
    """
    troubles: list[Unavailable] = []
    there = await _folder(intake, intake.source, troubles) if intake.source is not None else set[str]()
    for recording in await intake.recordings.due(_LOOKED_AFTER, intake.office.clock.now(), MOST):
        if recording.stage is Stage.HERE:
            await _read_back(intake, recording)
        else:
            await _time_is_up(intake, recording, is_there=recording.id in there)
    if troubles:
        raise troubles[0]


async def _folder(intake: Intake, source: Source, troubles: list[Unavailable]) -> set[str]:
    """Every directory there is; ids of recordings whose file lies there and is not safe yet."""
    there: set[str] = set()
    for seen in await source.look():
        try:
            there |= await _directory(intake, source, replace(seen, session=_session(seen)))
        except Unavailable as trouble:
            troubles.append(trouble)
    return there


async def _directory(intake: Intake, source: Source, found: Found) -> set[str]:
    """One directory; ids of recordings whose file lies in it and is not safe yet."""
    theirs = belongs(found, await _candidates(intake, found))
    running = theirs.of is not None and theirs.of.stage in custody.RUNNING
    there = {piece.recording.id for piece in theirs.pieces if piece.recording is not None}
    if not is_ripe(found, running, intake.office.clock.now()):
        return there
    if not theirs.pieces:
        await _nothing_in_it(intake, source, found, theirs)
        return set()
    fresh = [piece for piece in theirs.pieces if piece.recording is None]
    for piece in fresh:  # first of all: while one has no row, nobody knows that its case is not complete
        await _new(intake, found, theirs, piece)
    theirs = belongs(found, await _candidates(intake, found)) if fresh else theirs
    safe = [await _piece(intake, found, theirs, piece) for piece in theirs.pieces]
    if all(safe):
        await _clear_away(intake, source, found)
    return there


async def _clear_away(intake: Intake, source: Source, found: Found) -> None:
    """The recorder's copy goes when each file is, byte for byte, one that is safe; another one is taken in, too."""
    read = replace(found, hashes=await source.hashes(found))
    theirs = belongs(read, await _candidates(intake, read))
    others = [piece for piece in theirs.pieces if not piece.is_taken]
    for piece in others:
        log.warning("another_file_of_the_same_size", part=piece.part)
        await _piece(intake, read, theirs, piece)
    if not others:
        await source.remove(found)


async def _candidates(intake: Intake, found: Found) -> tuple[Recording, ...]:
    of_session = await intake.recordings.of_session(found.session)
    return of_session or await intake.recordings.at(_MAY_HAVE_A_FILE)


def _session(found: Found) -> str:
    """Its session, or for a directory no recorder would name so a word that always means this one."""
    name = found.name.encode("utf-8", "surrogateescape")
    return found.session or f"directory-{hashlib.sha256(name).hexdigest()[:40]}"


async def _piece(intake: Intake, found: Found, theirs: Belonging, piece: Piece) -> bool:
    """One file on its way into the vault; whether it is safe there."""
    recording = piece.recording
    if recording is not None and recording.file is not None and not _is_damaged(recording):
        return recording.stage in _SAFE
    recording = recording or await _new(intake, found, theirs, piece)
    if (recording.stage, Happened.FILE_CAME) not in custody.TRANSITIONS or _is_resting(recording, intake):
        return False
    terms = await intake.terms(recording)
    try:
        sealed = await intake.vault.take_in(recording.id, found.name, piece.media)
    except VaultFault as fault:
        await _not_taken(intake, recording, fault.fault)
        return False
    after = custody.step(recording, Happened.FILE_CAME, terms, intake.office.clock.now(), theirs.fault)
    named = replace(
        after,
        file=sealed.file,
        key=sealed.key,
        session=recording.session or found.session,
        # Taken in anew and damaged again: the pauses grow all the same.
        attempts=recording.attempts if recording.stage is Stage.HERE else 0,
    )
    if await intake.keep(named):
        await _read_back(intake, named)
    return False  # seen to be safe at the next look


async def _not_taken(intake: Intake, recording: Recording, why: Fault) -> None:
    """It lies there and cannot be taken in: tried again later, and called missing when that goes on for too long."""
    now = intake.office.clock.now()
    after = custody.tried(recording, why, now)
    if (recording.stage, Happened.NO_FILE_CAME) in custody.TRANSITIONS and custody.is_missed(after, now):
        log.warning("recording_cannot_be_taken_in", recording=recording.id, fault=why.value)
        after = custody.step(recording, Happened.NO_FILE_CAME, await intake.terms(recording), now, why)
    await intake.keep(after)


async def _new(intake: Intake, found: Found, theirs: Belonging, piece: Piece) -> Recording:
    """A row for a file nobody waits for: a further part of a session, or one for the shelf."""
    now, of = intake.office.clock.now(), theirs.of
    mapped = of is not None and theirs.fault is None
    row = Recording(
        id=new_id(),
        room=of.room if of is not None else "",
        appointment=of.appointment if of is not None and mapped else "",
        stage=Stage.EXPECTED,
        asked_by=of.asked_by if of is not None and mapped else "",
        # Of the same press as the first part: what was said since then is said of this one, too.
        made_at=of.made_at if of is not None and mapped else now,
        changed_at=now,
        session=found.session,
        meeting=found.meeting,
        part=piece.part,
        # Also where nobody saw it begin: a yes that is taken back counts from the first moment there may be film of.
        on_at=of.on_at or of.made_at if of is not None and mapped else None,
        fault=theirs.fault,
    )
    await intake.keep(row)
    return row


async def _nothing_in_it(intake: Intake, source: Source, found: Found, theirs: Belonging) -> None:
    """A directory without anything to take in: the recording is missed for that reason, and the directory stays.

    Unless its files are safe already, and something ended us before it was gone as well.
    """
    mine, now = theirs.of, intake.office.clock.now()
    if not found.media and theirs.fault is None:
        if all(r.stage in _SAFE for r in await intake.recordings.of_session(found.session) if r.file is not None):
            await source.remove(found)
        return
    if mine is None:
        if not await intake.recordings.of_session(found.session):
            shelf = Recording(new_id(), "", "", Stage.MISSING, "", now, now, session=found.session)
            await intake.keep(replace(shelf, meeting=found.meeting, fault=theirs.fault))
    elif (mine.stage, Happened.NO_FILE_CAME) in custody.TRANSITIONS:
        await intake.keep(custody.step(mine, Happened.NO_FILE_CAME, Terms(), now, theirs.fault))


async def _read_back(intake: Intake, recording: Recording) -> None:
    """What lies in the vault is what was put in: then it is safe. If not, it is taken in anew at the next look."""
    now = intake.office.clock.now()
    try:
        await intake.vault.read_back(recording)
    except VaultFault as fault:
        log.warning("read_back_failed", recording=recording.id, fault=fault.fault.value)
        # Until it is safe it is remembered that a person must look at it.
        is_odd = recording.fault in FOR_A_PERSON and fault.fault is not Fault.VAULT_DAMAGED
        await intake.keep(custody.tried(recording, recording.fault if is_odd and recording.fault else fault.fault, now))
        return
    is_mapped = recording.appointment != "" and recording.fault not in FOR_A_PERSON
    happened = Happened.READ_BACK if is_mapped else Happened.READ_BACK_UNMAPPED
    why = None if is_mapped else recording.fault or Fault.NO_SUCH_RECORDING
    await intake.keep(custody.step(recording, happened, await intake.terms(recording), now, why))


async def _time_is_up(intake: Intake, recording: Recording, *, is_there: bool) -> None:
    now = intake.office.clock.now()
    if is_there and not custody.is_missed(recording, now):
        await intake.keep(custody.waited_for(recording, now))
        return
    happened, fault = custody.TIME_BRINGS[recording.stage]
    log.warning("recording_overdue", recording=recording.id, stage=recording.stage.value)
    after = custody.step(recording, happened, await intake.terms(recording), now, fault)
    house = intake.office.house
    if await intake.keep(after) and recording.room in house.rooms:  # what never began holds up nobody any more
        house.lanes.put(recording.room, partial(recorder_left, house, recording.room))


def _is_damaged(recording: Recording) -> bool:
    return recording.stage is Stage.HERE and recording.fault is Fault.VAULT_DAMAGED


def _is_resting(recording: Recording, intake: Intake) -> bool:
    """Tried a moment ago: the vault is full or away, and every look would only do the same."""
    return recording.attempts > 0 and (recording.due_at or 0.0) > intake.office.clock.now()
