"""Opening hours and the switch "closed for now", by staff of the unit and its supervisors."""

from collections.abc import Sequence
from dataclasses import replace

from xmpp_agent.flows.office import Office, refusal
from xmpp_agent.flows.staff_room import unit_of
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules.opening_hours import read_hours
from xmpp_agent.rules.staff_acts import may_see

LONGEST_TEXT = 300


async def set_hours(office: Office, who: Session, unit_id: str, days: Sequence[str]) -> None:
    """Set the hours, Monday first, as people write them (`8-12, 13-15.30`; empty: closed; all empty: always open).

    Raises Refused (not their unit; hours nobody can read), Unavailable.
    """
    unit = await _theirs(office, who, unit_id)
    read = [read_hours(day, typed) for day, typed in enumerate(days)]
    if len(days) != 7 or any(hours is None for hours in read):
        raise refusal("opening", Reason.BAD_REQUEST)
    hours = tuple(stretch for day in read if day is not None for stretch in day)
    await office.records.keep(office.line("hours", who.person, unit.id), replace(unit, hours=hours))


async def close_for_now(office: Office, who: Session, unit_id: str, danish: str, english: str) -> None:
    """Close, with what people read meanwhile. Raises Refused, Unavailable."""
    unit = await _theirs(office, who, unit_id)
    text = (danish.strip()[:LONGEST_TEXT], english.strip()[:LONGEST_TEXT])
    await office.records.keep(office.line("close", who.person, unit.id), replace(unit, closed=True, closed_text=text))


async def open_again(office: Office, who: Session, unit_id: str) -> None:
    """Open again; the text stays for the next time. Raises Refused, Unavailable."""
    unit = await _theirs(office, who, unit_id)
    await office.records.keep(office.line("open", who.person, unit.id), replace(unit, closed=False))


async def _theirs(office: Office, who: Session, unit_id: str) -> Unit:
    if unit_id != who.unit and not may_see(who.supervises, unit_id):
        raise refusal("opening", Reason.NOT_YOUR_UNIT)
    return await unit_of(office, unit_id)
