"""How our copy of a recording goes: the journal has its own, or somebody on it took their yes back.

Each function raises Unavailable; whatever ends us in between, the next look does the rest.
"""

import math
from dataclasses import replace

from xmpp_agent.flows import filed_as
from xmpp_agent.flows.archive import Archive, later
from xmpp_agent.flows.case_papers import case_of
from xmpp_agent.model.recordings import Fault, Recording, Stage, Terms
from xmpp_agent.ports.recordings import VaultFault
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.recording.custody import Happened


def kept_until(terms: Terms, recording: Recording) -> float:
    """When ours is deleted of what the journal has, seconds since 1970; infinite: it must not be."""
    until = custody.due(recording.stage, terms, recording.changed_at) if recording.stage is Stage.RECEIPTED else None
    return until if until is not None else math.inf


async def withdrawn(archive: Archive, recording: Recording) -> None:
    """It is not filed any more; and erased, unless somebody must keep it by law: then not before they let go of it.

    The journal may have it all the same, from an attempt whose answer never came: then it is told who said no.
    """
    if recording.held:
        await later(archive, recording, Fault.SAID_NO)
        return
    is_begun = await filed_as.is_begun(archive, recording)
    await _drop(archive, recording, Happened.DISCARDED, Fault.SAID_NO, answers=is_begun)


async def delete(archive: Archive, recording: Recording) -> None:
    """The journal has its own, and ours was kept long enough."""
    if recording.held:
        await archive.keep("recording-held", recording.id, replace(custody.rests(recording), fault=None))
        return
    case = await case_of(archive.office.diary, archive.recordings, recording.appointment)
    until = kept_until(await filed_as.terms_of(archive, case, recording), recording)
    if until > archive.office.clock.now():  # only looked at because somebody answered
        due_at = until if until < math.inf else None
        await archive.keep("recording-kept", recording.id, replace(custody.rests(recording), due_at=due_at, fault=None))
        return
    await _drop(archive, recording, Happened.KEPT_LONG_ENOUGH, recording.fault, answers=recording.attempts > 0)


async def _drop(
    archive: Archive, recording: Recording, happened: Happened, why: Fault | None, *, answers: bool = False
) -> None:
    """The row says so and its key goes, then the file: only who wrote that first may destroy what it is about.

    Killed in between, or when the vault is away, the file goes at a later look: without its key it is noise by then.
    `answers`: that look files what was said, too.
    """
    now = archive.office.clock.now()
    gone = replace(custody.step(recording, happened, custody.NO_TERMS, now, why), key="", due_at=now)
    gone = replace(gone, attempts=recording.attempts if answers else 0)
    if await archive.keep("recording-deleted", recording.id, gone):
        await destroy(archive, gone, answers=answers)


async def destroy(archive: Archive, recording: Recording, *, answers: bool = False) -> None:
    """Its key is gone already, now its file goes; that somebody said no stays on record. `answers`: see `_drop`."""
    said_no = Fault.SAID_NO if recording.fault is Fault.SAID_NO else None
    try:
        await archive.vault.destroy(recording.id)
    except VaultFault as fault:
        await later(archive, recording, said_no or fault.fault)
        return
    if answers:
        after = custody.woken(recording, archive.office.clock.now())
    else:
        after = replace(custody.rests(recording), fault=said_no)
    await archive.keep("recording-destroyed", recording.id, after)
    archive.office.changed(recording.appointment)
