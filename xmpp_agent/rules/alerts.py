"""What is an alert: the one definition, for the console's list, its bell, its lines, and the numbers; and what
supervisors may do about one.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from xmpp_agent.model.alerts import AlertKind, Handled, Raised
from xmpp_agent.model.figures import Measure, Targets
from xmpp_agent.model.people import Role
from xmpp_agent.model.recordings import Stage as RecordingStage
from xmpp_agent.model.rooms import Lane, RoomState, Waiting
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.rules import hotline
from xmpp_agent.rules.recording import custody
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.rules.unreached import Next

FROZEN_TOO_LONG: Final = 60.0
"""Seconds people may be in a room without staff before it is an alert; by default the visit ends after 120."""
OWNED_FOR: Final = 12 * 3600.0
"""Seconds an alert stays whose it is: who went home without giving it back does not keep it from the others."""
_LOST: Final = frozenset({hotline.Stage.LOST, hotline.Stage.NOT_SENT})
_CALL_THEM: Final = frozenset({Next.CALL, Next.NOTHING})
RULE: Final = "alert_act"


@dataclass(frozen=True, slots=True)
class RecordingAt:
    """A recording as it stands. `about`: the key of its row."""

    about: str
    unit: str
    stage: RecordingStage
    since: float
    attempts: int


@dataclass(frozen=True, slots=True)
class CallAt:
    """A hotline call as it stands."""

    about: str
    unit: str
    stage: hotline.Stage
    since: float


@dataclass(frozen=True, slots=True)
class InvitationAt:
    """Somebody an invitation has not reached yet."""

    about: str
    unit: str
    next: Next
    since: float


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """All that is looked at, at one moment."""

    now: float
    targets: Callable[[str], Targets]
    """What a unit promises; the wait that is red there is too long."""
    rooms: tuple[RoomState, ...] = ()
    stuck_since: Mapping[str, float] = field(default_factory=dict)
    """By room: since when it cannot be cleared."""
    in_line: tuple[tuple[str, float], ...] = ()
    """Who waits in units' shared queues: unit, and since when."""
    recordings: tuple[RecordingAt, ...] = ()
    calls: tuple[CallAt, ...] = ()
    invitations: tuple[InvitationAt, ...] = ()


def raised(facts: AlertFacts) -> tuple[Raised, ...]:
    """Every alert there is at that moment, most urgent kind first, then the oldest."""
    limits = {unit: too_long(facts.targets(unit)) for unit in {state.room.unit for state in facts.rooms}}
    found = [alert for state in facts.rooms for alert in _of_room(state, facts, limits[state.room.unit])]
    found += [*_in_line(facts), *_of_rows(facts)]
    urgency = {kind: place for place, kind in enumerate(AlertKind)}
    return tuple(sorted(found, key=lambda alert: (urgency[alert.kind], alert.since, alert.about, alert.seat)))


def _of_rows(facts: AlertFacts) -> Iterator[Raised]:
    for film in facts.recordings:
        if film.stage in custody.STUCK:
            yield _at_once(AlertKind.STUCK_RECORDING, film.unit, film.about, film.since, film.attempts)
    for call in facts.calls:
        if call.stage in _LOST:
            yield _at_once(AlertKind.LOST_CALL, call.unit, call.about, call.since)
    for missed in facts.invitations:
        if missed.next in _CALL_THEM:
            yield _at_once(AlertKind.NOT_REACHED, missed.unit, missed.about, missed.since)


def _at_once(kind: AlertKind, unit: str, about: str, since: float, attempts: int = 0) -> Raised:
    return Raised(kind, unit, about, since, since, f"{since}", attempts=attempts)


def ident(alert: Raised, shard: str) -> str:
    """By which the same alert is known from one look to the next and over restarts; says nothing of anybody."""
    words = (shard, alert.kind.value, alert.unit, alert.about, alert.seat, alert.mark)
    return hashlib.sha256("\n".join(("portner alert", *words)).encode()).hexdigest()[:26]


def _of_room(state: RoomState, facts: AlertFacts, limit: float) -> Iterator[Raised]:
    """`limit`: seconds from which a wait is too long there."""
    node, unit = state.room.node, state.room.unit
    if state.turnover_open and state.stuck:
        since = facts.stuck_since.get(node, facts.now)
        # Since when is forgotten with the agent; which visit cannot be cleared away is not.
        kind, people = AlertKind.STUCK_TURNOVER, len(state.queue)
        yield Raised(kind, unit, node, since, since, f"visit {state.seq}", people=people)
    since = state.frozen_since if state.frozen_since is not None and state.exists else facts.now
    if facts.now - since >= FROZEN_TOO_LONG:
        people = sum(1 for person in state.visitors() if person.arrived)
        yield Raised(
            AlertKind.FROZEN, unit, node, since, since + FROZEN_TOO_LONG, f"{since}",
            limit=FROZEN_TOO_LONG, people=people,
        )  # fmt: skip
    long_ago = facts.now - limit
    for person in state.queue:
        if person.jid and (person.since <= long_ago or person.lane is Lane.JUDGE):
            yield from _waiting(person, state, limit)


def _waiting(person: Waiting, state: RoomState, limit: float) -> Iterator[Raised]:
    """One for a person at most. A companion who waits long waits for their citizen."""
    node, unit, since = state.room.node, state.room.unit, person.since
    if person.lane is Lane.JUDGE:
        yield Raised(AlertKind.JUDGE, unit, node, since, since, f"{since}", person.seat, people=1)
    elif person.role is Role.CITIZEN:
        kind = AlertKind.LONG_WAIT
        yield Raised(kind, unit, node, since, since + limit, f"{since}", person.seat, limit=limit, people=1)


def _in_line(facts: AlertFacts) -> Iterator[Raised]:
    for unit, since in facts.in_line:
        limit = too_long(facts.targets(unit))
        if limit <= facts.now - since:
            yield Raised(AlertKind.LONG_WAIT, unit, "", since, since + limit, f"{since}", limit=limit, people=1)


def too_long(targets: Targets) -> float:
    """From how many seconds on a wait is too long in a unit; infinite when it has no such target."""
    limit = targets.limit(Measure.LONGEST_WAIT)
    return limit.red if limit is not None else float("inf")


class Act(StrEnum):
    """What a supervisor may do about an alert, beside what is done to what it is about."""

    ACKNOWLEDGE = "acknowledge"
    """Say that it was seen: it stays until it is over, and rings no more."""
    TAKE = "take"
    GIVE_BACK = "give_back"


def owner(handled: Handled | None, now: float) -> str:
    """Whose it is; empty: nobody's, or no longer theirs."""
    if handled is None or handled.owned_at is None or now - handled.owned_at >= OWNED_FOR:
        return ""
    return handled.owner


@dataclass(frozen=True, slots=True)
class Wish:
    """One act as it was asked for."""

    act: Act
    alert: str
    units: frozenset[str]
    """Of the supervisor who asks; "*": all."""
    actor: str
    version: int | None = None
    """What they saw; None: whatever stands."""


def may_do(wish: Wish, alert: Raised | None, handled: Handled | None, now: float) -> Verdict:
    """Whether that may be done about this alert; None: it is over, or never was."""
    return _verdict(_reason(wish, alert, handled, now))


def offers(alert: Raised, handled: Handled | None, now: float, actor: str = "") -> tuple[Act, ...]:
    """What this supervisor may do about it now, if they see it at all; empty: anybody but whose it is."""
    everybody = frozenset({"*"})
    return tuple(act for act in Act if may_do(Wish(act, "", everybody, actor), alert, handled, now).is_open)


def _reason(wish: Wish, alert: Raised | None, handled: Handled | None, now: float) -> Reason:
    if alert is None:
        return Reason.ALERT_OVER
    if not may_see(wish.units, alert.unit):
        return Reason.NOT_YOUR_UNIT
    whose = owner(handled, now)
    if whose not in ("", wish.actor):
        return Reason.ALERT_OWNED
    if wish.act is Act.GIVE_BACK and not whose:
        return Reason.ALERT_NOT_YOURS
    if wish.act is Act.TAKE and whose:
        return Reason.ALERT_YOURS
    if wish.act is Act.ACKNOWLEDGE and handled is not None and handled.seen_at is not None:
        return Reason.ALERT_SEEN
    if wish.version not in {None, handled.version if handled is not None else 0}:
        return Reason.CHANGED_MEANWHILE
    return Reason.ALLOWED


def _verdict(reason: Reason) -> Verdict:
    decision = Decision.OPEN if reason is Reason.ALLOWED else Decision.REFUSE
    return Verdict(decision, reason, (Said(RULE, decision, reason),))
