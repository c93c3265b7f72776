"""How a recording was first told to the journal, whatever its policy says by now: what was begun one way ends so.

Else a policy that changes would delete the only copy of what the journal has as a reference, or file it both ways.
"""

from dataclasses import replace

from xmpp_agent.flows.archive import Archive
from xmpp_agent.flows.case_papers import Case
from xmpp_agent.model.recordings import Recording, Terms
from xmpp_agent.rules.recording import custody

_BEGUN, _FILE, _REFERENCE = "begun", "file", "reference"
"""Step of the memo under the recording's id: the journal was told of it, or is being told."""


async def is_begun(archive: Archive, recording: Recording) -> bool:
    """Whether the journal may have it: it was told at least once, whatever came of that. Raises Unavailable."""
    return _BEGUN in await archive.memo.recall(recording.id)


async def terms_of(archive: Archive, case: Case | None, recording: Recording) -> Terms:
    """What its policy says; as a file or as a reference as it was begun. Raises Unavailable."""
    terms = case.entry.appointment.policy.plan.recording if case is not None else custody.NO_TERMS
    begun = (await archive.memo.recall(recording.id)).get(_BEGUN)
    return terms if begun is None else replace(terms, as_reference=begun == _REFERENCE)


async def begin(archive: Archive, case: Case, recording: Recording) -> Terms:
    """The same, on disk before the journal hears of it. Raises Unavailable."""
    terms = await terms_of(archive, case, recording)
    if not await is_begun(archive, recording):
        await archive.memo.remember(recording.id, _BEGUN, _REFERENCE if terms.as_reference else _FILE)
    return terms
