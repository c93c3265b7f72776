"""A citizen or companion comes by their link: what they see next, and what each press of a button does.

Looking (`look`, `by_session`) changes nothing, so that scanners and previews may look as often as they like.
"""

import secrets
from dataclasses import dataclass, replace

from xmpp_agent.flows.issue import visitor_pass
from xmpp_agent.flows.office import Office, new_id, refusal
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.people import CompanionKind, Level, Person
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Arrival, ArrivalStep, DeviceTest, Link, Part, Session, SessionKind
from xmpp_agent.ports.diary import Look
from xmpp_agent.ports.login import Identity
from xmpp_agent.rules import arrival as arrival_rules
from xmpp_agent.rules import staff_day
from xmpp_agent.rules.arrival import Facts, Step, next_step
from xmpp_agent.rules.jitsi_address import Entrance, address
from xmpp_agent.rules.opening_hours import is_open
from xmpp_agent.rules.passes import seat_of


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a link, as the pages show them."""

    step: Step
    link: Link
    entry: Entry
    unit: Unit
    person: Person
    kind: CompanionKind | None
    arrival: Arrival
    opens_at: float
    is_known: bool
    """Whether this browser is shown to be theirs, as far as that is asked for."""

    @property
    def is_asked(self) -> bool:
        """Whether they may be shown that there is a question about recording at all."""
        return self.is_known and self.entry.appointment.policy.recording_allowed


async def look(office: Office, code: str, session: Session | None = None) -> Visitor | None:
    """What stands behind a link, and what comes next for this browser. None: nothing does, say that it is dead."""
    link = await office.visitors.link(office.marks.mark("link", code))
    return await _visitor(office, link, session)


async def by_session(office: Office, session: Session) -> Visitor | None:
    """The same for a browser that is bound to a link already."""
    return await _visitor(office, await office.visitors.link(session.link) if session.link else None, session)


async def begin(office: Office, code: str) -> tuple[Session, str]:
    """The first button behind a link: bind this browser to it. Answers the session and its cookie.

    Raises Refused (the link is dead), Unavailable.
    """
    visitor = await look(office, code)
    if visitor is None:
        raise refusal("link", Reason.NO_PASS)
    now, cookie = office.clock.now(), new_cookie()
    appointment = visitor.entry.appointment
    session = Session(
        mark=office.marks.mark("session", cookie),
        kind=SessionKind.CITIZEN,
        person=visitor.person.id,
        made_at=now,
        expires_at=arrival_rules.session_ends(appointment),
        appointment=appointment.id,
        link=visitor.link.mark,
    )
    await _press(office, "link-opened", visitor, now, session)
    return session, cookie


async def tested(office: Office, code: str, result: DeviceTest) -> None:
    """Camera and microphone were tested behind a link, however early; staff see the result.

    Raises Refused (the link is dead, or there is no meeting to test for any more), Unavailable.
    """
    visitor = await look(office, code)
    if visitor is None or visitor.step in _NOTHING_TO_TEST_FOR:
        raise refusal("link", Reason.NO_PASS if visitor is None else REASONS[visitor.step])
    now = office.clock.now()
    step = ArrivalStep(replace(visitor.arrival, device=result, device_at=now), Part.DEVICE)
    await _press(office, "device-test", visitor, now, step)


async def of_age(office: Office, session: Session) -> None:
    """An interpreter says that they are 18 (Act 469 of 14 May 2025). Raises Refused, Unavailable."""
    visitor = await _bound(office, session)
    await _note(office, "of-age", Part.AGE, replace(visitor.arrival, of_age_at=office.clock.now()))


async def logged_in(office: Office, session: Session, identity: Identity) -> tuple[Session, str]:
    """The citizen came back from the login: a new session with what it proved, and its cookie (no fixation).

    Whether it is the invited person says the next step; staff see that somebody else tried. The CPR number is hashed
    here and kept nowhere. Raises Refused, Unavailable.
    """
    async with office.house.lanes.held(f"login {session.appointment} {session.person}") as held:
        if not held:
            raise refusal("login", Reason.TOO_LATE)
        return await _logged_in(office, session, identity)


async def _logged_in(office: Office, session: Session, identity: Identity) -> tuple[Session, str]:
    """One after the other for one person: what stands afterwards rests on what stood before."""
    visitor = await _bound(office, session)
    appointment, now, cookie = visitor.entry.appointment, office.clock.now(), new_cookie()
    proved = arrival_rules.best_proof(appointment, _proofs(office, identity))
    new = replace(
        session,
        mark=office.marks.mark("session", cookie),
        made_at=now,
        level=identity.level,
        proved=proved,
    )
    ended = replace(session, expires_at=now)
    verified = arrival_rules.is_verified(appointment, identity.level, proved)
    known = arrival_rules.after_login(visitor.arrival, identity.level, verified, now)
    decision = Decision.OPEN if verified else Decision.WAIT
    reason = Reason.ALLOWED if verified else Reason.WRONG_PERSON
    said = Said("right_person", decision, reason, f"level={identity.level.name}")
    line = office.line("login", visitor.person.id, appointment.id, Verdict(decision, reason, (said,)))
    seen = Look(new_id(), appointment.citizen, now, visitor.person.id, "login")
    await office.records.keep(line, ended, new, ArrivalStep(known, Part.LOGIN), seen)
    office.changed(appointment.id)
    return new, cookie


async def stand_in_line(office: Office, session: Session) -> int | None:
    """A sign of life of somebody in the unit's shared queue: their place from 1; None once somebody called them.

    Raises Refused (something else comes first for them), Unavailable.
    """
    visitor = await _bound(office, session)
    if visitor.step is Step.GO:
        return None
    if visitor.step is not Step.IN_LINE:
        raise refusal("arrival", Reason.NOT_WAITING)
    now, appointment = office.clock.now(), visitor.entry.appointment
    arrival = visitor.arrival
    if arrival.waiting_since is None:
        await _note(office, "in-line", Part.LINE, replace(arrival, waiting_since=now, seen_at=now))
    elif arrival.seen_at is None or now - arrival.seen_at > staff_day.HERE_FOR / 3:
        seen = replace(arrival, seen_at=now)
        office.records.jot(office.line("in-line", visitor.person.id, appointment.id), ArrivalStep(seen, Part.SEEN))
    line = [entry.appointment.id for entry in await office.visitors.in_line(appointment.unit)]
    return line.index(appointment.id) + 1 if appointment.id in line else len(line) + 1


async def go(office: Office, session: Session, *, camera_off: bool = False, language: str = "") -> str:
    """The last button: the address in Jitsi with a fresh pass. Raises Refused (something is missing), Unavailable."""
    visitor = await _bound(office, session)
    if visitor.step is not Step.GO:
        raise refusal("arrival", REASONS.get(visitor.step, Reason.NOBODY_SAID_OPEN))
    appointment = visitor.entry.appointment
    token = await visitor_pass(office, appointment, visitor.person, visitor.kind, session)
    on_the_way = replace(visitor.arrival, passed_at=office.clock.now(), passed_by=session.mark)
    await _note(office, "went-in", Part.PASSED, on_the_way)
    spoken = language or appointment.language
    entrance = Entrance(office.meet_origin, appointment.room, visitor.unit.meeting_title, spoken, camera_off)
    return address(entrance, token)


REASONS = {
    Step.CANCELLED: Reason.APPOINTMENT_CANCELLED,
    Step.OVER: Reason.APPOINTMENT_OVER,
    Step.TOO_EARLY: Reason.TOO_EARLY,
    Step.WRONG_PERSON: Reason.WRONG_PERSON,
    Step.LEVEL_TOO_LOW: Reason.LEVEL_TOO_LOW,
    Step.USED_ELSEWHERE: Reason.SEAT_TAKEN,
    Step.DEAD_LINK: Reason.NO_PASS,
}
"""What keeps somebody at a step, in the reasons of the door."""
_NOTHING_TO_TEST_FOR = frozenset({Step.CANCELLED, Step.OVER})


async def session_of(office: Office, cookie: str) -> Session | None:
    """The session of a browser's cookie; None when there is none or it is over."""
    session = await office.visitors.session(office.marks.mark("session", cookie)) if cookie else None
    return session if session is not None and session.expires_at > office.clock.now() else None


def new_cookie() -> str:
    """What a browser keeps: 256 random bits."""
    return secrets.token_urlsafe(32)


async def _bound(office: Office, session: Session) -> Visitor:
    visitor = await by_session(office, session)
    if visitor is None:
        raise refusal("link", Reason.NO_PASS)
    return visitor


async def _press(office: Office, act: str, visitor: Visitor, now: float, noun: Session | ArrivalStep) -> None:
    """A button behind a link was pressed, in whatever browser: the link has arrived, and is opened from now on."""
    opened = visitor.link if visitor.link.opened_at is not None else replace(visitor.link, opened_at=now)
    await office.records.keep(office.line(act, visitor.person.id, visitor.entry.appointment.id), noun, opened)
    for listener in office.on_opened:
        await listener(opened)
    office.changed(visitor.entry.appointment.id)


async def _note(office: Office, act: str, part: Part, arrival: Arrival) -> None:
    step = ArrivalStep(arrival, part)
    await office.records.keep(office.line(act, arrival.person, arrival.appointment), step)
    office.changed(arrival.appointment)


async def _visitor(office: Office, link: Link | None, session: Session | None) -> Visitor | None:
    """Everything about the holder of a link, with the rule's word on what comes next."""
    entry = await office.diary.entry(link.appointment) if link is not None else None
    unit = await office.diary.unit(entry.appointment.unit) if entry is not None else None
    if link is None or entry is None or unit is None:
        return None
    person, kind = _who(entry, link.person)
    if person is None:
        return None
    appointment = entry.appointment
    found = await office.visitors.arrival(appointment.id, person.id)
    now = office.clock.now()
    state = office.house.rooms.get(appointment.room)
    visit = state.visit if state is not None else None
    facts = Facts(
        now=now,
        link=link,
        appointment=appointment,
        unit=unit,
        arrival=found,
        kind=kind,
        session=session,
        connected=bool(office.house.seats.get(seat_of(person.id, appointment.id))),
        inside=visit is not None and visit.appointment == appointment.id,
        is_open=is_open(unit, now),
    )
    step = next_step(facts)
    if step is Step.DEAD_LINK:
        return None
    arrival = found or Arrival(appointment.id, person.id)
    opens_at = arrival_rules.opens_at(appointment)
    is_known = arrival_rules.is_known(facts)
    return Visitor(step, link, entry, unit, person, kind, arrival, opens_at, is_known)


def _who(entry: Entry, person_id: str) -> tuple[Person | None, CompanionKind | None]:
    if entry.citizen.id == person_id:
        return entry.citizen, None
    companion = next((c for c in entry.companions if c.person.id == person_id), None)
    return (companion.person, companion.kind) if companion is not None else (None, None)


def _proofs(office: Office, identity: Identity) -> tuple[str, ...]:
    """Keyed hashes of what the login says of a person; none without a level."""
    if identity.level is Level.NONE:
        return ()
    of_cpr = (office.marks.cpr(identity.cpr),) if identity.cpr else ()
    return of_cpr + ((office.marks.mark("uuid", identity.uuid.lower()),) if identity.uuid else ())
