"""The hotline: a number becomes a room, a link and a message in one act; sent again, marked over, forgotten."""

from dataclasses import dataclass
from functools import partial

from xmpp_agent.flows.attendance import attended, told_in
from xmpp_agent.flows.booking import new_link
from xmpp_agent.flows.finish import finish
from xmpp_agent.flows.hotline_rows import call_for
from xmpp_agent.flows.no_show import dead_links
from xmpp_agent.flows.office import Office, Refused, new_id, refusal
from xmpp_agent.flows.staff_facts import facts_of_one
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import open_room, unit_of
from xmpp_agent.model.appointments import Appointment, Entry, Policy, Room
from xmpp_agent.model.calls import Call, CallState
from xmpp_agent.model.people import Person, Reach, Role
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.model.visitors import Session
from xmpp_agent.ports.diary import Enrolment, Look, Noun
from xmpp_agent.rules import hotline as rules
from xmpp_agent.rules.ladder import on_hotline
from xmpp_agent.rules.letter_steps import unsent_dropped
from xmpp_agent.rules.numbers import e164, takes_messages
from xmpp_agent.rules.opening_hours import local_time
from xmpp_agent.rules.staff_day import Act, may_do

POLICY = "hotline"
"""Id of the appointment type that hotline calls follow."""


@dataclass(frozen=True, slots=True, repr=False)
class Started:
    """A call that is on its way. `address` is where its staff go in and wait; it holds a pass."""

    call: str
    address: str


async def start_call(desk: StaffOffice, who: Session, typed: str, language: str = "da") -> Started:
    """Send a link to a number that rings. Raises Refused (no number, no hotline), Unavailable.

    Everything that must stand for the caller to come in stands, with the message to be sent, or nothing does.
    """
    number = _number(typed)
    office = desk.office
    unit = await unit_of(office, who.unit)
    ident = new_id()
    caller = Person(ident, unit.id, f"Opkald {local_time(unit, office.clock.now())}")
    enrolled = Enrolment(caller, Role.CITIZEN, Reach(phone=number))
    return await _start(desk, who, _Caller(ident, unit.id, caller, number, (enrolled,)), language)


async def take_by_phone(desk: StaffOffice, who: Session, appointment_id: str, language: str = "da") -> Started:
    """Meet the citizen of an appointment now, by a link to the number that is kept, without login or lobby.

    Raises Refused (not theirs, over or going on, no number kept, no hotline), Unavailable.
    """
    entry, room = await desk.entry_for(who, appointment_id)
    verdict = may_do(Act.PHONE, await facts_of_one(desk, entry, room))
    if not verdict.is_open:
        raise Refused(verdict)
    number = _number((await desk.office.diary.reach(entry.citizen.id)).phone)
    look = Look(new_id(), entry.citizen.id, desk.office.clock.now(), who.person, "take-by-phone")
    whom = _Caller(new_id(), entry.appointment.unit, entry.citizen, number, (look,), entry.appointment.case_ref)
    return await _start(desk, who, whom, language)


async def send_link_again(desk: StaffOffice, who: Session, call_id: str) -> None:
    """A fresh link to the same number; the old one is dead.

    Raises Refused (the call is over, a message is being sent), Unavailable.
    """
    room = (await call_for(desk, who, call_id)).room
    # In the lane in which the end of a call is written: no link goes out that the end did not see.
    await desk.in_lane(told_in(room.node), partial(_send_again, desk, who, call_id))


async def _send_again(desk: StaffOffice, who: Session, call_id: str) -> None:
    office, row = desk.office, await call_for(desk, who, call_id)
    verdict, call = rules.may_do(rules.Act.AGAIN, row), row.call
    if not verdict.is_open:
        raise Refused(verdict)
    entry = await desk.entry(call.appointment)
    before, now = await office.mailroom.letters_of(call.appointment), office.clock.now()
    letters = on_hotline(entry, before, entry.citizen.id, now)
    if not letters:  # the one with the link of now is being handed over at this moment
        raise refusal("hotline", Reason.LETTER_ON_ITS_WAY)
    fresh = new_link(office.marks, call.appointment, entry.citizen.id, now)
    line = office.line("hotline-again", who.person, call.appointment, room=call.room)
    await office.records.keep(line, *await dead_links(office, entry), fresh, *letters)
    office.changed(call.appointment)


async def promise_call_back(desk: StaffOffice, who: Session, call_id: str) -> None:
    """Somebody rings the caller back, and everybody sees so. Raises Refused (not lost, or promised), Unavailable."""
    room = (await call_for(desk, who, call_id)).room

    async def note() -> None:
        office, row = desk.office, await call_for(desk, who, call_id)
        verdict, call = rules.may_do(rules.Act.PROMISE, row), row.call
        if not verdict.is_open:
            raise Refused(verdict)
        line = office.line("call-back-promised", who.person, call.appointment, verdict, room=call.room)
        await office.records.keep(line, rules.promised(call, office.clock.now()))

    await desk.in_lane(told_in(room.node), note)
    desk.office.changed((await call_for(desk, who, call_id)).call.appointment)


async def rung_back(desk: StaffOffice, who: Session, call_id: str) -> None:
    """The caller with whom contact was lost was rung back: the call is over. Nobody is put out by it.

    Raises Refused (they are inside again, it is over), Unavailable.
    """
    await end_call(desk, who, call_id, rules.Act.TAKEN)


async def end_call(desk: StaffOffice, who: Session, call_id: str, act: rules.Act = rules.Act.END) -> None:
    """The call is over: whoever is inside is put out, the link dies, the number has the policy's time left.

    A message of which nobody knows that it went out is not tried again: its link would lead nowhere.

    Raises Refused (Prosody did not do it: then nothing is over), Unavailable.
    """
    office = desk.office
    call = (await call_for(desk, who, call_id)).call
    entry = await desk.entry(call.appointment)

    async def job() -> Verdict | None:
        if act is rules.Act.TAKEN and not (may := rules.may_do(act, await call_for(desk, who, call_id))).is_open:
            raise Refused(may)
        state = office.house.rooms.get(call.room)
        return await finish(office.house, call.room, who.person) if state is not None and state.visit else None

    verdict = await desk.in_lane(call.room, job)
    if verdict is not None and not verdict.is_open:
        raise Refused(verdict)
    if call.state is not CallState.SENT_FOR:
        await attended(desk, call.appointment)

    async def note() -> None:
        # Read again where what the room tells of the call is written, so that neither overwrites the other.
        now_is = (await call_for(desk, who, call_id)).call
        now = office.clock.now()
        over = rules.ended(now_is, entry.appointment.policy.plan.keep_reach, now)
        unsent = unsent_dropped(await office.mailroom.letters_of(call.appointment), now)
        line = office.line("hotline-over", who.person, call.appointment, room=call.room)
        await office.records.keep(line, over, *unsent)

    await desk.in_lane(told_in(call.room), note)
    office.changed(call.appointment)


@dataclass(frozen=True, slots=True, repr=False)
class _Caller:
    """Who is called, under which id of the call, by which unit, and what of them is kept with it."""

    call: str
    unit: str
    person: Person
    number: str
    nouns: tuple[Noun, ...]
    case_ref: str = ""


async def _start(desk: StaffOffice, who: Session, whom: _Caller, language: str) -> Started:
    office, now = desk.office, desk.office.clock.now()
    policy = await _policy(office)
    room = Room(new_id(), whom.unit, who.person, "")
    booked = _appointment(who, whom, room, policy, now)
    link = new_link(office.marks, booked.id, whom.person.id, now)
    letters = on_hotline(Entry(booked, whom.person), (), whom.person.id, now)
    call = Call(
        id=whom.call,
        unit=whom.unit,
        staff=who.person,
        appointment=booked.id,
        room=room.node,
        number=whom.number,
        state=CallState.SENT_FOR,
        made_at=now,
        changed_at=now,
        erase_at=booked.ends_at + policy.plan.keep_reach,
    )
    line = office.line("hotline", who.person, booked.id, room=room.node)
    await office.records.keep(line, *whom.nouns, room, booked, link, *letters, call)
    office.changed(booked.id)
    return Started(call.id, await open_room(desk, who, room.node, language))


def _appointment(who: Session, whom: _Caller, room: Room, policy: Policy, now: float) -> Appointment:
    return Appointment(
        id=new_id(),
        unit=whom.unit,
        citizen=whom.person.id,
        invited="",
        room=room.node,
        policy=policy,
        starts_at=now,
        ends_at=now + rules.LASTS,
        case_ref=whom.case_ref,
        staff=who.person,
        made_at=now,
    )


async def _policy(office: Office) -> Policy:
    policy = await office.diary.policy(POLICY)
    if policy is None or not rules.is_for_hotline(policy):
        raise refusal("hotline", Reason.NO_HOTLINE)
    return policy


def _number(typed: str) -> str:
    number = e164(typed)
    if number is None or not takes_messages(number):
        raise refusal("hotline", Reason.NO_NUMBER)
    return number
