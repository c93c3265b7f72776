"""Once a day: erase what is due. In small batches, each with its audit line or not at all, so that nobody waits long.

Killed in the middle, the next run does the rest; run twice, the second finds nothing.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable

from xmpp_agent.flows.privacy import Custody, forget
from xmpp_agent.model.audit import AuditLine
from xmpp_agent.model.recordings import Stage
from xmpp_agent.model.verdicts import Decision, Reason, Verdict
from xmpp_agent.ports.privacy import Held, Holdings, Party, Piece
from xmpp_agent.ports.recordings import Recordings
from xmpp_agent.rules import retention, shift_note

EVERY = 86400.0
"""Seconds from one run to the next."""
BATCH = 50
"""Things in one transaction."""
_TRIES = 5
_HELD_BACK = "held-back"
_DONE = Verdict(Decision.OPEN, Reason.ALLOWED)

Batch = tuple[tuple[Piece, ...], int]
"""What is due, and how many appointments are kept beyond their time for a note, a recording or a visit."""


async def run_retention(custody: Custody, now: float, actor: str = "agent") -> Counter[str]:
    """Erase what is due; how many of each kind. Raises Unavailable; what was done stays done."""
    found: Counter[str] = Counter()
    async for pieces, held_back in _due(custody, now):
        counts = Counter(piece.held.value for piece in pieces)
        if pieces:
            await custody.holdings.erase(_line("retention-erase", actor, now, counts), pieces)
        if custody.house is not None:
            forget(custody.house, {piece.key for piece in pieces if piece.held is Held.NAME})
        found += counts + Counter({_HELD_BACK: held_back})
    await custody.records.keep(_line("retention", actor, now, found))
    await _settle(custody.holdings)
    return found


async def look_ahead(custody: Custody, now: float) -> Counter[str]:
    """What a run would erase now; how many of each kind. Changes nothing. Raises Unavailable."""
    found: Counter[str] = Counter()
    async for pieces, held_back in _due(custody, now):
        found += Counter(piece.held.value for piece in pieces) + Counter({_HELD_BACK: held_back})
    return found


async def recordings_ahead(recordings: Recordings, now: float) -> Counter[str]:
    """Recordings the journal has and whose copy here goes within a day, each at its own time; and those held by law.

    The agent deletes them (`flows/letting_go.py`), not a run. Raises Unavailable.
    """
    found: Counter[str] = Counter()
    for recording in await recordings.at({Stage.RECEIPTED}):
        if recording.held:
            found["recording-held"] += 1
        elif recording.due_at is not None and recording.due_at <= now + EVERY:
            found["recording-within-a-day"] += 1
    return found


async def _due(custody: Custody, now: float) -> AsyncIterator[Batch]:
    holdings = custody.holdings
    for held, kept in _BY_TIME.items():
        last = ""
        while keys := await holdings.past(held, now - kept, last, BATCH):
            last = keys[-1]
            yield tuple(Piece(held, key) for key in keys), 0
    plans = [policy.plan for policy in await custody.diary.policies()]
    soonest = min((plan.keep_reach for plan in plans), default=0.0)
    async for batch in _people(holdings, Held.REACH, now - soonest, lambda p: retention.reach_is_due(p.stays, now)):
        yield batch
    soonest = min((plan.keep for plan in plans), default=0.0)
    async for batch in _people(holdings, Held.NAME, now - soonest, lambda p: retention.name_is_due(p.stays, now)):
        yield batch
    async for batch in _numbers(holdings, now):
        yield batch
    async for batch in _appointments(holdings, now - soonest, now):
        yield batch


_BY_TIME = {
    Held.PLACE: retention.PLACES_KEPT,
    Held.SESSION: 0.0,
    Held.PASS: retention.PASSES_KEPT,
    Held.HOOK: retention.HOOKS_KEPT,
    Held.LOOK: retention.LOOKS_KEPT,
    Held.ALERT: retention.ALERTS_KEPT,
    Held.SHIFT_NOTE: shift_note.KEPT,
}


async def _people(holdings: Holdings, held: Held, over: float, is_due: Callable[[Party], bool]) -> AsyncIterator[Batch]:
    last = ""
    while parties := await holdings.forgettable(held, over, last, BATCH):
        last = parties[-1].person
        yield tuple(Piece(held, party.person, _last_end(party)) for party in parties if is_due(party)), 0


async def _appointments(holdings: Holdings, over: float, now: float) -> AsyncIterator[Batch]:
    last = ""
    while page := await holdings.kept(over, last, BATCH):
        last = page[-1].stay.appointment
        pieces: list[Piece] = []
        for kept in page:
            stay = kept.stay
            if kept.has_more and retention.is_due(stay, now):
                pieces.append(Piece(Held.APPOINTMENT, stay.appointment, stay.ends_at))
            if kept.has_identity and retention.identity_is_due(stay, now, looked_at=kept.looked_at):
                pieces.append(Piece(Held.IDENTITY, stay.appointment, stay.ends_at))
        yield tuple(pieces), sum(retention.is_held_back(kept.stay, now) for kept in page)


async def _numbers(holdings: Holdings, now: float) -> AsyncIterator[Batch]:
    last = ""
    while page := await holdings.numbers(now, last, BATCH):
        last = page[-1].call
        due = (number for number in page if retention.number_is_due(number.erase_at, number.stay, now))
        yield tuple(Piece(Held.NUMBER, number.call) for number in due), 0


def _last_end(party: Party) -> float:
    return max((stay.ends_at for stay in party.stays), default=0.0)


async def _settle(holdings: Holdings) -> None:
    """The database's log is emptied in a moment when nobody reads or writes; else tomorrow."""
    for _ in range(_TRIES):
        if await holdings.settle():
            return
        await asyncio.sleep(1)


def _line(act: str, actor: str, now: float, counts: Counter[str]) -> AuditLine:
    note = " ".join(f"{name}={count}" for name, count in sorted(counts.items()))
    return AuditLine(now, act, "", "", actor, _DONE, note)
