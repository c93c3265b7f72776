"""A supervisor moves somebody who waits to a colleague of the unit: whom there is to choose from, and the move."""

from dataclasses import dataclass

from xmpp_agent.flows.colleague import hand_over
from xmpp_agent.flows.office import Refused, refusal
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import colleagues_of
from xmpp_agent.model.people import Person
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Session
from xmpp_agent.rules.door_acts import may_move


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """One colleague. `repr` tells nothing."""

    person: Person
    is_in: bool
    """Whether they are in their room."""
    waiting: int
    """How many stand in their lobby."""


async def colleagues_for(desk: StaffOffice, who: Session, node: str, seat: str) -> tuple[Choice, ...]:
    """To whom somebody who waits may be moved: those in their room first, then those for whom fewest wait.

    Raises Refused, Unavailable.
    """
    room = await desk.room_for(who, node)
    _appointment_of(desk, node, seat)
    found = []
    for person in await colleagues_of(desk.office, room.unit):
        if person.id == room.owner:
            continue
        theirs = await desk.office.diary.room_of(person.id, room.day)
        state = desk.office.house.rooms.get(theirs.node) if theirs is not None else None
        found.append(_choice(person, state))
    return tuple(sorted(found, key=lambda one: (not one.is_in, one.waiting, one.person.name, one.person.id)))


async def move(desk: StaffOffice, who: Session, node: str, seat: str, colleague: str) -> None:
    """Give their appointment to a colleague: their room, the same link, the same place. Raises Refused, Unavailable."""
    await desk.room_for(who, node)
    desk.see_prosody()
    await hand_over(desk, who, _appointment_of(desk, node, seat), colleague)


def _appointment_of(desk: StaffOffice, node: str, seat: str) -> str:
    """Of somebody who waits there and may be moved. Raises Refused."""
    state = desk.office.house.rooms.get(node)
    person = state.waiting(seat) if state is not None else None
    if state is None or person is None:
        raise refusal("door_acts", Reason.NOT_WAITING)
    verdict = may_move(state, seat)
    if not verdict.is_open:
        raise Refused(verdict)
    return person.appointment


def _choice(person: Person, state: RoomState | None) -> Choice:
    is_in = state is not None and bool(state.staff_inside())
    return Choice(person, is_in, sum(bool(w.jid) for w in state.queue) if state is not None else 0)
