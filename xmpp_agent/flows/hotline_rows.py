"""The hotline's page: a row for each call of the unit, for as long as it is not over and a while after."""

from dataclasses import dataclass

from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import colleagues_of
from xmpp_agent.model.appointments import DAY
from xmpp_agent.model.calls import Call
from xmpp_agent.model.letters import About, Failure, Letter
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules.hotline import Stage, stage
from xmpp_agent.rules.staff_acts import may_see

SHOWN = DAY / 2
"""Seconds a call stays on the page after its end."""


@dataclass(frozen=True, slots=True, repr=False)
class CallRow:
    """One call as it is shown to this member of staff. `repr` tells nothing."""

    id: str
    appointment: str
    room: str
    stage: Stage
    made_at: float
    changed_at: float
    number: str
    """Only for whoever made the call, and until it is erased; else empty."""
    staff: str
    """Name of whoever made it."""
    is_mine: bool
    may_act: bool
    failure: Failure | None
    """Why the message did not go out."""


async def calls_of(desk: StaffOffice, who: Session) -> tuple[CallRow, ...]:
    """Every call of the unit, newest first. Raises Unavailable."""
    office = desk.office
    calls = await desk.calls.of_unit(who.unit, office.clock.now() - SHOWN)
    letters = await office.mailroom.letters_of_many([call.appointment for call in calls])
    staff = {person.id: person.name for person in await colleagues_of(office, who.unit)}
    return tuple([await _row(desk, who, call, letters.get(call.appointment, ()), staff) for call in calls])


async def _row(
    desk: StaffOffice, who: Session, call: Call, letters: tuple[Letter, ...], staff: dict[str, str]
) -> CallRow:
    about = [letter for letter in letters if letter.about is About.HOTLINE]
    newest = max(about, key=lambda letter: letter.changed_at, default=None)
    links = await desk.office.visitors.links_of(call.appointment)
    state = desk.office.house.rooms.get(call.room)
    is_mine = call.staff == who.person
    return CallRow(
        id=call.id,
        appointment=call.appointment,
        room=call.room,
        stage=stage(
            call,
            newest,
            opened=any(new.link.opened_at is not None for new in links),
            inside=state is not None and any(person.arrived for person in state.visitors()),
        ),
        made_at=call.made_at,
        changed_at=call.changed_at,
        number=call.number if is_mine else "",
        staff=staff.get(call.staff, ""),
        is_mine=is_mine,
        may_act=is_mine or may_see(who.supervises, call.unit),
        failure=newest.failure if newest is not None else None,
    )
