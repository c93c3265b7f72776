"""A unit's note to its next shift: written by a supervisor, on record with who wrote it and never with what."""

from collections.abc import Collection

from xmpp_agent.model.alerts import ShiftNote
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.verdicts import Verdict
from xmpp_agent.ports.diary import Records
from xmpp_agent.rules.shift_note import may_write, plain


async def write_shift_note(
    records: Records, note: ShiftNote, units: frozenset[str], known: Collection[str]
) -> tuple[Verdict, ShiftNote]:
    """Write it instead of the one before, or say why not; an empty text takes it away. Raises Unavailable: not done.

    `units`: of the supervisor who writes; `known`: every unit there is.
    """
    written = ShiftNote(note.unit, plain(note.text), note.by, note.at)
    verdict = may_write(units, written.unit, written.text, exists=written.unit in known)
    facts = f"letters={len(written.text)}" + (f" unit={written.unit}" if written.unit in known else "")
    line = AuditLine(note.at, "shift-note", "", written.unit if verdict.is_open else "", note.by, verdict, facts)
    await records.keep(line, *((written,) if verdict.is_open else ()))
    return verdict, written
