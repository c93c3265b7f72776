"""Staff's other acts in Jitsi: putting somebody out, rights, configuration, recording."""

from dataclasses import replace

from xmpp_agent.flows.house import House
from xmpp_agent.flows.questions import Answer, Question
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Verdict
from xmpp_agent.rules import staff_acts, visits


async def grant(house: House, question: Question) -> Answer:
    """A `muc#admin` set: putting people out is staff's to do; rights are nobody's to give."""
    known, state = await house.holder(question.pass_id), house.room_at(question.room)
    affiliations = frozenset(i.affiliation for i in question.items if i.affiliation)
    raised = any(i.role == "moderator" for i in question.items)
    verdict = staff_acts.change_affiliation(
        known,
        house.addresses.system_user(question.jid),
        state,
        affiliations | (frozenset({"owner"}) if raised else frozenset()),
    )
    after = _without(state, question) if state is not None and verdict.is_open else None
    verdict = await _write(house, question, verdict, after)
    if verdict.is_open and after is not None:
        house.settle(after)
    return Answer(verdict)


def _without(state: RoomState, question: Question) -> RoomState:
    out = {(i.nick, i.jid) for i in question.items if i.role == "none"}
    seats = frozenset(o.seat for o in state.visitors() if any(o.nick == nick or o.jid == jid for nick, jid in out))
    return visits.send_out(state, seats)


async def configure(house: House, question: Question) -> Answer:
    """A `muc#owner` set."""
    verdict = staff_acts.configure(
        house.addresses.system_user(question.jid),
        house.room_at(question.room),
        question.fields,
        question.destroys,
    )
    return Answer(await _write(house, question, verdict))


async def record(house: House, question: Question) -> Answer:
    """Starting or stopping a recording; from the moment it may start, nobody new comes in."""
    known, state = await house.holder(question.pass_id), house.room_at(question.room)
    start = question.ask == "record-start"
    verdict = staff_acts.record(known, state, question.mode, _recording_allowed(house, state), start)
    verdict = await _write(house, question, verdict)
    if verdict.is_open and state is not None:
        house.settle(replace(house.rooms[state.room.node], recording=start or state.recording))
    return Answer(verdict)


def _recording_allowed(house: House, state: RoomState | None) -> bool:
    if state is None or state.visit is None:
        return False
    party = (house.known.get(o.pass_id) for o in visits.party_of(state, state.visit.appointment))
    policies = [k.appointment.policy for k in party if k is not None and k.appointment is not None]
    return bool(policies) and all(policy.recording_allowed for policy in policies)


async def _write(house: House, question: Question, verdict: Verdict, after: RoomState | None = None) -> Verdict:
    state = house.room_at(question.room)
    return await house.write(
        question.ask,
        verdict,
        room=state.room.node if state else "",
        subject=question.pass_id,
        actor=house.addresses.system_user(question.jid) or question.pass_id,
        memory=visits.memory(after) if after is not None else None,
    )
