"""What staff do from their page to whoever waits or is inside: the door's own acts, for those who may, on record."""

from xmpp_agent.flows.attendance import attended
from xmpp_agent.flows.finish import finish
from xmpp_agent.flows.heard import heard
from xmpp_agent.flows.let_in import let_in
from xmpp_agent.flows.office import new_id, refusal
from xmpp_agent.flows.put_back import put_back
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.talk import write_to
from xmpp_agent.flows.turn_away import turn_away
from xmpp_agent.model.appointments import Entry
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.model.visitors import Session
from xmpp_agent.model.words import PUT_BACK, both
from xmpp_agent.ports.diary import Look
from xmpp_agent.rules.passes import seat_of

LONGEST_WORDS = 500


async def let_one_in(desk: StaffOffice, who: Session, appointment_id: str) -> None:
    """Let in the citizen of an appointment who waits. Raises Refused (the rules' word), Unavailable."""
    entry, room = await desk.entry_for(who, appointment_id)

    async def act(_: RoomState) -> Verdict:
        return await let_in(desk.office.house, room.node, _seat(entry), who.person)

    await desk.at_the_door(who, room.node, act)
    acted_on(desk, who, entry, "let-in")


async def turn_one_away(desk: StaffOffice, who: Session, appointment_id: str, words: str) -> None:
    """Refuse the citizen of an appointment, with words they read. Raises Refused, Unavailable."""
    entry, room = await desk.entry_for(who, appointment_id)

    async def act(_: RoomState) -> Verdict:
        text = words.strip()[:LONGEST_WORDS]
        verdict = await turn_away(desk.office.house, room.node, _seat(entry), who.person, text)
        return await _heard(desk, who, "turn-away", room.node, verdict)

    await desk.at_the_door(who, room.node, act)
    acted_on(desk, who, entry, "turn-away")


async def write_to_one(desk: StaffOffice, who: Session, appointment_id: str, words: str) -> None:
    """Write to the citizen of an appointment who waits. Raises Refused, Unavailable."""
    entry, room = await desk.entry_for(who, appointment_id)

    async def act(_: RoomState) -> Verdict:
        verdict = await write_to(desk.office.house, room.node, _seat(entry), who.person, _text(words))
        return await _heard(desk, who, "write", room.node, verdict)

    await desk.at_the_door(who, room.node, act)


async def write_to_all(desk: StaffOffice, who: Session, node: str, words: str) -> None:
    """Write to everybody who waits for a room, each for themselves. Raises Refused, Unavailable."""

    async def act(_: RoomState) -> Verdict:
        verdict = await write_to(desk.office.house, node, None, who.person, _text(words))
        return await _heard(desk, who, "write", node, verdict)

    await desk.at_the_door(who, node, act)


async def send_back(desk: StaffOffice, who: Session, appointment_id: str, words: str) -> None:
    """Put the people of a visit back to wait; without words of staff's own they read ours.

    Raises Refused, Unavailable.
    """
    entry, room = await desk.entry_for(who, appointment_id)

    async def act(_: RoomState) -> Verdict:
        text = words.strip()[:LONGEST_WORDS] or both(PUT_BACK)
        return await put_back(desk.office.house, room.node, appointment_id, who.person, text)

    await desk.at_the_door(who, room.node, act)
    acted_on(desk, who, entry, "put-back")


async def finish_visit(desk: StaffOffice, who: Session, appointment_id: str) -> None:
    """End the visit of an appointment and clear the room; whoever was inside has attended.

    Raises Refused (another visit, or none, goes on; Prosody did not do it), Unavailable.
    """
    entry, room = await desk.entry_for(who, appointment_id)
    arrived = False

    async def act(state: RoomState) -> Verdict:
        nonlocal arrived
        if state.visit is None or state.visit.appointment != appointment_id:
            raise refusal("staff_act", Reason.NO_SUCH_VISIT)
        arrived = state.visit.arrived
        return await finish(desk.office.house, room.node, who.person)

    await desk.at_the_door(who, room.node, act)
    if arrived:
        await attended(desk, appointment_id)
    acted_on(desk, who, entry, "finish")


def acted_on(desk: StaffOffice, who: Session, entry: Entry, act: str) -> None:
    """In the citizen's access log: who did what to them. The act itself is on record already."""
    look = Look(new_id(), entry.citizen.id, desk.office.clock.now(), who.person, act)
    desk.office.records.jot(desk.office.line("look", who.person, entry.appointment.id), look)
    desk.office.changed(entry.appointment.id)


def _seat(entry: Entry) -> str:
    return seat_of(entry.citizen.id, entry.appointment.id)


def _text(words: str) -> str:
    text = words.strip()[:LONGEST_WORDS]
    if not text:
        raise refusal("staff_act", Reason.BAD_REQUEST)
    return text


async def _heard(desk: StaffOffice, who: Session, act: str, node: str, verdict: Verdict) -> Verdict:
    return await heard(desk.office.house, desk.confirm, act, verdict, room=node, actor=who.person)
