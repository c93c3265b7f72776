"""Invitations that did not arrive, as supervisors see them; and a link sent once more, on record with who sent it."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from xmpp_agent.flows.no_show import fresh_link
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.appointments import DAY, Entry
from xmpp_agent.model.letters import Letter
from xmpp_agent.model.people import Person, Role
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules import unreached as rules
from xmpp_agent.rules.unreached import Unreached

MOST = 2000
"""Appointments looked at, soonest first."""
AT_ONCE = 50
"""Appointments judged in one turn of the loop, so that a door never waits behind a long list."""


@dataclass(frozen=True, slots=True, repr=False)
class Missed:
    """One person of an appointment who was not reached. `repr` tells nothing."""

    entry: Entry
    person: Person
    role: Role
    found: Unreached
    version: int
    """Grows with every change of their letters: what an act says it saw."""
    may_send: bool
    """Whether a supervisor may have the link sent again now."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The link once more, as it was asked for."""

    appointment: str
    units: frozenset[str]
    """Of the supervisor who asks; "*": all."""
    actor: str
    version: int | None = None
    """What they saw; None: whatever stands."""


async def missed(desk: StaffOffice, appointments: Collection[str] | None = None) -> Mapping[str, tuple[Missed, ...]]:
    """By appointment, of these (None: of all that are to come): whom it did not reach. Raises Unavailable."""
    office = desk.office
    if appointments is None:
        appointments = await office.mailroom.in_trouble(office.clock.now() - DAY, MOST)
    letters = await office.mailroom.letters_of_many(appointments)
    found: dict[str, tuple[Missed, ...]] = {}
    worth = {one for one, theirs in letters.items() if any(map(rules.is_worth_a_look, theirs))}
    for count, entry in enumerate(await office.diary.entries_of(worth), start=1):
        found[entry.appointment.id] = tuple(_missed(desk, entry, letters[entry.appointment.id]))
        if count % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found


async def send_link_again(desk: StaffOffice, wish: Wish) -> Verdict:
    """A fresh link to the citizen of an appointment, as staff's page sends it; the old one is dead.

    Says why not, and puts that on record, too. Raises Unavailable: then nothing was done.
    """
    office = desk.office
    entry = await office.diary.entry(wish.appointment)
    verdict = await _judged(desk, wish, entry)
    if verdict.is_open and entry is not None:
        try:
            await fresh_link(office, wish.actor, entry, verdict)
        except Refused as no:
            verdict = no.verdict
    if not verdict.is_open:
        subject, room = (entry.appointment.id, entry.appointment.room) if entry is not None else ("", "")
        await office.records.keep(office.line("fresh-link", wish.actor, subject, verdict, room))
    return verdict


async def _judged(desk: StaffOffice, wish: Wish, entry: Entry | None) -> Verdict:
    office = desk.office
    letters = await office.mailroom.letters_of(wish.appointment) if entry is not None else ()
    theirs = _of_citizen(entry, letters) if entry is not None else ()
    verdict = rules.may_send_again(
        wish.units,
        entry.appointment if entry is not None else None,
        _unreached(desk, entry, theirs) if entry is not None else None,
        office.clock.now(),
        is_here=entry is not None and is_here(desk, entry),
    )
    if verdict.is_open and wish.version not in {None, version_of(theirs)}:
        said = Said("version", Decision.REFUSE, Reason.CHANGED_MEANWHILE)
        return Verdict(Decision.REFUSE, Reason.CHANGED_MEANWHILE, (*verdict.said, said))
    return verdict


def is_here(desk: StaffOffice, entry: Entry) -> bool:
    """Whether somebody of the appointment is at the door of its room, or inside."""
    state = desk.office.house.rooms.get(entry.appointment.room)
    if state is None:
        return False
    booked = entry.appointment.id
    waits = any(person.appointment == booked for person in state.queue)
    return waits or any(person.appointment == booked for person in state.inside)


def version_of(letters: Collection[Letter]) -> int:
    """Of one person's letters: milliseconds of their last change."""
    return max((int(letter.changed_at * 1000) for letter in letters), default=0)


def _missed(desk: StaffOffice, entry: Entry, letters: Collection[Letter]) -> Iterator[Missed]:
    people = [(entry.citizen, Role.CITIZEN), *((one.person, Role.COMPANION) for one in entry.companions)]
    for person, role in people:
        theirs = tuple(one for one in letters if one.person == person.id)
        found = _unreached(desk, entry, theirs)
        if found is None:
            continue
        may = (
            role is Role.CITIZEN
            and rules.may_send_again(
                frozenset({entry.appointment.unit}),
                entry.appointment,
                found,
                desk.office.clock.now(),
                is_here=is_here(desk, entry),
            ).is_open
        )
        yield Missed(entry, person, role, found, version_of(theirs), may)


def _of_citizen(entry: Entry, letters: Collection[Letter]) -> tuple[Letter, ...]:
    return tuple(one for one in letters if one.person == entry.citizen.id)


def _unreached(desk: StaffOffice, entry: Entry, theirs: Collection[Letter]) -> Unreached | None:
    return rules.unreached(
        entry.appointment, theirs, desk.office.clock.now(), tells=desk.book.tells, is_here=is_here(desk, entry)
    )
