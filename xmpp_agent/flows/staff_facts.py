"""What is known of one appointment for its row: gathered here, judged by the rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from xmpp_agent.flows.house import House
from xmpp_agent.flows.let_in import judge
from xmpp_agent.flows.recording import people_inside
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.appointments import Entry, Room
from xmpp_agent.model.letters import Letter
from xmpp_agent.model.notes import Note
from xmpp_agent.model.recordings import Closing, Consent, Recording
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.visitors import Arrival, Link
from xmpp_agent.rules import staff_day
from xmpp_agent.rules.invitation import Invited, invitation
from xmpp_agent.rules.no_show import Evidence, gather
from xmpp_agent.rules.recording.may_record import FILE, Asked, next_press
from xmpp_agent.rules.staff_day import Facts


@dataclass(frozen=True, slots=True)
class Papers:
    """What is written down about some appointments, read in one go."""

    arrivals: Mapping[tuple[str, str], Arrival] = field(default_factory=dict)
    letters: Mapping[str, tuple[Letter, ...]] = field(default_factory=dict)
    notes: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    consents: Mapping[str, tuple[Consent, ...]] = field(default_factory=dict)
    recordings: Mapping[str, tuple[Recording, ...]] = field(default_factory=dict)
    closings: Mapping[str, Closing] = field(default_factory=dict)
    in_room: Mapping[str, tuple[Recording, ...]] = field(default_factory=dict)
    """By node of a room in which one of these visits goes on: everything recorded there."""
    links: tuple[Link, ...] = ()
    """Only read for one appointment at a time."""


async def papers_of(desk: StaffOffice, ids: tuple[str, ...]) -> Papers:
    """The papers of these appointments. Raises Unavailable."""
    office = desk.office
    rooms = office.house.rooms.values()
    busy = [state.room.node for state in rooms if state.visit is not None and state.visit.appointment in ids]
    return Papers(
        arrivals=await office.visitors.arrivals(ids),
        letters=await office.mailroom.letters_of_many(ids),
        notes=await desk.notes.of(ids),
        consents=await desk.recordings.consents(ids),
        recordings=await desk.recordings.of(ids),
        closings=await desk.recordings.closings(ids),
        in_room={node: await desk.recordings.in_room(node) for node in busy},
    )


async def facts_of_one(desk: StaffOffice, entry: Entry, room: Room) -> Facts:
    """Everything about one appointment, links too. Raises Unavailable."""
    papers = await papers_of(desk, (entry.appointment.id,))
    links = tuple(new.link for new in await desk.office.visitors.links_of(entry.appointment.id))
    return facts(desk, entry, room, replace(papers, links=links))


def facts(desk: StaffOffice, entry: Entry, room: Room, papers: Papers) -> Facts:
    """The facts of one row, as of now."""
    house, now, booked = desk.office.house, desk.office.clock.now(), entry.appointment
    state = house.rooms.get(room.node)
    known = Facts(
        now=now,
        entry=entry,
        room=room,
        state=state,
        arrival=papers.arrivals.get((booked.id, entry.citizen.id)),
        notes=papers.notes.get(booked.id, ()),
        consents=papers.consents.get(booked.id, ()),
        recordings=papers.recordings.get(booked.id, ()),
        closing=papers.closings.get(booked.id),
    )
    knock = known.knock
    written = papers.letters.get(booked.id, ())
    letters = [one for one in written if one.person == entry.citizen.id]
    to_call = frozenset(
        companion.person.id
        for companion in entry.companions
        if invitation([one for one in written if one.person == companion.person.id], now).state is Invited.CALL
    )
    letting_in = None
    if state is not None and knock is not None and knock.jid:
        letting_in = judge(house, state, knock, staff_lets_in=True).reason
    return replace(
        known,
        evidence=_evidence(known, letters, papers.links),
        letting_in=letting_in,
        invitation=invitation(letters, now),
        to_call=to_call,
        pressing=_pressing(house, known, papers.in_room.get(room.node, ())),
    )


def _evidence(known: Facts, letters: Collection[Letter], links: Collection[Link]) -> Evidence:
    """What shows whether the citizen was reached and came."""
    knock, state, citizen = known.knock, known.state, known.entry.citizen.id
    return gather(
        letters,
        (link for link in links if link.person == citizen),
        known.arrival,
        knocked_at=knock.since if knock is not None else None,
        is_here=staff_day.is_here(known),
        staff_there=state is not None and bool(state.staff_inside()),
    )


def _pressing(house: House, known: Facts, in_room: Collection[Recording]) -> Reason | None:
    """What the next press of Jitsi's record button would be told in the visit of this appointment."""
    policy, state = known.appointment.policy, known.state
    if known.visit is None or state is None or not policy.recording_allowed:
        return None
    staff = next((house.known.get(one.pass_id) for one in state.staff_inside()), None)
    people = people_inside(house, state)
    return next_press(Asked(staff, state, FILE, policy, people, known.consents, in_room))
