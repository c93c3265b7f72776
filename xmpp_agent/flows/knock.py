"""Somebody comes to the lobby: a citizen knocks, a staff member takes the desk, anybody goes away again."""

from dataclasses import dataclass, replace

from xmpp_agent.flows.house import House
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import Role
from xmpp_agent.model.rooms import Lane, Place, RoomState, Waiting
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.words import WORDS, both
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules import queue
from xmpp_agent.rules.admission.facts import Asks, Facts, SeatHolder
from xmpp_agent.rules.admission.order import decide
from xmpp_agent.rules.admission.staff_open_rooms import may_open

ALREADY_INSIDE_KEEPS = frozenset({Reason.WRONG_PERSON, Reason.LEVEL_TOO_LOW})
"""Reasons for which somebody stands in the lane where staff must look first."""


@dataclass(frozen=True, slots=True)
class Knock:
    """A presence in a lobby room, with what Prosody stamped on it."""

    node: str
    jid: str
    nick: str
    pass_id: str
    since: float
    at: float


async def knock(house: House, arrival: Knock) -> None:
    """Give a person their place, or end the wait in words. Never an error: the stock client would spin for ever."""
    try:
        known = await house.holder(arrival.pass_id)
    except Unavailable:
        turn_off(house, arrival, Reason.AUDIT_UNAVAILABLE)
        return
    state = house.rooms.get(arrival.node)
    verdict = _judge(house, arrival, known, state)
    is_staff = known is not None and known.pass_.role is Role.STAFF
    if known is not None and state is not None and is_staff and verdict.decision is not Decision.REFUSE:
        _take_desk(house, arrival, known, state)
        return
    if state is None or known is None or known.appointment is None or verdict.decision is Decision.REFUSE:
        await house.write("knock", verdict, room=state.room.node if state else "", subject=arrival.pass_id)
        turn_off(house, arrival, verdict.reason)
        return
    await _take_place(house, arrival, known, verdict)


def _take_desk(house: House, arrival: Knock, known: Known, state: RoomState) -> None:
    if not may_open(known, state.room):
        turn_off(house, arrival, Reason.NOT_STAFF_HERE)
        return
    house.lobby.welcome(arrival.node, arrival.jid, arrival.nick, moderator=True)
    desks = tuple(d for d in state.desks if d[0] != arrival.jid)
    house.settle(replace(state, desks=(*desks, (arrival.jid, arrival.nick))))


def _judge(house: House, arrival: Knock, known: Known | None, state: RoomState | None) -> Verdict:
    verdict = decide(
        Facts(
            asks=Asks.KNOCK,
            now=arrival.at,
            known=known,
            fault=Reason.NO_PASS,
            first_used_at=house.used.get(arrival.pass_id),
            nick=arrival.nick,
            state=state,
            holder=house.seat_holder(known, arrival.jid.partition("@")[0]) if known else SeatHolder.NOBODY,
        )
    )
    if state is not None and _nick_taken(state, arrival):
        said = Said("one_seat_each", Decision.REFUSE, Reason.RESERVED_NAME)
        return Verdict(Decision.REFUSE, Reason.RESERVED_NAME, (*verdict.said, said))
    return verdict


def _nick_taken(state: RoomState, arrival: Knock) -> bool:
    desk = any(nick == arrival.nick for jid, nick in state.desks if jid != arrival.jid)
    return desk or any(w.nick == arrival.nick and w.jid != arrival.jid for w in state.queue)


async def _take_place(house: House, arrival: Knock, known: Known, verdict: Verdict) -> None:
    person = waiting(house, arrival, known, verdict)
    place = Place(arrival.node, person.seat, person.appointment, person.since, passed_over=person.passed_over)
    held = house.places.get((arrival.node, person.seat))
    if held != place or house.rooms[arrival.node].waiting(person.seat) is None:
        written = await house.write(
            "knock", verdict, room=arrival.node, subject=person.pass_id, actor=person.pass_id, place=place
        )
        if written.reason is Reason.AUDIT_UNAVAILABLE:
            turn_off(house, arrival, Reason.AUDIT_UNAVAILABLE)
            return
    house.lobby.welcome(arrival.node, arrival.jid, arrival.nick)
    house.settle(queue.stand(house.rooms[arrival.node], person))


def waiting(house: House, arrival: Knock, known: Known, verdict: Verdict) -> Waiting:
    """The person at the place they hold already, or at a new one from the time of the knock."""
    place = house.places.get((arrival.node, known.pass_.seat))
    if place is not None and place.left_at is not None and arrival.at - place.left_at > queue.PLACE_KEPT:
        place = None
    knocked = min(arrival.since or arrival.at, arrival.at)
    return Waiting(
        seat=known.pass_.seat,
        pass_id=known.pass_.id,
        role=known.pass_.role,
        appointment=known.pass_.appointment or "",
        since=min(place.since, knocked) if place is not None else knocked,
        jid=arrival.jid,
        nick=arrival.nick,
        lane=Lane.JUDGE if verdict.reason in ALREADY_INSIDE_KEEPS else Lane.QUEUE,
        passed_over=place.passed_over if place is not None else 0,
    )


def turn_off(house: House, arrival: Knock, reason: Reason) -> None:
    """Let a client into the lobby room for an instant and end it with words it shows."""
    house.lobby.welcome(arrival.node, arrival.jid, arrival.nick)
    house.lobby.end(arrival.node, arrival.jid, arrival.nick, both(WORDS[reason]))


async def go_away(house: House, node: str, jid: str, now: float) -> None:
    """A client left the lobby: a desk is empty, or a waiting person's place is kept (over when they are inside)."""
    state = house.rooms.get(node)
    if state is None:
        return
    if any(desk == jid for desk, _ in state.desks):
        house.settle(replace(state, desks=tuple(d for d in state.desks if d[0] != jid)))
        return
    person = next((w for w in state.queue if w.jid == jid), None)
    if person is None:
        return
    place = Place(node, person.seat, person.appointment, person.since, left_at=now, passed_over=person.passed_over)
    house.jot("left-lobby", room=node, subject=person.pass_id, place=place)
    inside = any(o.seat == person.seat for o in house.rooms[node].inside)
    stepped = queue.step_away(house.rooms[node], jid, now)
    house.settle(queue.give_up(stepped, frozenset({person.seat})) if inside else stepped)
