"""Counting: what happens in the house becomes the facts behind the numbers, kept for a day, of units and of nobody."""

import hashlib
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from xmpp_agent.flows.house import Change, House
from xmpp_agent.model.appointments import DAY
from xmpp_agent.model.figures import Ended, Facts, LiveRoom, Lying, Sample, Targets, Wait
from xmpp_agent.model.people import Role
from xmpp_agent.model.rooms import RoomState, Waiting
from xmpp_agent.model.units import Unit
from xmpp_agent.ports.figures import Figures, InLine
from xmpp_agent.rules.figures.ended import accepted_at, left
from xmpp_agent.rules.figures.series import FIVE_MINUTES
from xmpp_agent.rules.figures.waits import ended_at
from xmpp_agent.rules.staff_day import HERE_FOR

KEPT: Final = DAY + 3600.0
"""Seconds; the day that is shown, and the hour that is not over."""
Dated = TypeVar("Dated", Wait, Sample)
_LONGEST_STEP: Final = 30.0
"""Seconds between two looks that still count as staff's time; beyond, nobody knows what they did."""


@dataclass(slots=True)
class _Now:
    """A unit at this moment."""

    waiting: list[float] = field(default_factory=list)
    rooms: list[LiveRoom] = field(default_factory=list)


class Counting:
    """One per agent. `watch` belongs into `House.on_change`; `look` is called every few seconds, whoever looks on."""

    def __init__(self, house: House, book: Figures) -> None:
        self._house, self._book = house, book
        self._waits: defaultdict[str, list[Wait]] = defaultdict(list)
        self._samples: defaultdict[str, list[Sample]] = defaultdict(list)
        self._ids: set[str] = set()
        self._new: dict[str, Wait] = {}
        self._new_samples: list[Sample] = []
        self._spent: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._looked_at: float | None = None
        self._units: dict[str, Unit] = {}
        self._lying: dict[str, Lying] | None = None
        self._in_line: tuple[InLine, ...] = ()
        self._now: dict[str, _Now] = {}

    # what happens

    def watch(self, change: Change) -> None:
        """Note whose wait ended, and how."""
        before, after = change.before, change.after
        if before is None or after is None:
            return
        if before.queue is not after.queue or before.inside is not after.inside:
            for wait in self._over(before, after):
                self._add(wait)

    def _over(self, before: RoomState, after: RoomState) -> Iterator[Wait]:
        now, node, unit = self._house.clock.now(), after.room.node, after.room.unit
        there = {person.seat for person in before.inside if person.arrived}
        for person in after.inside:
            if person.role is Role.CITIZEN and person.arrived and person.seat not in there:
                place = self._house.places.get((node, person.seat))
                if place is not None:
                    until = accepted_at(after, person, now)
                    yield Wait(_id(node, person.seat), unit, place.since, until, Ended.ACCEPTED)
        standing = {person.seat for person in after.queue} | {person.seat for person in after.inside}
        for gone in before.queue:
            if gone.role is Role.CITIZEN and gone.seat not in standing:
                yield self._gone(node, unit, gone, now)

    def _gone(self, node: str, unit: str, person: Waiting, now: float) -> Wait:
        ended, until = left(person, now)
        return Wait(_id(node, person.seat, person.since), unit, person.since, until, ended)

    def _add(self, wait: Wait) -> None:
        """Once: who was let in before and stands in the lobby again is not a new wait."""
        if wait.id in self._ids:
            return
        self._ids.add(wait.id)
        insort(self._waits[wait.unit], wait, key=ended_at)
        self._new[wait.id] = wait

    # what is

    def look(self, now: float, *, seeing: bool) -> None:
        """Take in how every unit stands; at each full five minutes that is a mark to be kept.

        `seeing`: whether the house is what Prosody has. A standby, or an agent whose link is down, marks nothing.
        """
        self._now = _standing(self._house)
        if not seeing:
            self._looked_at = None
            return
        step = now - self._looked_at if self._looked_at is not None else 0.0
        for unit, here in self._now.items():
            if 0.0 < step <= _LONGEST_STEP:
                spent = self._spent[unit]
                spent[0] += step * sum(room.staff for room in here.rooms if room.guests)
                spent[1] += step * sum(room.staff for room in here.rooms if not room.guests)
        mark = (now // FIVE_MINUTES) * FIVE_MINUTES
        if self._looked_at is not None and self._looked_at < mark:
            self._mark(mark)
        self._looked_at = now

    def _mark(self, at: float) -> None:
        for unit in {*self._now, *self._spent, *self._units}:
            here, (busy, free) = self._now.get(unit, _Now()), self._spent[unit]
            waiting = len(here.waiting) + sum(1 for each in self._in_line if each.unit == unit)
            sample = Sample(unit, at, waiting, len(here.rooms), busy, free)
            self._samples[unit].append(sample)
            self._new_samples.append(sample)
        self._spent.clear()
        self._let_go(at - KEPT)

    def _let_go(self, before: float) -> None:
        for unit, theirs in self._waits.items():
            self._ids.difference_update(wait.id for wait in theirs if wait.until < before)
            self._waits[unit] = [wait for wait in theirs if wait.until >= before]
        for unit, marks in self._samples.items():
            self._samples[unit] = [mark for mark in marks if mark.at >= before]

    # the database

    async def recall(self, now: float) -> None:
        """What another agent counted, before this one or while it stood by. Raises Unavailable."""
        theirs = {wait.id: wait for wait in await self._book.waits(now - KEPT)}
        samples = await self._book.samples(now - KEPT)
        for ident in theirs.keys() & self._new.keys():  # the first word counts, and theirs is the first
            del self._new[ident]
        waits = {wait.id: wait for ours in self._waits.values() for wait in ours} | theirs
        self._ids = set(waits)
        self._waits.clear()
        for wait in sorted(waits.values(), key=ended_at):
            self._waits[wait.unit].append(wait)
        marks = {(mark.unit, mark.at): mark for ours in self._samples.values() for mark in ours}
        marks |= {(mark.unit, mark.at): mark for mark in samples}
        self._samples.clear()
        for mark in sorted(marks.values(), key=made_at):
            self._samples[mark.unit].append(mark)

    async def keep(self, now: float) -> None:
        """Write down what is new. Raises Unavailable: then it is tried again with the next."""
        waits, samples = tuple(self._new.values()), tuple(self._new_samples)
        if waits or samples:
            await self._book.keep(waits, samples, now - KEPT)
            for wait in waits:
                self._new.pop(wait.id, None)
            del self._new_samples[: len(samples)]

    async def read(self, now: float) -> None:
        """Units, their targets, and the work that lies. Raises Unavailable."""
        self._units = {unit.id: unit for unit in await self._book.units()}
        self._lying = {each.unit: each for each in await self._book.lying(now)}
        self._in_line = await self._book.in_line(now - HERE_FOR)

    def forget_what_lies(self) -> None:
        """The database could not be asked: better no number than an old one."""
        self._lying, self._in_line = None, ()

    # the facts

    def units(self) -> frozenset[str]:
        """Every unit of which there is something to say; "" is of nobody knows which."""
        return frozenset({*self._units, *self._now, *self._waits, *(self._lying or ())})

    @property
    def in_line(self) -> tuple[InLine, ...]:
        """Who waits in the units' shared queues, as last read."""
        return self._in_line

    def targets(self, unit: str) -> Targets:
        """What a unit promises."""
        known = self._units.get(unit)
        return known.targets if known is not None else Targets()

    def facts(self, units: Collection[str], now: float, since: float) -> Facts:
        """All that is known of these units together; what is over, as far back as `since`."""
        here = [self._now[unit] for unit in units if unit in self._now]
        in_line = [each.since for each in self._in_line if each.unit in units]
        waits = [wait for unit in units for wait in _after(self._waits.get(unit, []), since, ended_at)]
        samples = [mark for unit in units for mark in _after(self._samples.get(unit, []), since, made_at)]
        return Facts(
            now=now,
            waits=tuple(sorted(waits, key=ended_at)),
            samples=tuple(sorted(samples, key=made_at)),
            waiting=tuple(since for each in here for since in each.waiting) + tuple(in_line),
            rooms=tuple(room for each in here for room in each.rooms),
            lying=self._lying_in(units),
        )

    def _lying_in(self, units: Collection[str]) -> tuple[Lying, ...] | None:
        return None if self._lying is None else tuple(each for each in self._lying.values() if each.unit in units)


def made_at(sample: Sample) -> float:
    """By which samples are in order."""
    return sample.at


def _after(ordered: Sequence[Dated], since: float, at: Callable[[Dated], float]) -> Sequence[Dated]:
    return ordered[bisect_right(ordered, since, key=at) :]


def _id(node: str, seat: str, since: float | None = None) -> str:
    """One for each first let in of a seat, and for each time somebody left; says nothing of either."""
    return hashlib.sha256(f"portner wait\n{node}\n{seat}\n{since}".encode()).hexdigest()[:40]


def _standing(house: House) -> dict[str, _Now]:
    found: defaultdict[str, _Now] = defaultdict(_Now)
    for state in house.rooms.values():
        if not state.exists and not state.queue:
            continue
        here = found[state.room.unit]
        for person in state.queue:
            if person.jid:
                here.waiting.append(person.since)
        if state.exists:
            here.rooms.append(_live(state))
    return dict(found)


def _live(state: RoomState) -> LiveRoom:
    there = [person for person in state.inside if person.arrived]
    staff = sum(1 for person in there if person.role is Role.STAFF)
    return LiveRoom(len(there), staff, len(there) - staff, state.frozen_since)
