"""The hotline as supervisors see it: every call that is not over, and what they may do about one."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from xmpp_agent.flows import hotline
from xmpp_agent.flows.hotline_rows import as_it_stands, newest_message
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.model.calls import Call
from xmpp_agent.model.letters import Failure
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Session, SessionKind
from xmpp_agent.rules import hotline as rules
from xmpp_agent.rules.hotline import Act
from xmpp_agent.rules.staff_acts import may_see

RULE = "hotline"
_ACTS: Mapping[Act, Callable[[StaffOffice, Session, str], Awaitable[None]]] = {
    Act.AGAIN: hotline.send_link_again,
    Act.PROMISE: hotline.promise_call_back,
    Act.TAKEN: hotline.rung_back,
}
"""What the console can ask for."""


@dataclass(frozen=True, slots=True, repr=False)
class OpenCall:
    """One call that is not over. `repr` tells nothing."""

    row: rules.Row
    failure: Failure | None
    """Why the newest message did not go out."""
    version: int
    """Grows with every change of the call or its message: what an act says it saw."""
    since: float
    """When it came to stand where it stands, seconds since 1970."""
    may: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """One act as it was asked for."""

    act: Act
    call: str
    units: frozenset[str]
    """Of the supervisor who asks; "*": all."""
    actor: str
    version: int | None = None
    """What they saw; None: whatever stands."""


async def open_calls(desk: StaffOffice, appointments: Collection[str] | None = None) -> Mapping[str, OpenCall]:
    """By appointment: calls that are not over, of these appointments (None: all of them). Raises Unavailable."""
    every = await desk.calls.not_over()
    found = tuple(call for call in every if appointments is None or call.appointment in appointments)
    units = {call.unit for call in found}
    return {call.appointment: await _as_open(desk, session(desk, "", units), call) for call in found}


async def handle(desk: StaffOffice, wish: Wish) -> Verdict:
    """Do it, or say why not; both on record with who asked. Raises Unavailable: then it was not done."""
    call = await desk.calls.call(wish.call)
    who = session(desk, wish.actor, wish.units)
    reason = Reason.NO_APPOINTMENT
    if call is not None:
        reason = Reason.ALLOWED if may_see(wish.units, call.unit) else Reason.NOT_YOUR_UNIT
    verdict = _verdict(reason)
    if call is not None and verdict.is_open:
        verdict = await _judged(desk, who, call, wish)
    if verdict.is_open:
        try:
            await _ACTS[wish.act](desk, who, wish.call)
        except Refused as no:
            verdict = no.verdict
    if not verdict.is_open:
        subject, room = (call.appointment, call.room) if call is not None else ("", "")
        await desk.office.records.keep(desk.office.line(f"call-{wish.act}", wish.actor, subject, verdict, room))
    return verdict


async def _judged(desk: StaffOffice, who: Session, call: Call, wish: Wish) -> Verdict:
    at = await _as_open(desk, who, call)
    verdict = rules.may_do(wish.act, at.row)
    if verdict.is_open and wish.version not in {None, at.version}:
        return _verdict(Reason.CHANGED_MEANWHILE)
    return verdict


async def _as_open(desk: StaffOffice, who: Session, call: Call) -> OpenCall:
    letters = await desk.office.mailroom.letters_of(call.appointment)
    row = await as_it_stands(desk, who, call, await desk.room(call.room), letters)
    newest = newest_message(letters)
    changed = max(call.changed_at, newest.changed_at if newest is not None else 0.0)
    is_message = row.at in (rules.Stage.SENDING, rules.Stage.SENT, rules.Stage.DELIVERED, rules.Stage.NOT_SENT)
    return OpenCall(
        row=row,
        failure=newest.failure if newest is not None and row.at is rules.Stage.NOT_SENT else None,
        version=int(changed * 1000),
        since=changed if is_message else call.changed_at,
        may=rules.offers(row, rules.FOR_SUPERVISORS),
    )


def session(desk: StaffOffice, actor: str, units: Collection[str]) -> Session:
    """A supervisor at the console, as flows of staff's pages know one; good for one act."""
    now = desk.office.clock.now()
    return Session("", SessionKind.STAFF, actor, now, now, supervises=frozenset(units))


def _verdict(reason: Reason) -> Verdict:
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said(RULE, decision, reason),))
