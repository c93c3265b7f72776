"""How our copy of a recording goes: the journal has its own, or somebody on it took their yes back.

Each function raises Unavailable; whatever ends us in between, the next look does the rest.
"""

import math
from dataclasses import replace

from xmpp_agent.flows.archive import Archive, later
from xmpp_agent.flows.case_papers import Case, case_of
from xmpp_agent.model.recordings import Fault, Recording, Stage
from xmpp_agent.ports.recordings import VaultFault
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.recording.custody import Happened


def kept_until(case: Case | None, recording: Recording) -> float:
    """When ours is deleted of what the journal has, seconds since 1970; infinite: it must not be."""
    terms = case.entry.appointment.policy.plan.recording if case is not None else custody.NO_TERMS
    until = custody.due(recording.stage, terms, recording.changed_at) if recording.stage is Stage.RECEIPTED else None
    return until if until is not None else math.inf


async def withdrawn(archive: Archive, recording: Recording) -> None:
    """It is never filed; and erased, unless somebody must keep it by law: then not before they let go of it."""
    if recording.held:
        await later(archive, recording, Fault.SAID_NO)
        return
    await _drop(archive, recording, Happened.DISCARDED, Fault.SAID_NO)


async def delete(archive: Archive, recording: Recording) -> None:
    """The journal has its own, and ours was kept long enough."""
    if recording.held:
        await archive.keep("recording-held", recording.id, custody.rests(recording))
        return
    case = await case_of(archive.office.diary, archive.recordings, recording.appointment)
    until = kept_until(case, recording)
    if until > archive.office.clock.now():  # only looked at because somebody answered
        due_at = until if until < math.inf else None
        await archive.keep("recording-kept", recording.id, replace(custody.rests(recording), due_at=due_at, fault=None))
        return
    await _drop(archive, recording, Happened.KEPT_LONG_ENOUGH, None)


async def _drop(archive: Archive, recording: Recording, happened: Happened, why: Fault | None) -> None:
    """The row says so and its key goes, then the file: only who wrote that first may destroy what it is about.

    Killed in between, or when the vault is away, the file goes at a later look: without its key it is noise by then.
    """
    now = archive.office.clock.now()
    gone = replace(custody.step(recording, happened, custody.NO_TERMS, now, why), key="", due_at=now)
    if await archive.keep("recording-deleted", recording.id, gone):
        await destroy(archive, gone)


async def destroy(archive: Archive, recording: Recording) -> None:
    """Its key is gone already, now its file goes; that somebody said no stays on record."""
    said_no = Fault.SAID_NO if recording.fault is Fault.SAID_NO else None
    try:
        await archive.vault.destroy(recording.id)
    except VaultFault as fault:
        await later(archive, recording, said_no or fault.fault)
        return
    await archive.keep("recording-destroyed", recording.id, replace(custody.rests(recording), fault=said_no))
    archive.office.changed(recording.appointment)
