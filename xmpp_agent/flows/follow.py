"""Following what Prosody tells: rooms made and gone, people in and out, connections ended."""

from dataclasses import dataclass, replace

from xmpp_agent.flows import recording
from xmpp_agent.flows.house import House
from xmpp_agent.flows.let_in import invite_followers
from xmpp_agent.model.people import Role, SystemUser
from xmpp_agent.model.rooms import Occupant, Place, RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.words import WORDS, both
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules import queue, visits

TOLD = Verdict(Decision.OPEN, Reason.ALLOWED)


@dataclass(frozen=True, slots=True)
class Told:
    """One event of docs/gate-protocol.md; absent attributes are empty."""

    event: str
    at: float
    room: str = ""
    jid: str = ""
    nick: str = ""
    pass_id: str = ""
    why: str = ""
    session: str = ""
    """What Jicofo and the recorder call a recording."""
    meeting: str = ""
    """The room's `meetingId`, when Prosody gives rooms one."""


async def follow(house: House, told: Told) -> None:
    """Lay one event over the picture; what must not be is put right at once."""
    state = house.room_at(told.room)
    if state is None:
        return
    if told.event == "made":
        house.settle(replace(state, exists=True))
    elif told.event == "destroyed":
        await _destroyed(house, state, told.at)
    elif told.event == "joined":
        await _joined(house, state, told)
    elif told.event == "left":
        await _left(house, state, told)
    elif told.event == "recording":
        await recording.told(house, state, recording.Word(told.why, told.session, told.meeting), told.at)


async def _joined(house: House, state: RoomState, told: Told) -> None:
    system = house.addresses.system_user(told.jid)
    if system is SystemUser.RECORDER:
        house.settle(replace(state, recorders=state.recorders | {told.jid}, recording=True))
    if system is not None:
        return
    known = await house.holder(told.pass_id)
    if known is None or known.room.node != state.room.node:
        await put_out(house, state.room.node, told.jid, Reason.NO_PASS)
        return
    pass_ = known.pass_
    person = Occupant(told.jid, told.nick, pass_.id, pass_.seat, pass_.role, pass_.appointment, told.at)
    after = visits.enter(replace(state, exists=True), person)
    if pass_.role is not Role.STAFF and (state.visit is None or state.visit.appointment != pass_.appointment):
        house.settle(after)
        await put_out(house, state.room.node, told.jid, Reason.OTHERS_INSIDE)
        return
    after = queue.give_up(after, frozenset({pass_.seat}))
    house.settle(after)
    house.note(state.room.node, "arrived")
    _on_record(house, "joined", after, told, _given_up_place(house, after, person))
    await invite_followers(house, state.room.node)


def _given_up_place(house: House, state: RoomState, person: Occupant) -> Place | None:
    """Whoever is inside no longer waits; the place is theirs again if staff is lost within ten minutes."""
    held = house.places.get((state.room.node, person.seat))
    return replace(held, left_at=person.since) if held is not None else None


async def put_out(house: House, node: str, jid: str, reason: Reason) -> None:
    """Somebody is inside who should not be: out, and on record. A late answer or an older agent can lead here."""
    verdict = Verdict(Decision.REFUSE, reason, (Said("follow", Decision.REFUSE, reason),))
    await house.write("put-out", verdict, room=node)
    try:
        await house.prosody.kick(f"{node}@{house.addresses.rooms}", jid, both(WORDS[reason]))
    except Unavailable:
        return  # the link is down: the picture taken after it shows them again, and they are put out then


async def _left(house: House, state: RoomState, told: Told) -> None:
    if told.jid in state.recorders:
        house.settle(replace(state, recorders=state.recorders - {told.jid}))
        await recording.recorder_left(house, state.room.node)
        return
    after = visits.leave(state, told.jid, told.at)
    house.settle(after)
    house.note(state.room.node, "left")
    if after != state:
        _on_record(house, "left", after, told)


async def _destroyed(house: House, state: RoomState, now: float) -> None:
    gone = visits.gone(state)
    house.jot("room-gone", room=state.room.node, memory=visits.memory(gone))
    house.settle(gone)
    for person in state.visitors():
        keep_place(house, state.room.node, person, now)
    await recording.ended_unseen(house, state.room.node, now)


def keep_place(house: House, node: str, person: Occupant, now: float) -> None:
    """Somebody's visit ended without staff finishing it: the old place is theirs for another ten minutes."""
    held = house.places.get((node, person.seat))
    if held is not None:
        house.jot("place-kept", room=node, place=replace(held, left_at=now))


def _on_record(house: House, act: str, after: RoomState, told: Told, place: Place | None = None) -> None:
    kept = visits.memory(after)
    house.jot(act, room=after.room.node, subject=told.pass_id, note=told.why, memory=kept, place=place)
