"""Companions of an appointment that stands: somebody more comes with the citizen, or does not come after all."""

from dataclasses import replace

from xmpp_agent.flows.booking import By, kept_reach, new_link, read_guest
from xmpp_agent.flows.office import Office, new_id, refusal
from xmpp_agent.flows.rebooking import facts_of, find, insisting, judge, keep, letters_about, recall
from xmpp_agent.flows.withdraw import bury
from xmpp_agent.model.appointments import Companion, Entry
from xmpp_agent.model.people import CompanionKind, Person, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports.diary import Enrolment, Parted
from xmpp_agent.rules import booking as rules
from xmpp_agent.rules.guests import Typed
from xmpp_agent.rules.ladder import on_parting


async def add_companion(
    office: Office, appointment_id: str, kind: CompanionKind, typed: Typed, by: By, version: int | None = None
) -> tuple[Entry, Companion]:
    """Somebody more comes with the citizen, on a link of their own. Raises Refused, Unavailable."""
    guest = read_guest(typed)

    async def once() -> tuple[Entry, Companion]:
        entry = await find(office, appointment_id, by, version)
        before = entry.appointment
        companion = Companion(before.id, Person(new_id(), before.unit, guest.name), kind)
        after = Entry(replace(before, version=before.version + 1), entry.citizen, (*entry.companions, companion))
        judge(office, "companion-in", rules.COMPANIONS, facts_of(office, after, before, by), by)
        enrolled = Enrolment(companion.person, Role.COMPANION, kept_reach(guest.reach, before.policy))
        link = new_link(office.marks, before.id, companion.person.id, office.clock.now())
        letters = await letters_about(office, after)
        return await keep(office, "companion-in", after, by, enrolled, companion, link, *letters), companion

    return await insisting(once)


async def remove_companion(
    office: Office, appointment_id: str, person_id: str, by: By, version: int | None = None
) -> Entry:
    """A companion no longer comes: their links and passes are dead, and whoever is connected on one is put out.

    If they were written to they are told that they need not come.

    Raises Refused, Unavailable.
    """

    async def once() -> Entry:
        entry = await find(office, appointment_id, by, version)
        before, now = entry.appointment, office.clock.now()
        rest = tuple(companion for companion in entry.companions if companion.person.id != person_id)
        if len(rest) == len(entry.companions):
            raise refusal("companion-out", Reason.UNKNOWN_COMPANION)
        after = Entry(replace(before, version=before.version + 1), entry.citizen, rest)
        judge(office, "companion-out", rules.COMPANIONS, facts_of(office, after, before, by), by)
        links = await office.visitors.links_of(before.id)
        dead = [replace(new.link, revoked_at=now) for new in links if new.link.person == person_id]
        written = await office.mailroom.letters_of(before.id)
        letters = (*await letters_about(office, after), *on_parting(after, person_id, written, now))
        await keep(office, "companion-out", after, by, Parted(before.id, person_id), *dead, *letters)
        theirs = [pass_id for pass_id, known in office.house.known.items() if known.person.id == person_id]
        bury(office.house, theirs)
        await recall(office, theirs, by)
        return after

    return await insisting(once)
