"""The notes to the next shift: whose is shown on top, and for which unit one may be written."""

from collections.abc import Mapping

from xmpp_agent import wire


def first(notes: Mapping[str, wire.ShiftNoteRow], unit: str) -> wire.ShiftNoteRow | None:
    """That unit's, else the newest."""
    return notes.get(unit) or max(notes.values(), key=lambda note: note.at, default=None)


def units(numbers: Mapping[str, wire.UnitNumbers], notes: Mapping[str, wire.ShiftNoteRow], first: str) -> list[str]:
    """Every unit there is to write for; that of the chosen row first."""
    every = {*numbers, *notes} - {""}
    return sorted(every, key=lambda unit: (unit != first, unit.casefold()))
