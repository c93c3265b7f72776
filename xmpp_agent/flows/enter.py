"""Somebody wants into a meeting: the conference request, making the room, joining it."""

from dataclasses import replace

from xmpp_agent.flows.house import House
from xmpp_agent.flows.questions import Answer, Question
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.people import Role, SystemUser
from xmpp_agent.model.rooms import Occupant, RoomState
from xmpp_agent.model.verdicts import Reason, Verdict
from xmpp_agent.rules import names, visits
from xmpp_agent.rules.admission.facts import Asks, Facts, SeatHolder
from xmpp_agent.rules.admission.order import decide


async def conference(house: House, question: Question) -> Answer:
    """Whether the request goes on to the focus; staff's request is what allows the focus to make the room."""
    known = await house.holder(question.pass_id)
    state = house.room_at(question.room)
    verdict = decide(facts(house, question, known, state, Asks.CONFERENCE))
    asked = None
    if verdict.is_open and state is not None and known is not None and known.pass_.role is Role.STAFF:
        asked = replace(state, asked_at=question.at)
    verdict = await _write(house, question, state, verdict, asked)
    if verdict.is_open and asked is not None:
        house.settle(asked)
    return Answer(verdict)


async def enter(house: House, question: Question) -> Answer:
    """Whether this presence may make or enter the room; who may is counted as inside from now on."""
    known = await house.holder(question.pass_id)
    state = house.room_at(question.room)
    asks = Asks.JOIN if question.exists else Asks.CREATE
    verdict = decide(facts(house, question, known, state, asks))
    if state is None or not verdict.is_open:
        return Answer(await _write(house, question, state, verdict))
    after = _with_visit(state, known, question.at)
    begun = after.visit is not state.visit
    verdict = await _write(house, question, state, verdict, after if begun else None)
    if not verdict.is_open:
        return Answer(verdict)
    if known is None:
        return Answer(verdict, *rights(house.addresses.system_user(question.jid)))
    pass_ = known.pass_
    on_the_way = Occupant(
        question.jid,
        question.nick,
        pass_.id,
        pass_.seat,
        pass_.role,
        pass_.appointment,
        question.at,
        arrived=False,
    )
    house.settle(visits.enter(after, on_the_way))
    return Answer(verdict, *rights(pass_.role), name=names.in_meeting(known))


def rights(who: Role | SystemUser | None) -> tuple[str, str]:
    """Affiliation and role in the room: staff and focus own it, everybody else is a plain member."""
    if who in (Role.STAFF, SystemUser.FOCUS):
        return "owner", "moderator"
    return "member", "participant"


def facts(house: House, question: Question, known: Known | None, state: RoomState | None, asks: Asks) -> Facts:
    """The facts of one question about going in; whether the room exists is Prosody's word of this moment."""
    return Facts(
        asks=asks,
        now=question.at,
        known=known,
        fault=Reason.NO_PASS,
        first_used_at=house.used.get(question.pass_id),
        system=house.addresses.system_user(question.jid),
        nick=question.nick,
        state=None if state is None else replace(state, exists=question.exists),
        holder=house.seat_holder(known, question.jid.partition("@")[0]) if known else SeatHolder.NOBODY,
    )


def _with_visit(state: RoomState, known: Known | None, now: float) -> RoomState:
    if known is None or known.appointment is None or known.pass_.role is Role.STAFF or state.visit is not None:
        return state
    return visits.begin(state, known.appointment.id, visits.BY_POLICY, now)


async def _write(
    house: House,
    question: Question,
    state: RoomState | None,
    verdict: Verdict,
    after: RoomState | None = None,
) -> Verdict:
    return await house.write(
        question.ask,
        verdict,
        room=state.room.node if state else "",
        subject=question.pass_id,
        actor=(house.addresses.system_user(question.jid) or question.pass_id),
        memory=visits.memory(after) if after else None,
    )
