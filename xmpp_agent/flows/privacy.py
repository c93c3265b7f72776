"""What a citizen may ask of the authority: what is held of them, who looked at it, and that it be erased.

One citizen has a row of their own for each booking; they are one by the identity that was invited. Each act is on
record before anything leaves or goes, and each look at somebody in their access log.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from xmpp_agent.flows.house import House
from xmpp_agent.flows.office import new_id, refusal
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.people import NO_NAME, Role
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.words import WORDS, both
from xmpp_agent.ports.diary import Diary, Look, Records
from xmpp_agent.ports.privacy import Held, Holdings, Party
from xmpp_agent.rules.retention import keeps_from_erasing
from xmpp_agent.rules.staff_acts import withdraw_act


@dataclass
class Custody:
    """What these flows work on."""

    holdings: Holdings
    diary: Diary
    records: Records
    house: House | None = None
    """None: no agent runs in this process, so nobody is at hand."""


async def find(custody: Custody, identity: str, actor: str, now: float) -> tuple[Party, ...]:
    """The rows of the citizen with this keyed hash. Raises Unavailable."""
    ids = await custody.holdings.invited(identity)
    await _looked(custody, "find", ids, actor, now)
    return await custody.holdings.parties(ids)


async def find_like(custody: Custody, person_id: str, actor: str, now: float) -> tuple[Party, ...]:
    """The rows of the same citizen as this one. Raises Refused (no such person), Unavailable."""
    ids = await _rows(custody, person_id)
    await _looked(custody, "find", ids, actor, now)
    return await custody.holdings.parties(ids)


async def export(custody: Custody, person_id: str, actor: str, now: float) -> Mapping[str, object]:
    """Everything held of the citizen with this row, as JSON takes it. Raises Refused (no such person), Unavailable."""
    ids = await _rows(custody, person_id)
    await _looked(custody, "export", ids, actor, now)
    return await custody.holdings.export(ids)


async def access_log(custody: Custody, person_id: str, actor: str, now: float) -> tuple[Look, ...]:
    """Who looked at or acted on the citizen with this row, oldest first. Raises Refused, Unavailable."""
    ids = await _rows(custody, person_id)
    await custody.records.keep(_line("looks", ids, actor, now, _allowed()))
    return await custody.holdings.looks(ids)


async def erase(custody: Custody, person_id: str, actor: str, units: frozenset[str], now: float) -> Verdict:
    """Erase everything personal of the citizen with this row, by somebody who supervises these units ("*": all).

    The verdict says whether it was done. Raises Unavailable when it could not be done, or when it was and Prosody did
    not confirm that the citizen's connections are closed.
    """
    ids = await custody.holdings.like(person_id)
    verdict = _may_erase(await custody.holdings.parties(ids), units, now)
    if not verdict.is_open:
        await custody.records.keep(_line("erase", (person_id,) if ids else (), actor, now, verdict))
        return verdict
    pieces = await custody.holdings.everything(ids)
    await custody.holdings.erase(_line("erase", (person_id,), actor, now, verdict), pieces)
    await custody.holdings.settle()
    if custody.house is not None:
        forget(custody.house, {piece.key for piece in pieces if piece.held is Held.NAME})
        await _disconnect(custody.house, {piece.key for piece in pieces if piece.held is Held.LIVE_PASS})
    return verdict


def forget(house: House, people: Collection[str]) -> None:
    """Nobody at hand has one of these names any more."""
    for pass_id, known in tuple(house.known.items()):
        if known.person.id in people:
            booked = known.appointment
            case = replace(booked, case_ref="", subject="", description="") if booked is not None else None
            nameless = replace(known.person, name=NO_NAME)
            house.known[pass_id] = replace(known, person=nameless, appointment=case)
            house.shown_anew(known.room.node)


async def _disconnect(house: House, pass_ids: Collection[str]) -> None:
    """These passes are dead: so is what they say of their holders, and every connection on them."""
    for pass_id in pass_ids:
        known = house.known.get(pass_id)
        if known is not None:
            house.known[pass_id] = replace(known, pass_=replace(known.pass_, proved=""), revoked=True)
    for pass_id in {connection.pass_id for connection in house.connections.values()} & set(pass_ids):
        await house.prosody.recall(pass_id, both(WORDS[Reason.PASS_REVOKED]))


def _may_erase(parties: Collection[Party], units: frozenset[str], now: float) -> Verdict:
    if not parties:
        return _verdict(Reason.UNKNOWN_PERSON)
    if any(party.role is Role.STAFF for party in parties):
        return _verdict(Reason.STAFF_ARE_KEPT)
    for party in parties:
        theirs = withdraw_act(units, party.unit)
        if not theirs.is_open:
            return theirs
    stays = [stay for party in parties for stay in party.stays]
    return _verdict(keeps_from_erasing(stays, now) or Reason.ALLOWED)


async def _rows(custody: Custody, person_id: str) -> tuple[str, ...]:
    ids = await custody.holdings.like(person_id)
    if not ids:
        raise refusal("privacy", Reason.UNKNOWN_PERSON)
    return ids


async def _looked(custody: Custody, act: str, ids: Collection[str], actor: str, now: float) -> None:
    looks = (Look(new_id(), person, now, actor, act) for person in ids)
    await custody.records.keep(_line(act, ids, actor, now, _allowed()), *looks)


def _line(act: str, ids: Collection[str], actor: str, now: float, verdict: Verdict) -> AuditLine:
    return AuditLine(now, f"person-{act}", "", next(iter(ids), ""), actor, verdict, f"rows={len(ids)}")


def _allowed() -> Verdict:
    return _verdict(Reason.ALLOWED)


def _verdict(reason: Reason) -> Verdict:
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said("privacy", decision, reason),))
