"""After every (re)connection: the picture is taken anew from Prosody and laid over what was remembered."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from xmpp_agent.flows import recording
from xmpp_agent.flows.follow import Told, follow, put_out
from xmpp_agent.flows.house import House, host_of, node_of
from xmpp_agent.flows.knock import Knock, knock
from xmpp_agent.model.people import PassRecord, Role, SystemUser
from xmpp_agent.model.recordings import Recording
from xmpp_agent.model.rooms import Occupant, RoomState
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.model.words import WORDS, both
from xmpp_agent.ports import Inside, Unavailable
from xmpp_agent.rules import queue, visits
from xmpp_agent.rules.recording import custody


@dataclass(frozen=True, slots=True)
class SeenRoom:
    """One room of a snapshot page."""

    jid: str
    inside: tuple[Inside, ...]
    recording: str = ""
    """What the focus said last of a recording, and of which, in which life of the room (`flows.recording.Word`)."""
    session: str = ""
    meeting: str = ""


@dataclass(frozen=True, slots=True)
class SeenSession:
    """One connected client of a snapshot page, with its places in the lobby: (lobby address, since)."""

    jid: str
    pass_id: str
    at: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class SeenGone:
    """A lobby address that was left not long ago."""

    address: str


Seen = SeenRoom | SeenSession | SeenGone | Told
"""What came over the stream while the picture was taken, in its order."""


async def rebuild(house: House, seen: list[Seen]) -> Mapping[str, PassRecord]:
    """Make the house agree with Prosody; answers the passes it found at work, by id.

    Raises Unavailable when the store cannot help: the door then stays shut.
    """
    rooms = {item.jid: item for item in seen if isinstance(item, SeenRoom)}
    sessions = [item for item in seen if isinstance(item, SeenSession)]
    records = await _records(house, rooms.values(), sessions)
    running = await _running(house)
    await _recall_rooms(house, {*map(node_of, rooms), *running}, records)
    await _recall_places(house)
    now = house.clock.now()
    before = tuple(house.rooms.values())
    for state in before:
        jid = f"{state.room.node}@{house.addresses.rooms}"
        there = rooms.get(jid)
        house.settle(_as_seen(house, state, there, records, now))
        await _recordings(house, state.room.node, there, running.get(state.room.node, []), now)
    await _reconnect(house, sessions, records)
    for item in seen:
        if isinstance(item, Told):
            await follow(house, item)
    await _stand_again(house, sessions, records, now)
    await _put_right(house, rooms)
    _note_what_ended(house, before, now)
    for state in tuple(house.rooms.values()):
        if state.recording:
            await recording.recall_agreed(house, state.room.node)
    _take_off_lists(house, seen)
    return records


async def _records(house: House, rooms: Iterable[SeenRoom], sessions: list[SeenSession]) -> Mapping[str, PassRecord]:
    ids = {person.pass_id for room in rooms for person in room.inside} | {s.pass_id for s in sessions}
    unknown = ids - house.known.keys()
    known = {i: PassRecord(house.known[i].pass_, house.used[i]) for i in ids - unknown}
    fetched = await house.store.pass_records(unknown) if unknown else {}
    return {**known, **fetched}


async def _running(house: House) -> Mapping[str, list[Recording]]:
    """Everything that was on when it was last heard of, by node of its room."""
    running: dict[str, list[Recording]] = {}
    for one in await house.recordings.at(custody.RUNNING):
        running.setdefault(one.room, []).append(one)
        house.recorded_in.add(one.room)
    return running


async def _recordings(house: House, node: str, there: SeenRoom | None, running: list[Recording], now: float) -> None:
    if there is not None:
        await recording.found(house, node, recording.Word(there.recording, there.session, there.meeting), running, now)
    elif running:
        await recording.ended_unseen(house, node, now)


async def _recall_rooms(house: House, found: Collection[str], records: Mapping[str, PassRecord]) -> None:
    nodes = {*found, *(r.pass_.room for r in records.values())}
    busy = {memory.node: memory for memory in await house.store.memories()}
    others = frozenset(nodes - busy.keys() - house.rooms.keys())
    asked = {memory.node: memory for memory in await house.store.memories(others)} if others else {}
    memories = {**busy, **asked}
    unknown = (nodes | memories.keys()) - house.rooms.keys()
    for node, room in (await house.store.rooms(unknown)).items() if unknown else ():
        state = RoomState(room=room)
        house.settle(visits.remember(state, memories[node]) if node in memories else state)


async def _recall_places(house: House) -> None:
    for place in await house.store.places(house.clock.now() - queue.PLACE_KEPT):
        house.places.setdefault((place.node, place.seat), place)


def _as_seen(
    house: House, state: RoomState, seen: SeenRoom | None, records: Mapping[str, PassRecord], now: float
) -> RoomState:
    absent = tuple(replace(w, jid="", nick="", away_since=w.away_since or now) for w in state.queue)
    blank = replace(state, queue=absent, desks=()) if state.queue or state.desks else state
    if seen is None:
        return replace(visits.gone(blank), asked_at=state.asked_at)  # staff may have asked a moment ago
    inside = tuple(
        _occupant(person, records[person.pass_id], now) for person in seen.inside if person.pass_id in records
    )
    jids = (i.jid for i in seen.inside)
    recorders = frozenset(jid for jid in jids if house.addresses.system_user(jid) is SystemUser.RECORDER)
    there = replace(blank, exists=True, inside=inside, recording=bool(recorders), recorders=recorders)
    return visits.refreeze(there, now)


def _occupant(person: Inside, record: PassRecord, now: float) -> Occupant:
    pass_ = record.pass_
    return Occupant(person.jid, person.nick, pass_.id, pass_.seat, pass_.role, pass_.appointment, now)


async def _reconnect(house: House, sessions: list[SeenSession], records: Mapping[str, PassRecord]) -> None:
    """Note who is connected; a pass taken back while the link was down is closed now."""
    for user in tuple(house.connections):
        house.disconnect(user)
    for session in sessions:
        record = records.get(session.pass_id)
        known = house.known.get(session.pass_id)
        revoked = (record is not None and record.revoked_at is not None) or (known is not None and known.revoked)
        if record is None or revoked:
            await house.prosody.recall(session.pass_id, both(WORDS[Reason.PASS_REVOKED]))
        else:
            house.connect(session.jid.partition("@")[0], record.pass_)


async def _stand_again(
    house: House, sessions: list[SeenSession], records: Mapping[str, PassRecord], now: float
) -> None:
    """Everybody to their place in order of arrival (people are told it); staff last, so that lists are filled once."""

    def turn(session: SeenSession) -> tuple[bool, float]:
        record = records.get(session.pass_id)
        is_staff = record is not None and record.pass_.role is Role.STAFF
        return is_staff, min((since for _, since in session.at), default=0.0)

    for session in sorted(sessions, key=turn):
        for address, since in session.at:
            node, nick = node_of(address), address.partition("/")[2]
            await knock(house, Knock(node, session.jid, nick, session.pass_id, since, now))


async def _put_right(house: House, rooms: Mapping[str, SeenRoom]) -> None:
    """Rooms Portner does not know end; people whose visit it is not are put out."""
    for jid, seen in rooms.items():
        state = house.rooms.get(node_of(jid)) if host_of(jid) == house.addresses.rooms else None
        if state is None:
            try:
                await house.prosody.destroy(jid, "")
            except Unavailable:
                continue
            continue
        visit = state.visit.appointment if state.visit else None
        for person in seen.inside:
            inside = next((o for o in state.inside if o.jid == person.jid), None)
            stranger = inside is None and house.addresses.system_user(person.jid) is None
            other = inside is not None and inside.role is not Role.STAFF and inside.appointment != visit
            if stranger or other:
                await put_out(house, state.room.node, person.jid, Reason.OTHERS_INSIDE)


def _note_what_ended(house: House, before: tuple[RoomState, ...], now: float) -> None:
    """Visits and waits that ended unseen: on record, so that the next start does not find them going on."""
    for old in before:
        state = house.rooms[old.room.node]
        if old.visit is not None and state.visit is None:
            house.jot("room-gone", room=old.room.node, memory=visits.memory(state))
    for (node, seat), place in tuple(house.places.items()):
        person = house.rooms[node].waiting(seat) if node in house.rooms else None
        if place.left_at is None and (person is None or not person.jid):
            house.jot("left-lobby", room=node, place=replace(place, left_at=now))


def _take_off_lists(house: House, seen: list[Seen]) -> None:
    """Who stands there no more, or was sent off just now, may still be on a list that an earlier agent filled."""
    for address in _lobby_addresses(seen):
        node, nick = node_of(address), address.partition("/")[2]
        state = house.rooms.get(node)
        if state is None or nick in {w.nick for w in state.queue} | {desk for _, desk in state.desks}:
            continue
        for jid, _ in state.desks:
            house.lobby.hide(node, jid, nick)


def _lobby_addresses(seen: list[Seen]) -> Iterator[str]:
    for item in seen:
        if isinstance(item, SeenGone):
            yield item.address
        elif isinstance(item, SeenSession):
            yield from (address for address, _ in item.at)


async def look_up_names(house: House, records: Mapping[str, PassRecord]) -> None:
    """Look up whoever is inside and not known yet, so that the console can name them; after the door works again.

    Raises Unavailable when the store cannot.
    """
    for node, state in tuple(house.rooms.items()):
        unknown = [records[o.pass_id] for o in state.inside if o.pass_id not in house.known and o.pass_id in records]
        for record in unknown:
            known = await house.store.known(record.pass_)
            if known is not None and record.pass_.id not in house.known:
                await house.remember(known, record.first_used_at)
        if unknown:
            house.shown_anew(node)
