"""The hotline's page: a row for each call of the unit, for as long as it is not over and a while after."""

from dataclasses import dataclass

from xmpp_agent.flows.office import refusal
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import colleagues_of
from xmpp_agent.model.appointments import DAY, Room
from xmpp_agent.model.calls import Call
from xmpp_agent.model.letters import About, Failure, Letter
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules import hotline as rules
from xmpp_agent.rules.hotline import Act, Stage, stage

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
    acts: tuple[Act, ...]
    """What this member of staff may do about it now."""
    failure: Failure | None
    """Why the message did not go out."""


async def calls_of(desk: StaffOffice, who: Session) -> tuple[CallRow, ...]:
    """Every call of the unit, newest first. Raises Unavailable."""
    office = desk.office
    calls = await desk.calls.of_unit(who.unit, office.clock.now() - SHOWN)
    letters = await office.mailroom.letters_of_many([call.appointment for call in calls])
    staff = {person.id: person.name for person in await colleagues_of(office, who.unit)}
    rooms = await office.store.rooms({call.room for call in calls})
    rows = []
    for call in calls:
        room, theirs = rooms.get(call.room), letters.get(call.appointment, ())
        if room is not None:
            rows.append(_shown(await as_it_stands(desk, who, call, room, theirs), newest_message(theirs), staff))
    return tuple(rows)


async def call_for(desk: StaffOffice, who: Session, call_id: str) -> rules.Row:
    """A call this member of staff may act on, as it stands. Raises Refused, Unavailable."""
    call = await desk.calls.call(call_id)
    if call is None:
        raise refusal("hotline", Reason.NO_APPOINTMENT)
    room = await desk.room_for(who, call.room)
    return await as_it_stands(desk, who, call, room, await desk.office.mailroom.letters_of(call.appointment))


def _shown(row: rules.Row, newest: Letter | None, staff: dict[str, str]) -> CallRow:
    call = row.call
    return CallRow(
        id=call.id,
        appointment=call.appointment,
        room=call.room,
        stage=row.at,
        made_at=call.made_at,
        changed_at=call.changed_at,
        number=call.number if call.staff == row.person else "",
        staff=staff.get(call.staff, ""),
        acts=rules.offers(row),
        failure=newest.failure if newest is not None else None,
    )


async def as_it_stands(
    desk: StaffOffice, who: Session, call: Call, room: Room, letters: tuple[Letter, ...]
) -> rules.Row:
    """A call for one who looks, from its letters and everything else that is known of it. Raises Unavailable."""
    links = await desk.office.visitors.links_of(call.appointment)
    notes = await desk.notes.of([call.appointment])
    state = desk.office.house.rooms.get(call.room)
    at = stage(
        call,
        newest_message(letters),
        opened=any(new.link.opened_at is not None for new in links),
        inside=state is not None and any(person.arrived for person in state.visitors()),
    )
    return rules.Row(call, room, at, who.person, who.supervises, notes.get(call.appointment, ()))


def newest_message(letters: tuple[Letter, ...]) -> Letter | None:
    """The last one that was to bring the caller their link."""
    about = [letter for letter in letters if letter.about is About.HOTLINE]
    return max(about, key=lambda letter: letter.changed_at, default=None)
