"""A hotline caller behind their link: one button, no login, no name; one browser, and back again if the line drops."""

from dataclasses import dataclass, replace

from xmpp_agent.flows import citizen
from xmpp_agent.flows.issue import visitor_pass
from xmpp_agent.flows.office import Office, Refused, refusal
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.calls import Call
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Arrival, ArrivalStep, Link, Part, Session
from xmpp_agent.ports.calls import Calls
from xmpp_agent.rules import hotline
from xmpp_agent.rules.jitsi_address import Entrance, address

RULE = "hotline_link"


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a hotline link for this browser."""

    reason: Reason
    """ALLOWED, or why the button is not there: CALL_OVER, SEAT_TAKEN (another browser was in), NO_PASS (replaced)."""
    unit: Unit
    entry: Entry
    link: Link
    call: Call
    arrival: Arrival
    again: bool
    """This browser has been in and may come back."""


@dataclass(frozen=True, slots=True, repr=False)
class Entered:
    """The way in. `cookie` is new for a browser that was not bound to the link yet, else empty."""

    address: str
    session: Session
    cookie: str


async def caller_link(office: Office, calls: Calls, code: str, session: Session | None = None) -> Behind | None:
    """What stands behind a link; None: it is not that of a call's own caller. Changes nothing.

    Raises Unavailable.
    """
    link = await office.visitors.link(office.marks.mark("link", code))
    call = await calls.for_appointment(link.appointment) if link is not None else None
    entry = await office.diary.entry(call.appointment) if call is not None else None
    unit = await office.diary.unit(call.unit) if call is not None else None
    if link is None or call is None or entry is None or unit is None or link.person != entry.citizen.id:
        return None
    arrival = await office.visitors.arrival(call.appointment, link.person) or Arrival(call.appointment, link.person)
    asked = hotline.Entry(office.clock.now(), link, call, session, arrival.passed_by)
    bound = session is not None and session.link == link.mark
    return Behind(hotline.may_enter(asked), unit, entry, link, call, arrival, bound and arrival.passed_at is not None)


async def caller_enters(
    office: Office, calls: Calls, code: str, session: Session | None, *, camera_off: bool = False, language: str = ""
) -> Entered:
    """The one button: the link is this browser's from now on, and in. Raises Refused, Unavailable."""
    async with office.house.lanes.held(f"link {office.marks.mark('link', code)}") as held:  # one of two browsers
        behind = await caller_link(office, calls, code, session) if held else None
        if behind is None:
            raise refusal(RULE, Reason.NO_PASS)
        await _must_be_allowed(office, behind)
        cookie = ""
        if session is None or session.link != behind.link.mark or session.expires_at <= office.clock.now():
            session, cookie = await citizen.begin(office, code)
        booked, person = behind.entry.appointment, behind.entry.citizen
        token = await visitor_pass(office, booked, person, None, session)
        inside = replace(behind.arrival, passed_at=office.clock.now(), passed_by=session.mark)
        line = office.line("went-in", person.id, booked.id, room=booked.room)
        await office.records.keep(line, ArrivalStep(inside, Part.PASSED))
    office.changed(booked.id)
    entrance = Entrance(
        office.meet_origin, booked.room, behind.unit.meeting_title, language or booked.language, camera_off
    )
    return Entered(address(entrance, token), session, cookie)


async def _must_be_allowed(office: Office, behind: Behind) -> None:
    """A no is on record: a link that went to somebody else is worth knowing of."""
    if behind.reason is Reason.ALLOWED:
        return
    said = Said(RULE, Decision.REFUSE, behind.reason)
    verdict = Verdict(Decision.REFUSE, behind.reason, (said,))
    office.records.jot(office.line("caller", behind.link.person, behind.call.appointment, verdict, behind.call.room))
    raise Refused(verdict)
