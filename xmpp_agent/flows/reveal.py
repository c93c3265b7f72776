"""A supervisor sees one full name, for a reason that is on record before the name is."""

from xmpp_agent.flows.house import House
from xmpp_agent.flows.office import new_id
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.audit import Look
from xmpp_agent.model.people import Role
from xmpp_agent.model.rooms import RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Verdict
from xmpp_agent.rules import reasons, visits

SHOWN_FOR = 30
"""Seconds the console may show the name."""


async def reveal(house: House, node: str, seat: str | None, actor: str, why: str) -> tuple[Verdict, str]:
    """The verdict and, when open, the name of a waiting person (or, without a seat, of the visit's citizen)."""
    known = await _whom(house, house.rooms[node], seat)
    if known is None:
        return Verdict(Decision.REFUSE, Reason.NOT_WAITING), ""
    verdict = reasons.judged("reveal", why)
    look = Look(new_id(), known.person.id, house.clock.now(), actor, "reveal", reasons.kept(why))
    verdict = await house.write(
        "reveal",
        verdict,
        room=node,
        subject=known.pass_.id,
        actor=actor,
        look=look if verdict.is_open else None,
    )
    return verdict, known.person.name if verdict.is_open else ""


async def _whom(house: House, state: RoomState, seat: str | None) -> Known | None:
    if seat is not None:
        person = state.waiting(seat)
        return await house.holder(person.pass_id) if person else None
    party = visits.party_of(state, state.visit.appointment) if state.visit else ()
    citizen = next((o for o in party if o.role is Role.CITIZEN), None)
    return await house.holder(citizen.pass_id) if citizen else None
