"""An appointment is booked: judged on what stands, written down whole with its letters, links and line on record."""

import asyncio
import base64
import json
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from xmpp_agent.flows.hooks import tells
from xmpp_agent.flows.office import Refused, Register, new_code, new_id, refusal
from xmpp_agent.model.appointments import Appointment, Companion, Entry, Policy, Room
from xmpp_agent.model.callers import ALL_UNITS, Event
from xmpp_agent.model.letters import Channel
from xmpp_agent.model.people import CompanionKind, Person, Reach, Role
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Link
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.booking import Named, Standing
from xmpp_agent.ports.diary import BookedAs, Conflict, Enrolment, Look, Marks, NewLink, Noun
from xmpp_agent.rules import booking as rules
from xmpp_agent.rules import guests
from xmpp_agent.rules.guests import Guest, Typed
from xmpp_agent.rules.ladder import on_booking

TRIES = 8
"""How often a booking is tried anew when others book the same room or colleague at that moment."""


@dataclass(frozen=True, slots=True)
class By:
    """Who books: what stands on record, and for which units they may."""

    actor: str
    """API key id, person id of staff, or `uid:<n>` of the command line."""
    caller: str = ""
    """API key id when a calling system asks: its external ids and webhooks count."""
    units: frozenset[str] = frozenset({ALL_UNITS})


@dataclass(frozen=True, slots=True, repr=False)
class Whom:
    """The member of staff an appointment is with; nothing given: the next free of the unit. `repr` tells nothing."""

    account: str = ""
    """What the employer calls them; enrolled when new."""
    name: str = ""
    """How people read it; only used on enrolment."""
    person: str = ""
    """Person id, for callers that know it."""


NEXT_FREE = Whom()


@dataclass(frozen=True, slots=True, repr=False)
class Wish:
    """What is to be booked. Times are seconds since 1970. Never logged: `repr` tells nothing."""

    unit: str
    policy: str
    starts_at: float
    ends_at: float
    citizen: Typed
    staff: Whom = NEXT_FREE
    companions: tuple[tuple[CompanionKind, Typed], ...] = ()
    case_ref: str = ""
    language: str = "da"
    met: bool = False
    asked: bool = False
    subject: str = ""
    description: str = ""
    external_id: str = ""
    id: str = ""
    """Id chosen by the caller: 26 characters of base32; empty: a random one."""
    invited: str = ""
    """Keyed hash of the citizen's identity, for whoever has no number to give."""


@dataclass(frozen=True, slots=True, repr=False)
class Booked:
    """What stands now, and whether it stood before. `repr` tells nothing."""

    entry: Entry
    links: tuple[NewLink, ...] = ()
    """Each person's link with its code; none when it stood before (`Visitors.links_of` has them)."""
    new: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class _Party:
    """Everybody of a wish, in the form that is kept, and the keyed hash of who was invited."""

    citizen: Guest
    companions: tuple[tuple[CompanionKind, Guest], ...]
    invited: str


async def book(office: Register, wish: Wish, by: By) -> Booked:
    """Book, or answer what the caller booked under the same external id with the same content.

    Raises Refused with every fault in the verdict, Unavailable.
    """
    party = _party(office.marks, wish)
    content = _content(office.marks, wish, party)
    for _ in range(TRIES):
        standing = await _look_up(office, wish, by)
        if has_room(standing, wish.starts_at):
            booked = await _book(office, wish, party, standing, by, content)
        else:
            async with one_at_a_time(office, wish.unit, wish.staff):
                booked = await _book(office, wish, party, await _look_up(office, wish, by), by, content)
        if booked is not None:
            return booked
    raise Unavailable("others book the same at this moment")


async def _book(office: Register, wish: Wish, party: _Party, standing: Standing, by: By, content: str) -> Booked | None:
    """One try on what stands; None: somebody else was first, what stands is different by now."""
    if standing.booked:
        return await _again(office, standing, by, content)
    verdict = rules.judge(rules.BOOK, _facts(office, wish, party, standing, by))
    if not verdict.is_open:
        office.records.jot(office.line("book", by.actor, standing.unit.id if standing.unit else "", verdict))
        raise Refused(verdict)
    try:
        return await _write(office, wish, party, standing, by, content)
    except Conflict:
        if wish.id and await office.diary.entry(wish.id) is not None:
            raise refusal("book", Reason.ID_TAKEN) from None
        return None


def has_room(standing: Standing, starts_at: float) -> bool:
    """Whether staff and room are there already, so that nobody has to wait for somebody else to make them."""
    if standing.unit is None or standing.staff is None:
        return False
    day = local_day(standing.unit, starts_at)
    return any(room.day == day for room in standing.rooms)


def one_at_a_time(office: Register, unit: str, staff: Whom) -> asyncio.Lock:
    """Held while a colleague or a room is made: others would make it too, and all but one in vain."""
    return office.making.setdefault(repr((unit, staff.account.strip().lower(), staff.person)), asyncio.Lock())


async def _look_up(office: Register, wish: Wish, by: By) -> Standing:
    return await look_up(office, wish.unit, wish.policy, wish.staff, wish.starts_at, by, wish.external_id)


async def look_up(
    office: Register, unit: str, policy: str, staff: Whom, starts_at: float, by: By, external_id: str = ""
) -> Standing:
    """What stands of everything a wish names. Raises Unavailable."""
    account = account_mark(office.marks, staff.account) if staff.account else ""
    nobody = not staff.account and not staff.person
    person = queue_owner(office.marks, unit) if nobody else staff.person
    # What lies beyond is refused by the rules; dates end before numbers do.
    then = datetime.fromtimestamp(min(max(starts_at, 0.0), office.clock.now() + rules.FURTHEST), UTC)
    days = tuple((then + timedelta(days=n)).date().isoformat() for n in (-1, 0, 1))
    named = Named(unit, policy, person, account, (days[0], days[1], days[2]), by.caller, external_id)
    return await office.bookings.standing(named)


def account_mark(marks: Marks, account: str) -> str:
    """By which a member of staff is found: booking and sign-on hash the same text."""
    return marks.mark("account", account.strip().lower())


def queue_owner(marks: Marks, unit: str) -> str:
    """Id of whoever stands for a unit's next free: owner of its queue's rooms, a member of staff in name only."""
    return "unit-" + marks.mark("unit", unit)[:32]


def local_day(unit: Unit, at: float) -> str:
    """ISO date at the unit's place."""
    return datetime.fromtimestamp(at, ZoneInfo(unit.timezone)).date().isoformat()


def staff_and_room(
    marks: Marks, unit: Unit, staff: Whom, standing: Standing, starts_at: float
) -> tuple[Person, Room, tuple[Noun, ...]]:
    """With whom and where, and what of it is new."""
    new: list[Noun] = []
    who = standing.staff
    if who is None and staff.account:
        who = Person(new_id(), unit.id, guests.plain_name(staff.name) or staff.account.partition("@")[0][:100])
        new.append(Enrolment(who, Role.STAFF, account=account_mark(marks, staff.account)))
    elif who is None:
        who = Person(queue_owner(marks, unit.id), unit.id, unit.name)
        new.append(Enrolment(who, Role.STAFF))
    day = local_day(unit, starts_at)
    room = next((room for room in standing.rooms if room.day == day), None)
    if room is None:
        room = Room(new_id(), unit.id, who.id, day)
        new.append(room)
    return who, room, tuple(new)


def appointment_id() -> str:
    """128 random bits in base32: as many as a UUID has, for systems that want to see one."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def new_link(marks: Marks, appointment: str, person: str, now: float) -> NewLink:
    """A fresh link for one person and one appointment."""
    code = new_code()
    return NewLink(Link(marks.mark("link", code), appointment, person, now), code)


def read_guest(typed: Typed) -> Guest:
    """The guest as they are kept. Raises Refused."""
    guest = guests.read(typed)
    if isinstance(guest, Reason):
        raise refusal("guest", guest)
    return guest


def _party(marks: Marks, wish: Wish) -> _Party:
    citizen = read_guest(wish.citizen)
    companions = tuple((kind, read_guest(typed)) for kind, typed in wish.companions)
    return _Party(citizen, companions, marks.cpr(citizen.reach.cpr) if citizen.reach.cpr else wish.invited)


def _content(marks: Marks, wish: Wish, party: _Party) -> str:
    """Keyed hash of everything wished for, in the form that is kept: spelling a number otherwise changes nothing."""
    staff = (account_mark(marks, wish.staff.account) if wish.staff.account else "", wish.staff.name, wish.staff.person)
    people = [("citizen", party.citizen), *party.companions]
    said = [
        *(wish.unit, wish.policy, wish.starts_at, wish.ends_at, staff, wish.case_ref, wish.language),
        *(wish.met, wish.asked, wish.external_id, wish.id, wish.invited),
        *((kind, g.name, g.reach.phone, g.reach.email, g.reach.cpr) for kind, g in people),
        *((wish.subject, wish.description) if wish.subject or wish.description else ()),
    ]
    return marks.mark("wish", json.dumps(said))


def _facts(office: Register, wish: Wish, party: _Party, standing: Standing, by: By) -> rules.Facts:
    return rules.Facts(
        now=office.clock.now(),
        scope=by.units,
        unit_id=wish.unit,
        unit=standing.unit,
        policy=standing.policy,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        identified=bool(party.invited),
        reach=guests.channels(party.citizen.reach),
        staff=standing.staff,
        staff_is_missing=bool(wish.staff.person) and standing.staff is None,
        met=wish.met,
        asked=wish.asked,
        companions=len(wish.companions),
    )


async def _again(office: Register, standing: Standing, by: By, content: str) -> Booked:
    """What stands under the external id, when it was made of the same wish; that it was looked at is on record."""
    entry = await office.diary.entry(standing.booked)
    if entry is None or standing.content != content:
        raise refusal("book", Reason.BOOKED_OTHERWISE)
    return Booked(as_it_stands(office, entry, by), new=False)


def as_it_stands(office: Register, entry: Entry, by: By) -> Entry:
    """The entry for whoever wished for nothing else: no new version, nobody is told; the look is on record."""
    look = Look(new_id(), entry.citizen.id, office.clock.now(), by.actor, "read")
    office.records.jot(office.line("read", by.actor, entry.appointment.id), look)
    return entry


async def _write(office: Register, wish: Wish, party: _Party, standing: Standing, by: By, content: str) -> Booked:
    unit, policy, now = standing.unit, standing.policy, office.clock.now()
    if unit is None or policy is None:
        raise refusal("book", Reason.UNKNOWN_UNIT)
    who, room, made = staff_and_room(office.marks, unit, wish.staff, standing, wish.starts_at)
    citizen = Person(new_id(), unit.id, party.citizen.name)
    appointment = Appointment(
        id=wish.id or appointment_id(),
        unit=unit.id,
        citizen=citizen.id,
        invited=party.invited,
        room=room.node,
        policy=policy,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        case_ref=wish.case_ref,
        subject=wish.subject,
        description=wish.description,
        external_id=wish.external_id,
        staff="" if wish.staff == NEXT_FREE else who.id,
        language=wish.language,
        caller=by.caller,
        met=wish.met,
        asked=wish.asked,
        made_at=now,
    )
    entry, people = _entry(appointment, citizen, party)
    named = (BookedAs(by.caller, wish.external_id, appointment.id, content),) if by.caller and wish.external_id else ()
    nouns: list[Noun] = [*made, *people, appointment, *named, *entry.companions]
    links = tuple(new_link(office.marks, appointment.id, person.person.id, now) for person in people)
    nouns += [*links, *on_booking(entry, now), *tells(appointment, Event.BOOKED, now)]
    look = Look(new_id(), citizen.id, now, by.actor, "book")
    await office.records.keep(office.line("book", by.actor, appointment.id, room=room.node), *nouns, look)
    office.changed(appointment.id)
    return Booked(entry, links)


def _entry(appointment: Appointment, citizen: Person, party: _Party) -> tuple[Entry, tuple[Enrolment, ...]]:
    """The appointment with its people, and each of them with what is kept of how to reach them."""
    people = [Enrolment(citizen, Role.CITIZEN, kept_reach(party.citizen.reach, appointment.policy))]
    companions = []
    for kind, guest in party.companions:
        person = Person(new_id(), appointment.unit, guest.name)
        people.append(Enrolment(person, Role.COMPANION, kept_reach(guest.reach, appointment.policy)))
        companions.append(Companion(appointment.id, person, kind))
    return Entry(appointment, citizen, tuple(companions)), tuple(people)


def kept_reach(reach: Reach, policy: Policy) -> Reach:
    """A CPR number is kept only for Digital Post; to know somebody again its keyed hash will do."""
    by_post = any(rung.channel is Channel.DIGITAL_POST for rung in policy.plan.ladder)
    return reach if by_post else replace(reach, cpr="")
