"""Opening hours and the switch "closed for now", by staff of the unit and its supervisors."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from xmpp_agent.flows.office import Office, refusal
from xmpp_agent.flows.staff_room import unit_of
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules.opening_hours import read_hours
from xmpp_agent.rules.staff_acts import may_see

LONGEST_TEXT = 300


async def set_hours(office: Office, who: Session, unit_id: str, days: Sequence[str]) -> None:
    """Set the hours, Monday first, as people write them (`8-12, 13-15.30`; empty: closed; all empty: always open).

    Raises Refused (not their unit; hours nobody can read), Unavailable.
    """
    read = [read_hours(day, typed) for day, typed in enumerate(days)]
    fits = len(days) == 7 and all(hours is not None for hours in read)
    hours = tuple(stretch for day in read if day is not None for stretch in day)
    async with _theirs(office, who, unit_id) as unit:
        if not fits:
            raise refusal("opening", Reason.BAD_REQUEST)
        await office.records.keep(office.line("hours", who.person, unit.id), replace(unit, hours=hours))


async def close_for_now(office: Office, who: Session, unit_id: str, danish: str, english: str) -> None:
    """Close, with what people read meanwhile. Raises Refused, Unavailable."""
    text = (danish.strip()[:LONGEST_TEXT], english.strip()[:LONGEST_TEXT])
    async with _theirs(office, who, unit_id) as unit:
        closed = replace(unit, closed=True, closed_text=text)
        await office.records.keep(office.line("close", who.person, unit.id), closed)


async def open_again(office: Office, who: Session, unit_id: str) -> None:
    """Open again; the text stays for the next time. Raises Refused, Unavailable."""
    async with _theirs(office, who, unit_id) as unit:
        await office.records.keep(office.line("open", who.person, unit.id), replace(unit, closed=False))


@asynccontextmanager
async def _theirs(office: Office, who: Session, unit_id: str) -> AsyncIterator[Unit]:
    """The unit as it stands, for as long as it is being changed: what another changes meanwhile would be lost."""
    if unit_id != who.unit and not may_see(who.supervises, unit_id):
        raise refusal("opening", Reason.NOT_YOUR_UNIT)
    async with office.house.lanes.held(f"unit {unit_id}") as held:
        if not held:
            raise Unavailable("too much is going on in that unit")
        yield await unit_of(office, unit_id)
