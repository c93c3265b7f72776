"""What filing works on, and how a step that comes to nothing is written down."""

from dataclasses import dataclass

import structlog

from xmpp_agent.flows.office import Office
from xmpp_agent.model.recordings import Fault, Recording
from xmpp_agent.ports.diary import Conflict, Noun
from xmpp_agent.ports.notes import Notes
from xmpp_agent.ports.recordings import Journal, Memo, Recordings, Vault
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.recording.custody import Happened

log = structlog.get_logger("filing")


@dataclass(frozen=True)
class Archive:
    """What filing works on."""

    office: Office
    recordings: Recordings
    notes: Notes
    vault: Vault
    journal: Journal
    memo: Memo
    """Which consents are filed: a journal knows a repetition only while nothing about it has changed."""

    async def keep(self, act: str, subject: str, *nouns: Noun) -> bool:
        """Write a step down; False when somebody else took another one meanwhile. Raises Unavailable."""
        try:
            await self.office.records.keep(self.office.line(act, "agent", subject), *nouns)
        except Conflict:
            return False
        return True


async def later(archive: Archive, recording: Recording, why: Fault) -> None:
    """Nothing came of it now: tried again after a pause that grows. Raises Unavailable."""
    log.warning("recording_waits", recording=recording.id, stage=recording.stage.value, fault=why.value)
    after = custody.tried(recording, why, archive.office.clock.now())
    await archive.keep(f"recording-{recording.stage}-tried", recording.id, after)
    archive.office.changed(recording.appointment)


async def stuck(archive: Archive, recording: Recording, happened: Happened, why: Fault) -> None:
    """Nothing will come of it by itself: a person must look. Raises Unavailable."""
    log.warning("recording_stuck", recording=recording.id, fault=why.value)
    after = custody.step(recording, happened, custody.NO_TERMS, archive.office.clock.now(), why)
    await archive.keep(f"recording-{after.stage}", recording.id, after)
    archive.office.changed(recording.appointment)
