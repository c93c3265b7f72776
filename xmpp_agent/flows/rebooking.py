"""An appointment that stands is changed, moved or cancelled; the door knows at once."""

import contextlib
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeVar

from xmpp_agent.flows import invited_anew
from xmpp_agent.flows.booking import (
    NEXT_FREE,
    TRIES,
    By,
    Whom,
    as_it_stands,
    kept_reach,
    look_up,
    read_guest,
    staff_and_room,
)
from xmpp_agent.flows.hooks import tells
from xmpp_agent.flows.office import Office, Refused, new_id, refusal
from xmpp_agent.flows.withdraw import bury, judge_anew, misfits, revoke_pass, send_home
from xmpp_agent.model.appointments import Appointment, Entry
from xmpp_agent.model.callers import ALL_UNITS, Event
from xmpp_agent.model.letters import Letter
from xmpp_agent.model.people import Person, Reach, Role
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.booking import Standing
from xmpp_agent.ports.diary import Conflict, Enrolment, Look, Noun
from xmpp_agent.rules import booking as rules
from xmpp_agent.rules import guests
from xmpp_agent.rules.booking import WayIn, way_in
from xmpp_agent.rules.guests import Typed
from xmpp_agent.rules.ladder import on_cancel, on_change, on_fresh_link

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
    subject: str | None = None
    description: str | None = None


NOTHING = Change()


@dataclass(frozen=True, slots=True, repr=False)
class To:
    """Another time (seconds since 1970), another member of staff (`NEXT_FREE`: whoever is free); None: as it is."""

    starts_at: float | None = None
    ends_at: float | None = None
    staff: Whom | None = None


@dataclass(frozen=True, slots=True, repr=False)
class _Draft:
    """What an appointment is to become, neither judged nor written yet; `after` is the entry itself: nothing else."""

    after: Entry
    facts: rules.Facts
    nouns: tuple[Noun, ...] = ()
    way: WayIn = WayIn.SAME


@dataclass(frozen=True, slots=True, repr=False)
class _Where:
    """When and with whom an appointment is to be, and what stands of that."""

    starts_at: float
    ends_at: float
    whom: Whom
    standing: Standing
    unit: Unit
    is_elsewhere: bool


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
        draft = await _rewritten(office, entry, wish, by)
        if wish != NOTHING:
            judge(office, "change", rules.CHANGE, draft.facts, by)
        if draft.after is entry:
            return as_it_stands(office, entry, by)
        after = await _written(office, "change", entry, draft, by)
        await _door_knows(office, entry, after, draft.way, by)
        return after

    return await insisting(once)


async def move(office: Office, appointment_id: str, to: To, by: By, version: int | None = None) -> Entry:
    """Another time, another member of staff, or both. Links stay.

    Whoever waits on a pass for the room of before, or for a time that is no longer now, is told so.
    Raises Refused, Unavailable.
    """
    return await revise(office, appointment_id, NOTHING, to, by, version)


async def revise(
    office: Office, appointment_id: str, wish: Change, to: To, by: By, version: int | None = None
) -> Entry:
    """A change and a move at once: judged together and written at once, or nothing of either stands.

    What is as it was is not judged. Raises Refused, Unavailable.
    """

    async def once() -> Entry:
        entry = await find(office, appointment_id, by, version)
        async with office.house.lanes.held(entry.appointment.room) as held:  # nobody is let in meanwhile
            if not held:
                raise Unavailable("too much is going on in that room")
            draft = await _rewritten(office, entry, wish, by)
            where = await _where(office, entry, to, by)
            asked = rules.CHANGE if wish != NOTHING else ()
            if where.is_elsewhere or not asked:
                asked += tuple(rule for rule in rules.MOVE if rule not in asked)
            act = "change" if wish != NOTHING else "move"
            judge(office, act, asked, _facts_there(office, entry, draft, where), by)
            if where.is_elsewhere:
                draft = _placed(office, draft, where)
            elif draft.after is entry:
                return as_it_stands(office, entry, by)
            after = await _written(office, act, entry, draft, by)
        await _door_knows(office, entry, after, draft.way, by)
        return after

    return await insisting(once)


async def cancel(office: Office, appointment_id: str, by: By, version: int | None = None) -> Entry:
    """It will not take place; a second time changes nothing. A visit already going on is staff's to end.

    Raises Refused, Unavailable.
    """

    async def once() -> Entry:
        entry = await find(office, appointment_id, by, version)
        before, now = entry.appointment, office.clock.now()
        if before.cancelled:
            return entry
        judge(office, "cancel", rules.CANCEL, facts_of(office, entry, before, by), by)
        after = called_off(entry, now)
        letters = on_cancel(after, await office.mailroom.letters_of(before.id), now)
        await keep(office, "cancel", after, by, *letters)
        await send_home(office.house, before.id, by.actor, Reason.APPOINTMENT_CANCELLED)
        return after

    return await insisting(once)


def called_off(entry: Entry, now: float) -> Entry:
    """The same, as it stands when it will not take place."""
    before = entry.appointment
    return replace(
        entry, appointment=replace(before, cancelled_at=now, version=before.version + 1, sequence=before.sequence + 1)
    )


async def _rewritten(office: Office, entry: Entry, wish: Change, by: By) -> _Draft:
    """The appointment with what is otherwise about citizen and case. Raises Refused (unreadable), Unavailable."""
    before = entry.appointment
    if wish == NOTHING:
        return _Draft(entry, facts_of(office, entry, before, by))
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
        subject=_or(wish.subject, before.subject),
        description=_or(wish.description, before.description),
    )
    facts = replace(facts_of(office, entry, appointment, by), policy=policy, reach=guests.channels(guest.reach))
    citizen = replace(entry.citizen, name=guest.name)
    kept = kept_reach(guest.reach, appointment.policy)
    after = Entry(appointment, citizen, entry.companions)
    if after == entry and kept == reach:
        return _Draft(entry, facts)
    return _Draft(after, facts, (Enrolment(citizen, Role.CITIZEN, kept),), way_in(before, appointment, reach, kept))


async def _where(office: Office, entry: Entry, to: To, by: By) -> _Where:
    """When and with whom it is to be, and what stands of that. Raises Refused (no such unit), Unavailable."""
    before = entry.appointment
    starts_at, ends_at = _or(to.starts_at, before.starts_at), _or(to.ends_at, before.ends_at)
    whom = to.staff or (Whom(person=before.staff) if before.staff else NEXT_FREE)
    standing = await look_up(office, before.unit, before.policy.id, whom, starts_at, by)
    if standing.unit is None:
        raise refusal("move", Reason.UNKNOWN_UNIT)
    same = not before.staff if whom == NEXT_FREE else standing.staff is not None and standing.staff.id == before.staff
    elsewhere = not same or (starts_at, ends_at) != (before.starts_at, before.ends_at)
    return _Where(starts_at, ends_at, whom, standing, standing.unit, elsewhere)


def _facts_there(office: Office, entry: Entry, draft: _Draft, where: _Where) -> rules.Facts:
    standing = where.standing
    return replace(
        draft.facts,
        starts_at=where.starts_at,
        ends_at=where.ends_at,
        staff=standing.staff,
        staff_is_missing=bool(where.whom.person) and standing.staff is None,
        visit_is_on=_visit_is_on(office, entry.appointment),
    )


def _placed(office: Office, draft: _Draft, where: _Where) -> _Draft:
    """The draft at that time, in the room of whoever it is with then."""
    who, room, made = staff_and_room(office.marks, where.unit, where.whom, where.standing, where.starts_at)
    appointment = replace(
        draft.after.appointment,
        starts_at=where.starts_at,
        ends_at=where.ends_at,
        room=room.node,
        staff="" if where.whom == NEXT_FREE else who.id,
        sequence=draft.after.appointment.sequence + 1,
    )
    # Whatever the appointment points to comes before it.
    return replace(draft, after=replace(draft.after, appointment=appointment), nouns=(*made, *draft.nouns))


async def _written(office: Office, act: str, entry: Entry, draft: _Draft, by: By) -> Entry:
    """The draft as it stands from now on, with its letters and whatever the citizen needs to come in."""
    appointment = replace(draft.after.appointment, version=entry.appointment.version + 1)
    after = replace(draft.after, appointment=appointment)
    if draft.way in (WayIn.LOST, WayIn.ANOTHER):
        more = await invited_anew.way_in(office, after)
    else:
        more = await letters_about(office, after, anew=draft.way is WayIn.ADDED)
    if draft.way is not WayIn.ANOTHER:
        return await keep(office, act, after, by, *draft.nouns, *more)
    async with invited_anew.answers_held(office, appointment.id):
        void = await invited_anew.nothing_of_before(office, after)
        return await keep(office, act, after, by, *draft.nouns, *more, *void)


async def _door_knows(office: Office, entry: Entry, after: Entry, way: WayIn, by: By) -> None:
    """Whoever waits where it no longer is is told so; what was for whoever must not come in any more is dead."""
    before, now = entry.appointment, after.appointment
    if now.sequence != before.sequence:
        if not rules.goes_on_waiting(before.room, now, office.clock.now()):
            await send_home(office.house, before.id, by.actor, Reason.APPOINTMENT_MOVED)
        await recall(office, misfits(office.house, now), by)
    if way in (WayIn.LOST, WayIn.ANOTHER) and not _visit_is_on(office, before):
        await _shut_out(office, before, by)
    if way is WayIn.ANOTHER and _visit_is_on(office, before):
        await invited_anew.ends_recording(office, before, by)


async def _shut_out(office: Office, appointment: Appointment, by: By) -> None:
    """Passes that the citizen's link gave so far are dead; whoever is connected on one is put out."""
    ident, citizen = appointment.id, appointment.citizen
    known = office.house.known.items()
    theirs = [one for one, of in known if of.pass_.appointment == ident and of.person.id == citizen]
    bury(office.house, theirs)
    await recall(office, theirs, by)


async def letters_about(office: Office, after: Entry, *, anew: bool = False) -> tuple[Letter, ...]:
    """What is written to people about the change; `anew`: the citizen's address is another one."""
    before, now = await office.mailroom.letters_of(after.appointment.id), office.clock.now()
    letters = on_change(after, before, now)
    if anew and rules.hears_again(before, after.citizen.id):
        letters += on_fresh_link(after, before, after.citizen.id, now)
    return letters


async def keep(office: Office, act: str, after: Entry, by: By, *nouns: Noun) -> Entry:
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


async def recall(office: Office, passes: Collection[str], by: By) -> None:
    """Take passes back and close what is connected on them."""
    for pass_id in passes:
        # Dead already, in memory and by what is written down: not confirmed by Prosody is not more alive.
        with contextlib.suppress(Unavailable):
            await revoke_pass(office.house, pass_id, by.actor)


async def insisting(act: Callable[[], Awaitable[T]]) -> T:
    """Do it anew on what stands when somebody else was first; who named a version is refused by `find` then."""
    for _ in range(TRIES):
        with contextlib.suppress(Conflict):
            return await act()
    raise Unavailable("others change the same at this moment")


def facts_of(office: Office, after: Entry, appointment: Appointment, by: By) -> rules.Facts:
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


def judge(office: Office, act: str, asked: tuple[rules.Rule, ...], facts: rules.Facts, by: By) -> None:
    """Ask the rules; a no is on record. Raises Refused."""
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
