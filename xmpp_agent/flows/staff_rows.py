"""Rows of staff's pages: one appointment as it is shown to one member of staff."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from xmpp_agent.flows.staff_facts import Papers, facts, papers_of
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.appointments import Entry, Room
from xmpp_agent.model.recordings import ClosingState
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules import names
from xmpp_agent.rules import staff_day as rules
from xmpp_agent.rules.recording import closing, consent
from xmpp_agent.rules.staff_day import Facts, Offer, Proof, Stage

AT_ONCE = 50
"""Rows made in one turn of the loop, so that a door never waits behind a long day."""


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One appointment as it is shown to this member of staff. `repr` tells nothing."""

    facts: Facts
    name: str
    """In full for those who may read it, else initials."""
    is_named: bool
    stage: Stage
    waits_since: float | None
    proof: Proof
    offers: tuple[Offer, ...]
    """Empty for whoever may not act here."""
    respondents: tuple[consent.Respondent, ...]
    """Who is asked whether they may be recorded; nobody where the policy allows none."""
    language: str
    question: str
    """To be read aloud, in that language."""
    awaited: tuple[closing.Awaited, ...]
    """What the case to be closed still waits for."""


@dataclass(frozen=True, slots=True, repr=False)
class RoomDay:
    """One room's day. `room` None: nothing is booked in it, and it was not opened yet. `repr` tells nothing."""

    room: Room | None
    owner: str
    """Name of the member of staff."""
    state: RoomState | None
    rows: tuple[Row, ...]


async def rows_of(desk: StaffOffice, who: Session, entries: Sequence[Entry]) -> tuple[Row, ...]:
    """The rows of these appointments; calls of the hotline have a page of their own. Raises Unavailable."""
    papers = await papers_of(desk, tuple(entry.appointment.id for entry in entries))
    rooms = await desk.office.store.rooms({entry.appointment.room for entry in entries})
    rows = []
    for count, entry in enumerate(entries, start=1):
        room = rooms.get(entry.appointment.room)
        if room is not None and room.day:
            rows.append(_row(desk, who, entry, room, papers))
        if count % AT_ONCE == 0:
            await asyncio.sleep(0)
    return tuple(rows)


def by_start(entry: Entry) -> tuple[float, str]:
    """The order of a day."""
    return entry.appointment.starts_at, entry.appointment.id


def _row(desk: StaffOffice, who: Session, entry: Entry, room: Room, papers: Papers) -> Row:
    known = facts(desk, entry, room, papers)
    is_named = rules.may_read_name(who.person, entry.appointment, room)
    may_act = rules.may_act(who.person, who.supervises, room).is_open
    offers = rules.offers(known) if may_act else ()
    language, waits = consent.spoken_in(entry.appointment.language), known.closing
    is_waiting = waits is not None and waits.state is ClosingState.QUEUED
    return Row(
        facts=known,
        name=entry.citizen.name if is_named else names.masked(entry.citizen.name),
        is_named=is_named,
        stage=rules.stage(known),
        waits_since=rules.waits_since(known),
        proof=rules.proof(known),
        offers=tuple(offer for offer in offers if is_named or offer.act not in rules.NAMES_PEOPLE),
        respondents=rules.respondents(known),
        language=language,
        question=consent.question(entry.appointment.policy.plan.recording, language),
        awaited=closing.awaited(known.notes, known.recordings, desk.office.clock.now()) if is_waiting else (),
    )
