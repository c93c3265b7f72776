"""A calling system reads appointments with names and links: whoever is looked at has it on their access log."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from xmpp_agent.flows.booking import By
from xmpp_agent.flows.office import Office, new_id, refusal
from xmpp_agent.flows.rebooking import find
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.booking import Span
from xmpp_agent.ports.diary import Look, NewLink

MOST = 500
"""Appointments that are read at once."""


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """Appointments, each with its people, and what goes with them. `repr` tells nothing."""

    entries: tuple[Entry, ...]
    links: Mapping[str, tuple[NewLink, ...]]
    """By appointment, newest first."""
    units: Mapping[str, Unit]


async def read(office: Office, appointment_id: str, by: By) -> Entry:
    """One appointment. Raises Refused (there is none for whoever asks), Unavailable."""
    entry = await find(office, appointment_id, by)
    _on_record(office, "read", appointment_id, (entry,), by)
    return entry


async def read_all(office: Office, span: Span, by: By) -> Page:
    """All of a span, in a fixed number of reads. Raises Refused (more than `MOST`), Unavailable."""
    listed = await office.bookings.listed(replace(span, most=MOST + 1))
    if len(listed) > MOST:
        raise refusal("list", Reason.TOO_MANY_MEETINGS)
    ids = [row.id for row in listed]
    entries = await office.diary.entries_of(ids)
    links: dict[str, tuple[NewLink, ...]] = {}
    for new in await office.visitors.links_of_many(ids):
        links[new.link.appointment] = (*links.get(new.link.appointment, ()), new)
    units = {unit.id: unit for unit in await office.diary.units()}
    _on_record(office, "list", "", entries, by)
    return Page(entries, links, units)


def _on_record(office: Office, act: str, subject: str, entries: Collection[Entry], by: By) -> None:
    now = office.clock.now()
    looks = (Look(new_id(), entry.citizen.id, now, by.actor, act) for entry in entries)
    office.records.jot(office.line(act, by.actor, subject), *looks)
