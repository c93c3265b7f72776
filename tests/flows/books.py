"""A store and a ledger that really keep what they are given, outlive the agent, and can be told to fail."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from xmpp_agent.model.appointments import Appointment, Known, Room
from xmpp_agent.model.audit import AuditLine, Look
from xmpp_agent.model.people import Pass, PassRecord, Person
from xmpp_agent.model.recordings import Consent, Recording, Stage
from xmpp_agent.model.rooms import Place, RoomMemory
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import PassFault, Unavailable


class JumpingClock:
    """Time that passes only when the test says so."""

    def __init__(self, now: float) -> None:
        self._now = now

    def now(self) -> float:
        """See `ports.Clock`."""
        return self._now

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        assert seconds >= 0
        self._now += seconds


@dataclass
class Life:
    """Whether the agent that holds these ports still lives: a killed one changes nothing any more."""

    alive: bool = True


@dataclass
class Shelf:
    """What stands in the database."""

    people: dict[str, Person] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)
    minted: dict[str, Pass] = field(default_factory=dict)
    """By token; passes that were never used are not known to `pass_record`."""
    used: dict[str, PassRecord] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    memories: dict[str, RoomMemory] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    lines: list[AuditLine] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    recordings: dict[str, Recording] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    refuse_writes: int = 0
    """How many of the next writes fail."""
    refuse_reads: int = 0


class Books:
    """`ports.Store`, `Ledger`, `PassReader` and `RoomRecordings` for one agent over a shelf that outlives it."""

    def __init__(self, shelf: Shelf, life: Life) -> None:
        self._shelf, self._life = shelf, life

    async def _reading(self) -> None:
        await asyncio.sleep(0)
        if self._shelf.refuse_reads or not self._life.alive:
            self._shelf.refuse_reads = max(0, self._shelf.refuse_reads - 1)
            raise Unavailable("the database cannot answer")

    async def _writing(self) -> None:
        await asyncio.sleep(0)
        if self._shelf.refuse_writes or not self._life.alive:
            self._shelf.refuse_writes = max(0, self._shelf.refuse_writes - 1)
            raise Unavailable("the audit line cannot be written")

    def read(self, token: str) -> Pass:
        """See `ports.PassReader`."""
        if token not in self._shelf.minted:
            raise PassFault(Reason.PASS_BROKEN if token else Reason.NO_PASS)
        return self._shelf.minted[token]

    async def known(self, pass_: Pass) -> Known | None:
        """See `ports.Store`."""
        await self._reading()
        person, room = self._shelf.people.get(pass_.person), self._shelf.rooms.get(pass_.room)
        appointment = self._shelf.appointments.get(pass_.appointment or "")
        if person is None or room is None or (appointment and appointment.room != pass_.room):
            return None
        return Known(pass_, person, room, appointment, pass_.id in self._shelf.revoked)

    async def pass_record(self, pass_id: str) -> PassRecord | None:
        """See `ports.Store`."""
        await self._reading()
        return self._shelf.used.get(pass_id)

    async def pass_records(self, pass_ids: Collection[str]) -> Mapping[str, PassRecord]:
        """See `ports.Store`."""
        await self._reading()
        return {i: self._shelf.used[i] for i in pass_ids if i in self._shelf.used}

    async def rooms(self, nodes: Collection[str]) -> Mapping[str, Room]:
        """See `ports.Store`."""
        await self._reading()
        return {node: self._shelf.rooms[node] for node in nodes if node in self._shelf.rooms}

    async def appointment(self, appointment_id: str) -> Appointment | None:
        """See `ports.Store`."""
        await self._reading()
        return self._shelf.appointments.get(appointment_id)

    async def memories(self, nodes: frozenset[str] | None = None) -> tuple[RoomMemory, ...]:
        """See `ports.Store`."""
        await self._reading()
        kept = self._shelf.memories
        if nodes is not None:
            return tuple(kept[node] for node in sorted(nodes & kept.keys()))
        with_places = {node for node, _ in self._shelf.places}
        busy = {n for n, m in kept.items() if m.visit or m.turnover_open or m.frozen_since is not None}
        return tuple(kept.get(node, RoomMemory(node)) for node in sorted(busy | with_places))

    async def places(self, since: float) -> tuple[Place, ...]:
        """See `ports.Store`."""
        await self._reading()
        held = (p for p in self._shelf.places.values() if p.left_at is None or p.left_at > since)
        return tuple(sorted(held, key=lambda p: (p.since, p.node, p.seat)))

    async def in_room(self, node: str) -> tuple[Recording, ...]:
        """See `ports.recordings.RoomRecordings`."""
        await self._reading()
        return tuple(one for one in self._shelf.recordings.values() if one.room == node)

    async def at(self, stages: Collection[Stage]) -> tuple[Recording, ...]:
        """See `ports.recordings.RoomRecordings`."""
        await self._reading()
        return tuple(one for one in self._shelf.recordings.values() if one.stage in stages)

    async def of(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Recording, ...]]:
        """See `ports.recordings.RoomRecordings`."""
        await self._reading()
        found: dict[str, tuple[Recording, ...]] = {}
        for one in self._shelf.recordings.values():
            if one.appointment in appointment_ids:
                found[one.appointment] = (*found.get(one.appointment, ()), one)
        return found

    async def consents(self, appointment_ids: Collection[str]) -> Mapping[str, tuple[Consent, ...]]:
        """See `ports.recordings.RoomRecordings`."""
        await self._reading()
        found: dict[str, tuple[Consent, ...]] = {}
        for one in self._shelf.consents:
            if one.appointment in appointment_ids:
                found[one.appointment] = (*found.get(one.appointment, ()), one)
        return found

    async def write(
        self,
        line: AuditLine,
        memory: RoomMemory | None = None,
        place: Place | None = None,
        used: PassRecord | None = None,
        look: Look | None = None,
        recording: Recording | None = None,
    ) -> None:
        """See `ports.Ledger`."""
        await self._writing()
        if recording is not None:
            stands = self._shelf.recordings.get(recording.id)
            if recording.version != (stands.version if stands else 0) + 1:
                raise Unavailable("another version stands")
            self._shelf.recordings[recording.id] = recording
        self._put(line, memory, place)
        if used is not None:
            self._shelf.used.setdefault(used.pass_.id, used)
        if look is not None:
            self._shelf.looks.append(look)

    def jot(self, line: AuditLine, memory: RoomMemory | None = None, place: Place | None = None) -> None:
        """See `ports.Ledger`; what cannot be written is lost, as there."""
        if self._shelf.refuse_writes or not self._life.alive:
            self._shelf.refuse_writes = max(0, self._shelf.refuse_writes - 1)
            return
        self._put(line, memory, place)

    def _put(self, line: AuditLine, memory: RoomMemory | None, place: Place | None) -> None:
        self._shelf.lines.append(line)
        if memory is not None:
            self._shelf.memories[memory.node] = memory
        if place is not None:
            self._shelf.places.pop((place.node, place.seat), None)
            if not place.done:
                self._shelf.places[place.node, place.seat] = place

    async def cancel_appointment(self, appointment_id: str, line: AuditLine) -> None:
        """See `ports.Ledger`."""
        await self._writing()
        self._shelf.lines.append(line)
        found = self._shelf.appointments[appointment_id]
        self._shelf.appointments[appointment_id] = replace(found, cancelled_at=1.0)

    async def revoke_pass(self, pass_id: str, line: AuditLine) -> None:
        """See `ports.Ledger`."""
        await self._writing()
        self._shelf.lines.append(line)
        self._shelf.revoked.add(pass_id)
