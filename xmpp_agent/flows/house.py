"""The house: what the agent knows right now, and the ways out of it that the flows may use."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from xmpp_agent.flows.lanes import Lanes
from xmpp_agent.model.appointments import Known
from xmpp_agent.model.audit import AuditLine, Look
from xmpp_agent.model.people import Pass, PassRecord, SystemUser
from xmpp_agent.model.recordings import Recording
from xmpp_agent.model.rooms import Place, RoomMemory, RoomState
from xmpp_agent.model.verdicts import Decision, Reason, Said, Verdict
from xmpp_agent.model.visitors import Arrival
from xmpp_agent.ports import Clock, Ledger, LobbyDoor, PassReader, Prosody, Store, Unavailable
from xmpp_agent.ports.recordings import RoomRecordings
from xmpp_agent.rules import visits
from xmpp_agent.rules.admission.facts import SeatHolder

ANSWER_WITHIN = 3.5
"""Seconds after which Prosody no longer listens for an answer (it holds 4)."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The names of the house, from the settings."""

    users: str
    rooms: str
    lobby: str
    focus: str
    recorder_host: str = ""
    more_rooms: frozenset[str] = frozenset()
    """Other room domains that are guarded too (breakout rooms): nobody enters there."""

    def system_user(self, jid: str) -> SystemUser | None:
        """Which machine this real address is, if any; nicks do not count."""
        if jid.partition("/")[0] == self.focus.partition("/")[0]:
            return SystemUser.FOCUS
        if self.recorder_host and host_of(jid) == self.recorder_host:
            return SystemUser.RECORDER
        return None


@dataclass(frozen=True, slots=True)
class Connection:
    """A client that logged in with a pass; `user` is the localpart Prosody gave it."""

    user: str
    pass_id: str
    seat: str
    issued_at: float


@dataclass(frozen=True, slots=True)
class Change:
    """A room before and after a step, for whoever shows rooms (lobby lists, console)."""

    before: RoomState | None
    after: RoomState | None


@dataclass
class House:
    """Everything the flows work on. Room states are values; only `settle` replaces them."""

    addresses: Addresses
    clock: Clock
    passes: PassReader
    store: Store
    ledger: Ledger
    recordings: RoomRecordings
    prosody: Prosody
    lobby: LobbyDoor
    lanes: Lanes
    rooms: dict[str, RoomState] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    seats: dict[str, dict[str, Connection]] = field(default_factory=dict)
    """The same connections by seat."""
    known: dict[str, Known] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    came_with: dict[tuple[str, str], Arrival] = field(default_factory=dict)
    """By appointment and person: how whoever waits came, as it was when they knocked."""
    tried: dict[str, float] = field(default_factory=dict)
    """By room: when the clock last tried to end or clear it."""
    stop_asked: dict[str, float] = field(default_factory=dict)
    """By room: when the clock last asked for the end of a recording nobody minds."""
    recorded_in: set[str] = field(default_factory=set)
    """Rooms in which a recording may be on: one was written down since, or was on when the picture was taken."""
    told: dict[str, dict[str, int]] = field(default_factory=dict)
    """By room and seat: the place in line people were told last."""
    on_change: list[Callable[[Change], None]] = field(default_factory=list)
    on_note: list[Callable[[str, str, str | None, str], None]] = field(default_factory=list)
    """Called with (node, kind, knock, text): things a supervisor should read once."""

    def settle(self, after: RoomState) -> None:
        """Make this the room's state and let everybody who shows it know."""
        before = self.rooms.get(after.room.node)
        if before == after:
            return
        self.rooms[after.room.node] = after
        for listener in self.on_change:
            listener(Change(before, after))

    def shown_anew(self, node: str) -> None:
        """The room is as it was, but more is known of its people."""
        state = self.rooms.get(node)
        for listener in self.on_change:
            listener(Change(state, state))

    def note(self, node: str, kind: str, knock: str | None = None, text: str = "") -> None:
        """Tell supervisors something that is not a state."""
        for listener in self.on_note:
            listener(node, kind, knock, text)

    async def holder(self, pass_id: str) -> Known | None:
        """Who holds this pass, from memory or (after a restart) from the store."""
        known = self.known.get(pass_id)
        if known is not None or not pass_id:
            return known
        record = await self.store.pass_record(pass_id)
        if record is None:
            return None
        known = await self.store.known(record.pass_)
        if known is not None:
            await self.remember(known, record.first_used_at)
        return known

    async def remember(self, known: Known, first_used_at: float) -> None:
        """Keep the holder of a pass at hand, and the room it is for, with what is remembered of it."""
        if known.room.node not in self.rooms:
            state = RoomState(room=known.room)
            for kept in await self.store.memories(frozenset({known.room.node})):
                state = visits.remember(state, kept)
            if known.room.node not in self.rooms:  # another lane may have brought it in meanwhile
                self.settle(state)
        was = self.known.get(known.pass_.id)
        if was is not None and was.revoked:  # read from the store before it was taken back: dead stays dead
            known = replace(known, revoked=True)
        self.known[known.pass_.id] = known
        self.used[known.pass_.id] = first_used_at

    def forget_everything(self) -> None:
        """Another agent was at the door meanwhile: what is known is what the store and Prosody say."""
        for memory in (
            self.rooms,
            self.connections,
            self.seats,
            self.known,
            self.used,
            self.places,
            self.came_with,
            self.told,
            self.tried,
            self.stop_asked,
            self.recorded_in,
        ):
            memory.clear()

    def connect(self, user: str, pass_: Pass) -> None:
        """Note that this connection carries this pass."""
        self.disconnect(user)
        connection = Connection(user, pass_.id, pass_.seat, pass_.issued_at)
        self.connections[user] = connection
        self.seats.setdefault(connection.seat, {})[user] = connection

    def disconnect(self, user: str) -> None:
        """Note that this connection is gone for good."""
        connection = self.connections.pop(user, None)
        if connection is not None:
            on_seat = self.seats[connection.seat]
            on_seat.pop(user, None)
            if not on_seat:
                del self.seats[connection.seat]

    def others_on_seat(self, known: Known, user: str) -> tuple[Connection, ...]:
        """Connections that sit on this seat besides that one."""
        return tuple(c for c in self.seats.get(known.pass_.seat, {}).values() if c.user != user)

    def seat_holder(self, known: Known, user: str) -> SeatHolder:
        """Who else is connected on this seat, seen from one connection."""
        held = SeatHolder.NOBODY
        for other in self.seats.get(known.pass_.seat, {}).values():
            if other.user == user:
                continue
            if other.pass_id == known.pass_.id:
                return SeatHolder.SAME_PASS
            if other.issued_at > known.pass_.issued_at:
                return SeatHolder.NEWER_PASS
            held = SeatHolder.OLDER_PASS
        return held

    def room_at(self, jid: str) -> RoomState | None:
        """The room with this address; None for any other domain and for rooms Portner does not know."""
        return self.rooms.get(node_of(jid)) if host_of(jid) == self.addresses.rooms else None

    async def write(
        self,
        act: str,
        verdict: Verdict,
        *,
        room: str,
        subject: str = "",
        actor: str = "",
        note: str = "",
        memory: RoomMemory | None = None,
        place: Place | None = None,
        used: PassRecord | None = None,
        look: Look | None = None,
        recording: Recording | None = None,
    ) -> Verdict:
        """Put the decision on record; what comes back is the verdict, or a refusal when it could not be written."""
        line = AuditLine(self.clock.now(), act, room, subject, actor, verdict, note)
        try:
            await self.ledger.write(line, memory=memory, place=place, used=used, look=look, recording=recording)
        except Unavailable:
            return not_on_record(verdict)
        if place is not None:
            self.places[place.node, place.seat] = place
        if recording is not None:
            self.recorded_in.add(recording.room)
        return verdict

    def jot(
        self,
        act: str,
        *,
        room: str,
        subject: str = "",
        note: str = "",
        memory: RoomMemory | None = None,
        place: Place | None = None,
    ) -> None:
        """Put on record what has happened already; nobody waits for it and nothing may open because of it."""
        line = AuditLine(self.clock.now(), act, room, subject, "", HAPPENED, note)
        self.ledger.jot(line, memory=memory, place=place)
        if place is not None:
            self.places[place.node, place.seat] = place


HAPPENED = Verdict(Decision.OPEN, Reason.ALLOWED)
"""In the record of something that was told, not decided."""


def not_on_record(verdict: Verdict) -> Verdict:
    """The refusal that takes the place of a verdict that could not be written down."""
    said = Said("audit", Decision.REFUSE, Reason.AUDIT_UNAVAILABLE)
    return Verdict(Decision.REFUSE, Reason.AUDIT_UNAVAILABLE, (*verdict.said, said))


def node_of(jid: str) -> str:
    """The localpart of an address ("" when it has none)."""
    bare = jid.partition("/")[0]
    return bare.rpartition("@")[0] if "@" in bare else ""


def host_of(jid: str) -> str:
    """The domain of an address."""
    return jid.partition("/")[0].rpartition("@")[2]
