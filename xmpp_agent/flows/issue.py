"""Making passes: for staff and one room, for a visitor and one appointment; each on record before it leaves."""

from xmpp_agent.flows.office import Office, new_id, refusal
from xmpp_agent.model.appointments import Appointment, Room
from xmpp_agent.model.people import CompanionKind, Level, Pass, Person, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules import passes


async def staff_pass(office: Office, staff: Person, room: Room, level: Level = Level.NONE) -> str:
    """A token for a member of staff and a room they own or cover. Raises Refused, Unavailable."""
    if staff.id != room.owner and staff.id not in room.covers:
        raise refusal("staff_open_rooms", Reason.NOT_STAFF_HERE)
    now = office.clock.now()
    pass_ = Pass(
        id=new_id(),
        role=Role.STAFF,
        person=staff.id,
        seat=passes.seat_of(staff.id, room.node),
        room=room.node,
        issued_at=now,
        not_before=now,
        expires_at=now + passes.STAFF_LIFE,
        level=level,
    )
    return await _minted(office, pass_, staff)


async def visitor_pass(
    office: Office, appointment: Appointment, person: Person, kind: CompanionKind | None, session: Session
) -> str:
    """A token for the citizen of an appointment or (with a kind) a companion. Raises Unavailable."""
    now = office.clock.now()
    pass_ = Pass(
        id=new_id(),
        role=Role.COMPANION if kind else Role.CITIZEN,
        person=person.id,
        seat=passes.seat_of(person.id, appointment.id),
        room=appointment.room,
        issued_at=now,
        not_before=now,
        expires_at=passes.visitor_until(appointment),
        appointment=appointment.id,
        level=session.level,
        proved=session.proved,
        kind=kind,
        link=session.link,
    )
    return await _minted(office, pass_, person)


async def _minted(office: Office, pass_: Pass, person: Person) -> str:
    await office.records.keep(office.line("pass", person.id, pass_.id))
    return office.passes.mint(pass_, person.name)
