"""Staff are out at once: their sessions are over, their passes dead, and whoever is connected on one is put out."""

from dataclasses import dataclass

from xmpp_agent.flows.house import House
from xmpp_agent.flows.withdraw import revoke_pass
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import Role
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.ports import Ledger, Unavailable
from xmpp_agent.ports.diary import Diary, Records, Visitors
from xmpp_agent.rules.admission.known_pass import UNUSED_LIFE
from xmpp_agent.rules.staff_acts import withdraw_act
from xmpp_agent.rules.staff_roles import put_out

DONE = Verdict(Decision.OPEN, Reason.ALLOWED)


@dataclass(frozen=True, slots=True)
class Exits:
    """What signing staff out works on. `house`: of the agent in which it happens; None: no agent runs."""

    visitors: Visitors
    diary: Diary
    records: Records
    ledger: Ledger
    house: House | None = None


async def sign_out_everywhere(exits: Exits, person: str, actor: str, now: float) -> int:
    """Every session and every pass of a member of staff ("" : of everybody of staff) is over; how many sessions.

    Raises Unavailable when it could not be written, or when Prosody did not confirm that a connection is closed (every
    other one was tried all the same).
    """
    sessions = await exits.visitors.staff_sessions(person, now)
    ended = (put_out(session, now) for session in sessions)
    await exits.records.keep(AuditLine(now, "staff-sign-out", "", person, actor, DONE), *ended)
    unused = await exits.visitors.unused_passes(person, now - UNUSED_LIFE)  # first: one used meanwhile is in both
    unsure: Unavailable | None = None
    for pass_id in dict.fromkeys((*unused, *await exits.visitors.passes_in_use(person, now))):
        try:
            await _take_back(exits, pass_id, actor, now)
        except Unavailable as error:
            unsure = error
    if unsure is not None:
        raise unsure
    return len(sessions)


async def sign_out_by_supervisor(exits: Exits, person: str, actor: str, units: frozenset[str], now: float) -> Verdict:
    """The same, by somebody who supervises these units ("*": all, who alone may sign out everybody, ""); whether it was
    done. Raises Unavailable, as above.
    """
    verdict = await _may(exits, person, units)
    if verdict.is_open:
        await sign_out_everywhere(exits, person, actor, now)
    else:
        await exits.records.keep(AuditLine(now, "staff-sign-out", "", person, actor, verdict))
    return verdict


async def _may(exits: Exits, person: str, units: frozenset[str]) -> Verdict:
    if not person:
        return withdraw_act(units, None)
    known = await exits.diary.person(person)
    if known is None or await exits.diary.role(person) is not Role.STAFF:
        no = Said("staff_sign_out", Decision.REFUSE, Reason.UNKNOWN_PERSON)
        return Verdict(Decision.REFUSE, Reason.UNKNOWN_PERSON, (no,))
    return withdraw_act(units, known.unit)


async def _take_back(exits: Exits, pass_id: str, actor: str, now: float) -> None:
    if exits.house is not None:
        await revoke_pass(exits.house, pass_id, actor)
    else:
        await exits.ledger.revoke_pass(pass_id, AuditLine(now, "revoke", "", pass_id, actor, DONE))
