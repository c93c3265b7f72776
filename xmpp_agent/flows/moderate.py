"""Staff's other acts in Jitsi: putting somebody out, rights, configuration."""

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
