"""What must hold of recordings at every moment, whatever failed or died: nothing lost, nothing twice, no lies."""

from collections import Counter
from collections.abc import Collection

from tests.flows.custodian import Custodian
from xmpp_agent.model.recordings import Fault, Recording, Stage
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.recording.consent import was_withdrawn

FILED = frozenset({Stage.FILED, Stage.RECEIPTED, Stage.RECEIPT_LATE})
SEALED = custody.IN_THE_VAULT - {Stage.HERE, Stage.RECEIPTED}
"""Where the vault must have it; RECEIPTED may be on its way out."""


async def lost(here: Custodian) -> list[str]:
    """Films that are nowhere any more and were never to be erased, and films the journal has twice."""
    rows = await here.rows()
    found = []
    in_journal = Counter(str(media["sha256"]) for media in _media(here))
    for original in _originals(here):
        theirs = [row for row in rows if row.file is not None and row.file.sha256 == original]
        erased = any([row.stage is Stage.DELETED or await _is_withdrawn(here, row) for row in theirs])
        kept = [row for row in theirs if row.stage in custody.IN_THE_VAULT and await here.in_vault(row)]
        if not (erased or kept or in_journal[original] or original in _at_the_recorder(here)):
            found.append(f"a film is lost; its rows are at {[row.stage for row in theirs]}")
        if in_journal[original] > 1:
            found.append("a film is in the journal twice")
    return found


async def untrue(here: Custodian, *, erased: Collection[str] = ()) -> list[str]:
    """What a row says that is not so. `erased`: ids of what people had erased."""
    found = await lost(here)
    for row in await here.rows():
        found += [f"{row.stage} ({row.fault}): {what}" for what in await _wrong(here, row, row.id in erased)]
    return found


async def _wrong(here: Custodian, row: Recording, erased: bool) -> list[str]:
    sealed, filed = await here.in_vault(row), here.in_journal(row)
    safe = row.file is not None and (sealed or row.file.sha256 in _at_the_recorder(here))
    judged = {
        "it has no file": row.stage in custody.IN_THE_VAULT | {Stage.DELETED} and row.file is None and not erased,
        "it has a file": row.stage not in custody.IN_THE_VAULT | {Stage.DELETED} and row.file is not None,
        "the vault does not have it": row.stage in SEALED and not sealed,
        "nobody has it": row.stage is Stage.HERE and not safe,
        "the journal does not have it": row.stage in FILED and not filed,
        "it was deleted and is not filed": row.stage is Stage.DELETED
        and not (filed or erased or row.fault is Fault.SAID_NO),
        "there is something of it": row.stage is Stage.DELETED and (sealed or row.key != ""),
        "somebody took it back, and it is filed": row.fault is Fault.SAID_NO and filed,
    }
    return [what for what, is_so in judged.items() if is_so]


async def _is_withdrawn(here: Custodian, row: Recording) -> bool:
    consents = (await here.archive.recordings.consents([row.appointment])).get(row.appointment, ())
    return was_withdrawn(consents, since=row.on_at or row.made_at)


def _originals(here: Custodian) -> list[str]:
    folder = here.folder / "originals"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def _at_the_recorder(here: Custodian) -> set[str]:
    return {here.hash_of(path) for path in here.recorder.rglob("*.mp4")}


def _media(here: Custodian) -> list[dict[str, object]]:
    return [dict(entry["media"]) for entry in here.filed("recording").values()]  # type: ignore[call-overload]  # JSON
