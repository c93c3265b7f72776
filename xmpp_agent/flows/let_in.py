"""Staff let somebody in: by Jitsi's own button, or a supervisor by the console."""

from xmpp_agent.flows.finish import finish
from xmpp_agent.flows.house import House
from xmpp_agent.flows.lists import show_from, standing
from xmpp_agent.flows.questions import Answer, Question, undone
from xmpp_agent.model.rooms import Place, RoomState, Waiting
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.words import NEXT_WAITS, WORDS, both
from xmpp_agent.ports import Unavailable
from xmpp_agent.rules import queue, visits
from xmpp_agent.rules.admission.facts import Asks, Facts, SeatHolder
from xmpp_agent.rules.admission.order import decide
from xmpp_agent.rules.staff_acts import staff_act

NOT_WAITING = Verdict(Decision.REFUSE, Reason.NOT_WAITING, (Said("let_in", Decision.REFUSE, Reason.NOT_WAITING),))

READY = Verdict(Decision.OPEN, Reason.ALLOWED)


async def admit(house: House, question: Question) -> Answer:
    """Jitsi's Admit, for one or several: those the rules allow are invited, in order of arrival; the rest stay."""
    known = await house.holder(question.pass_id)
    state = house.room_at(question.room)
    authority = staff_act(known, state)
    if state is None or not authority.is_open:
        verdict = await house.write("let-in", authority, room="", actor=question.pass_id)
        return Answer(verdict)
    invited, last = [], NOT_WAITING
    for person in (w for w in state.queue if w.jid and w.jid in question.invites):
        last = await open_door(house, state.room.node, person.seat, question.pass_id)
        if last.is_open:
            invited.append(person.jid)
        else:
            tell_desks(house, state.room.node, person, last.reason)
    if invited:
        return Answer(Verdict(Decision.OPEN, Reason.ALLOWED), invites=tuple(invited))
    return Answer(last)


async def let_in(house: House, node: str, seat: str, actor: str) -> Verdict:
    """Let in one waiting person and bring them the invitation; open when Prosody has sent it."""
    verdict = await open_door(house, node, seat, actor)
    person = house.rooms[node].waiting(seat)
    if not verdict.is_open or person is None:
        return verdict
    if await invite(house, node, person.jid):
        return verdict
    return await house.write("let-in", undone("let_in"), room=node, subject=person.pass_id, actor=actor)


async def invite(house: House, node: str, jid: str) -> bool:
    """Bring a waiting client the invitation; False when Prosody did not confirm (nobody is lost: they still wait)."""
    try:
        await house.prosody.invite(f"{node}@{house.addresses.rooms}", jid)
    except Unavailable:
        return False
    return True


async def open_door(house: House, node: str, seat: str, actor: str) -> Verdict:
    """Judge letting in this seat and, when allowed, make the visit theirs. A visit that is over is cleared first."""
    state, person = house.rooms[node], house.rooms[node].waiting(seat)
    if person is None or not person.jid:
        return await house.write("let-in", NOT_WAITING, room=node, actor=actor)
    cleared = await make_ready(house, node, person.appointment, actor)
    if not cleared.is_open:
        return cleared
    state = house.rooms[node]
    verdict = judge(house, state, person, staff_lets_in=True)
    now = house.clock.now()
    after = _begun(state, person, actor, now) if verdict.is_open else state
    verdict = await house.write(
        "let-in",
        verdict,
        room=node,
        subject=person.pass_id,
        actor=actor,
        memory=visits.memory(after) if verdict.is_open else None,
    )
    if verdict.is_open:
        begin(house, after)
    return verdict


def begin(house: House, after: RoomState) -> None:
    """The visit that is on record begins; whoever was passed over by it keeps that with their place, and on record."""
    node = after.room.node
    for one in queue.newly_passed_over(house.rooms[node], after):
        place = Place(node, one.seat, one.appointment, one.since, passed_over=one.passed_over)
        house.jot("passed-over", room=node, subject=one.pass_id, place=place)
    house.settle(after)


def _begun(state: RoomState, person: Waiting, actor: str, now: float) -> RoomState:
    """The visit theirs; whoever came before them was passed over, once, however often they are called in."""
    is_new = state.visit is None or state.visit.appointment != person.appointment
    after = visits.begin(state, person.appointment, actor, now, person.seat)
    return queue.pass_over(after, person.appointment, person.since) if is_new else after


def as_if_cleared(house: House, state: RoomState, appointment: str) -> RoomState:
    """The room as this appointment's people would find it: a visit of others that is over is cleared on the way."""
    other = state.visit is not None and state.visit.appointment != appointment
    is_over = other and not state.turnover_open and visits.is_over(state, house.clock.now())
    return visits.close(state) if is_over else state


async def make_ready(house: House, node: str, appointment: str, actor: str) -> Verdict:
    """Clear away another visit that is over, or was not cleared; open when nothing had to be done, or it is done."""
    state = house.rooms[node]
    other = state.visit is not None and state.visit.appointment != appointment
    if state.turnover_open or (other and visits.is_over(state, house.clock.now())):
        return await finish(house, node, actor)
    return READY


def judge(house: House, state: RoomState, person: Waiting, *, staff_lets_in: bool) -> Verdict:
    """What the rules say of a waiting person now."""
    known = house.known.get(person.pass_id)
    return decide(
        Facts(
            asks=Asks.JOIN if state.exists else Asks.CREATE,
            now=house.clock.now(),
            known=known,
            fault=Reason.NO_PASS,
            first_used_at=house.used.get(person.pass_id),
            nick=person.nick,
            state=state,
            holder=house.seat_holder(known, person.jid.partition("@")[0]) if known else SeatHolder.NOBODY,
            staff_lets_in=staff_lets_in,
        )
    )


def tell_desks(house: House, node: str, person: Waiting, reason: Reason) -> None:
    """Tell staff that somebody they clicked on is still waiting, and why; shown anew so that the click is not lost."""
    state, known = house.rooms[node], house.known.get(person.pass_id)
    if known is None:
        return
    danish, english = (
        words.format(name=known.person.name, why=why) for words, why in zip(NEXT_WAITS, WORDS[reason], strict=True)
    )
    line = standing(state)
    place = next((i for i, w in enumerate(line) if w.seat == person.seat), len(line))
    for jid, nick in state.desks:
        show_from(house, state, jid, place, frozenset(w.nick for w in line))
        house.lobby.say(node, jid, nick, both((danish, english)))


async def invite_followers(house: House, node: str) -> None:
    """Bring in everybody for whom the door is open already: companions of the citizen inside, straight-in callers."""
    for person in house.rooms[node].queue:
        state = house.rooms[node]
        if person.jid and state.exists and judge(house, state, person, staff_lets_in=False).is_open:
            await invite(house, node, person.jid)
            if state.visit is None:
                return
