"""A citizen whose way in is another one from now on: a link of their own, and nothing of what somebody else said."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from xmpp_agent.flows import recording
from xmpp_agent.flows.booking import By, new_link
from xmpp_agent.flows.no_show import dead_links
from xmpp_agent.flows.office import Office, new_id
from xmpp_agent.model.appointments import Appointment, Entry
from xmpp_agent.model.visitors import ArrivalStep, Part
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Noun
from xmpp_agent.rules.arrival import of_another
from xmpp_agent.rules.ladder import on_new_address
from xmpp_agent.rules.recording import another


async def way_in(office: Office, after: Entry) -> tuple[Noun, ...]:
    """A link of their own for whoever it is now, and their invitation: the link of before may be in strange hands."""
    booked, now = after.appointment, office.clock.now()
    letters = on_new_address(after, await office.mailroom.letters_of(booked.id), now)
    return (*await dead_links(office, after), new_link(office.marks, booked.id, after.citizen.id, now), *letters)


async def nothing_of_before(office: Office, after: Entry) -> tuple[Noun, ...]:
    """Somebody else is invited: they proved nothing of what the one of before did, and said nothing of recordings."""
    booked, citizen, now = after.appointment, after.citizen.id, office.clock.now()
    arrival = await office.visitors.arrival(booked.id, citizen)
    arrived = (ArrivalStep(of_another(arrival), Part.PERSON),) if arrival is not None else ()
    consents = (await office.house.recordings.consents([booked.id])).get(booked.id, ())
    recordings = (await office.house.recordings.of([booked.id])).get(booked.id, ())
    void = another.void(new_id(), citizen, consents, recordings, now)
    return (*arrived, *((void,) if void is not None else ()), *another.declined(booked, recordings, now))


@asynccontextmanager
async def answers_held(office: Office, appointment_id: str) -> AsyncIterator[None]:
    """Nobody answers for as long as the block runs. Raises Unavailable when too much is going on."""
    async with office.house.lanes.held(recording.answers_lane(appointment_id)) as held:
        if not held:
            raise Unavailable("too many answer at this moment")
        yield


async def ends_recording(office: Office, appointment: Appointment, by: By) -> None:
    """The visit's recording is over: it is on the yes of somebody else. Raises Unavailable."""
    house, node = office.house, appointment.room
    house.settle(replace(house.rooms[node], agreed=house.rooms[node].agreed - {appointment.citizen}))
    await recording.stop(house, node, by.actor)
