"""An appointment that stands is changed, moved or cancelled, companions come and go; the door knows at once."""

import contextlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeVar

from xmpp_agent.flows.booking import (
    NEXT_FREE,
    TRIES,
    By,
    Whom,
    kept_reach,
    look_up,
    new_link,
    read_guest,
    staff_and_room,
)
from xmpp_agent.flows.hooks import tells
from xmpp_agent.flows.no_show import dead_links
from xmpp_agent.flows.office import Office, Refused, new_id, refusal
from xmpp_agent.flows.withdraw import bury, judge_anew, misfits, revoke_pass, send_home
from xmpp_agent.model.appointments import Appointment, Companion, Entry
from xmpp_agent.model.callers import ALL_UNITS, Event
from xmpp_agent.model.letters import Letter
from xmpp_agent.model.people import CompanionKind, Person, Reach, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import ArrivalStep, Part
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Conflict, Enrolment, Look, Noun, Parted
from xmpp_agent.rules import booking as rules
from xmpp_agent.rules import guests
from xmpp_agent.rules.arrival import of_another
from xmpp_agent.rules.guests import Typed
from xmpp_agent.rules.ladder import on_cancel, on_change, on_fresh_link, on_new_address

T = TypeVar("T")


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """What is to be otherwise; None: as it is. Empty text: nothing any more. `repr` tells nothing."""

    policy: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    cpr: str | None = None
    case_ref: str | None = None
    language: str | None = None
    met: bool | None = None
    asked: bool | None = None


async def find(office: Office, appointment_id: str, by: By, version: int | None = None) -> Entry:
    """An appointment of the units that whoever asks may see; `version`: the one they have seen.

    A hotline call is not the calendar's: it was never booked, and its link leads straight in.
    Raises Refused (there is none, or it is another version), Unavailable.
    """
    entry = await office.diary.entry(appointment_id)
    if entry is None or (ALL_UNITS not in by.units and entry.appointment.unit not in by.units):
        raise refusal("booking", Reason.NO_APPOINTMENT)
    room = await office.diary.room(entry.appointment.room)
    if room is None or not room.day:
        raise refusal("booking", Reason.NO_APPOINTMENT)
    if version is not None and entry.appointment.version != version:
        raise refusal("booking", Reason.CHANGED_MEANWHILE)
    return entry


async def change(office: Office, appointment_id: str, wish: Change, by: By, version: int | None = None) -> Entry:
    """Change what is known of the citizen and the case; time, staff and companions have acts of their own.

    Raises Refused, Unavailable.
    """

    async def once() -> Entry:
        entry = await find(office, appointment_id, by, version)
        before = entry.appointment
        policy = before.policy if wish.policy is None else await office.diary.policy(wish.policy)
        reach = await office.diary.reach(entry.citizen.id)
        guest = read_guest(_typed(wish, entry.citizen, reach))
        appointment = replace(
            before,
            policy=policy or before.policy,
            invited=before.invited if wish.cpr is None else _invited(office, guest.reach.cpr),
            case_ref=_or(wish.case_ref, before.case_ref),
            language=_or(wish.language, before.language),
            met=_or(wish.met, before.met),
            asked=_or(wish.asked, before.asked),
            version=before.version + 1,
        )
        facts = replace(_facts(office, entry, appointment, by), policy=policy, reach=guests.channels(guest.reach))
        _judge(office, "change", rules.CHANGE, facts, by)
        citizen = replace(entry.citizen, name=guest.name)
        kept = kept_reach(guest.reach, appointment.policy)
        after = Entry(appointment, citizen, entry.companions)
        enrolled = Enrolment(citizen, Role.CITIZEN, kept)
        other = bool(before.invited) and appointment.invited != before.invited
        if not other and not rules.is_readdressed(reach, kept):
            anew = (kept.phone, kept.email) != (reach.phone, reach.email)
            letters = await _letters(office, after, anew=anew)
            return await _keep(office, "change", after, by, enrolled, *letters)
        way_in = await _way_in(office, after, other=other)
        await _keep(office, "change", after, by, enrolled, *way_in)
        if not _visit_is_on(office, before):
            await _shut_out(office, before, by)
        return after

    return await _insisting(once)


async def move(
    office: Office,
    appointment_id: str,
    starts_at: float,
    ends_at: float,
    by: By,
    *,
    staff: Whom | None = None,
    version: int | None = None,
) -> Entry:
    """Another time, another member of staff (None: the same; `NEXT_FREE`: whoever is free), or both. Links stay.

    Whoever waits on a pass for the room of before, or for a time that is no longer now, is told so.
    Raises Refused, Unavailable.
    """

    async def once() -> Entry:
        entry = await find(office, appointment_id, by, version)
        before = entry.appointment
        async with office.house.lanes.held(before.room) as held:
            if not held:
                raise Unavailable("too much is going on in that room")
            after = await _moved(office, entry, (starts_at, ends_at), staff, by)
        if after is entry:
            return entry
        if not rules.goes_on_waiting(before.room, after.appointment, office.clock.now()):
            await send_home(office.house, before.id, by.actor, Reason.APPOINTMENT_MOVED)
        await _recall(office, misfits(office.house, after.appointment), by)
        return after

    return await _insisting(once)


async def cancel(office: Office, appointment_id: str, by: By, version: int | None = None) -> Entry:
    """It will not take place; a second time changes nothing. A visit already going on is staff's to end.

    Raises Refused, Unavailable.
    """

    async def once() -> Entry:
        entry = await find(office, appointment_id, by, version)
        before, now = entry.appointment, office.clock.now()
        if before.cancelled:
            return entry
        _judge(office, "cancel", rules.CANCEL, _facts(office, entry, before, by), by)
        after = called_off(entry, now)
        letters = on_cancel(after, await office.mailroom.letters_of(before.id), now)
        await _keep(office, "cancel", after, by, *letters)
        await send_home(office.house, before.id, by.actor, Reason.APPOINTMENT_CANCELLED)
        return after

    return await _insisting(once)


def called_off(entry: Entry, now: float) -> Entry:
    """The same, as it stands when it will not take place."""
    before = entry.appointment
    return replace(
        entry, appointment=replace(before, cancelled_at=now, version=before.version + 1, sequence=before.sequence + 1)
    )


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
        _judge(office, "companion-in", rules.COMPANIONS, _facts(office, after, before, by), by)
        enrolled = Enrolment(companion.person, Role.COMPANION, kept_reach(guest.reach, before.policy))
        link = new_link(office.marks, before.id, companion.person.id, office.clock.now())
        letters = await _letters(office, after)
        return await _keep(office, "companion-in", after, by, enrolled, companion, link, *letters), companion

    return await _insisting(once)


async def remove_companion(
    office: Office, appointment_id: str, person_id: str, by: By, version: int | None = None
) -> Entry:
    """A companion no longer comes: their links and passes are dead, and whoever is connected on one is put out.

    Raises Refused, Unavailable.
    """

    async def once() -> Entry:
        entry = await find(office, appointment_id, by, version)
        before, now = entry.appointment, office.clock.now()
        rest = tuple(companion for companion in entry.companions if companion.person.id != person_id)
        if len(rest) == len(entry.companions):
            raise refusal("companion-out", Reason.UNKNOWN_COMPANION)
        after = Entry(replace(before, version=before.version + 1), entry.citizen, rest)
        _judge(office, "companion-out", rules.COMPANIONS, _facts(office, after, before, by), by)
        links = await office.visitors.links_of(before.id)
        dead = [replace(new.link, revoked_at=now) for new in links if new.link.person == person_id]
        letters = await _letters(office, after)
        await _keep(office, "companion-out", after, by, Parted(before.id, person_id), *dead, *letters)
        theirs = [pass_id for pass_id, known in office.house.known.items() if known.person.id == person_id]
        bury(office.house, theirs)
        await _recall(office, theirs, by)
        return after

    return await _insisting(once)


async def _moved(office: Office, entry: Entry, times: tuple[float, float], staff: Whom | None, by: By) -> Entry:
    """The move itself, judged and written down while nobody is let in."""
    before = entry.appointment
    whom = staff or (Whom(person=before.staff) if before.staff else NEXT_FREE)
    standing = await look_up(office, before.unit, before.policy.id, whom, times[0], by)
    moved = replace(before, starts_at=times[0], ends_at=times[1])
    facts = replace(
        _facts(office, entry, moved, by),
        staff=standing.staff,
        staff_is_missing=bool(whom.person) and standing.staff is None,
        visit_is_on=_visit_is_on(office, before),
    )
    _judge(office, "move", rules.MOVE, facts, by)
    if standing.unit is None:
        raise refusal("move", Reason.UNKNOWN_UNIT)
    who, room, made = staff_and_room(office.marks, standing.unit, whom, standing, times[0])
    moved = replace(moved, room=room.node, staff="" if whom == NEXT_FREE else who.id)
    if moved == before:
        return entry
    appointment = replace(moved, version=before.version + 1, sequence=before.sequence + 1)
    after = replace(entry, appointment=appointment)
    return await _keep(office, "move", after, by, *made, *await _letters(office, after))


async def _way_in(office: Office, after: Entry, *, other: bool) -> tuple[Noun, ...]:
    """A link of their own for whoever it is now, and their invitation: the link of before may be in strange hands.

    `other`: somebody else is invited, who proved nothing of what the one of before did.
    """
    booked, citizen, now = after.appointment, after.citizen.id, office.clock.now()
    letters = on_new_address(after, await office.mailroom.letters_of(booked.id), now)
    link = new_link(office.marks, booked.id, citizen, now)
    arrival = await office.visitors.arrival(booked.id, citizen) if other else None
    arrived = (ArrivalStep(of_another(arrival), Part.PERSON),) if arrival is not None else ()
    return (*await dead_links(office, after), link, *arrived, *letters)


async def _shut_out(office: Office, appointment: Appointment, by: By) -> None:
    """Passes that the citizen's link gave so far are dead; whoever is connected on one is put out."""
    ident, citizen = appointment.id, appointment.citizen
    known = office.house.known.items()
    theirs = [one for one, of in known if of.pass_.appointment == ident and of.person.id == citizen]
    bury(office.house, theirs)
    await _recall(office, theirs, by)


async def _letters(office: Office, after: Entry, *, anew: bool = False) -> tuple[Letter, ...]:
    """What is written to people about the change; `anew`: the citizen's address is another one."""
    before, now = await office.mailroom.letters_of(after.appointment.id), office.clock.now()
    letters = on_change(after, before, now)
    if anew and rules.hears_again(before, after.citizen.id):
        letters += on_fresh_link(after, before, after.citizen.id, now)
    return letters


async def _keep(office: Office, act: str, after: Entry, by: By, *nouns: Noun) -> Entry:
    """Write it down with its line, webhooks and access log; from then on the door judges by it."""
    appointment, now = after.appointment, office.clock.now()
    event = Event.CANCELLED if appointment.cancelled else Event.CHANGED
    look = Look(new_id(), after.citizen.id, now, by.actor, act)
    # Whatever the appointment points to (a new room) comes before it.
    line = office.line(act, by.actor, appointment.id, room=appointment.room)
    await office.records.keep(line, *nouns, appointment, *tells(appointment, event, now), look)
    judge_anew(office.house, appointment)
    office.changed(appointment.id)
    return after


async def _recall(office: Office, passes: Collection[str], by: By) -> None:
    """Take passes back and close what is connected on them."""
    for pass_id in passes:
        # Dead already, in memory and by what is written down: not confirmed by Prosody is not more alive.
        with contextlib.suppress(Unavailable):
            await revoke_pass(office.house, pass_id, by.actor)


async def _insisting(act: Callable[[], Awaitable[T]]) -> T:
    """Do it anew on what stands when somebody else was first; who named a version is refused by `find` then."""
    for _ in range(TRIES):
        with contextlib.suppress(Conflict):
            return await act()
    raise Unavailable("others change the same at this moment")


def _facts(office: Office, after: Entry, appointment: Appointment, by: By) -> rules.Facts:
    """What the rules ask about an appointment that stands (`before`) and is to be as given."""
    return rules.Facts(
        now=office.clock.now(),
        scope=by.units,
        unit_id=appointment.unit,
        unit=None,
        policy=appointment.policy,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        identified=bool(appointment.invited),
        reach=frozenset(),
        met=appointment.met,
        asked=appointment.asked,
        companions=len(after.companions),
        before=after.appointment,
    )


def _judge(office: Office, act: str, asked: tuple[rules.Rule, ...], facts: rules.Facts, by: By) -> None:
    verdict = rules.judge(asked, facts)
    if not verdict.is_open:
        subject = facts.before.id if facts.before is not None else ""
        office.records.jot(office.line(act, by.actor, subject, verdict))
        raise Refused(verdict)


def _visit_is_on(office: Office, appointment: Appointment) -> bool:
    state = office.house.rooms.get(appointment.room)
    return state is not None and state.visit is not None and state.visit.appointment == appointment.id


def _invited(office: Office, cpr: str) -> str:
    return office.marks.cpr(cpr) if cpr else ""


def _typed(wish: Change, citizen: Person, reach: Reach) -> Typed:
    return Typed(
        _or(wish.name, citizen.name),
        _or(wish.phone, reach.phone),
        _or(wish.email, reach.email),
        _or(wish.cpr, reach.cpr),
    )


def _or(given: T | None, standing: T) -> T:
    return standing if given is None else given
