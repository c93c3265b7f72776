"""A small Prosody: sessions, rooms and occupants as a real MUC would hold them, with the gate in front of each door.

It is the truth of these tests. It keeps, besides what Prosody has, what a watchful porter would note down (`Room`):
who left traces in a room since it was last cleared, whom staff clicked in, since when nobody minds it. Whatever must
never happen is written into `faults` at the moment it does.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.flows.books import JumpingClock
from xmpp_agent.flows.follow import Told
from xmpp_agent.flows.questions import Answer, Question
from xmpp_agent.flows.resync import Seen, SeenGone, SeenRoom, SeenSession
from xmpp_agent.model.people import Pass, Role
from xmpp_agent.ports import Inside

USERS, ROOMS, LOBBY = "meet.example.dk", "conference.meet.example.dk", "lobby.meet.example.dk"
FOCUS = "focus@auth.meet.example.dk/focus"
RECORDER = "jibri@recorder.meet.example.dk/one"
GONE_KEPT = 120.0
"""Seconds a departure from the lobby is shown in snapshots (docs/gate-protocol.md)."""


@dataclass
class Session:
    """One client's connection."""

    jid: str
    token: str
    pass_: Pass
    nick: str
    knocks: dict[str, float] = field(default_factory=dict)
    """Lobby rooms it stands in: node -> time of the first knock."""
    room: str = ""
    """Node of the meeting it is in."""
    invited: bool = False
    alive: bool = True
    recalled: bool = False
    """Closed by the agent's order."""

    @property
    def user(self) -> str:
        """Localpart that Prosody gave it."""
        return self.jid.partition("@")[0]

    @property
    def is_staff(self) -> bool:
        """Whether it is staff, by its signed pass."""
        return self.pass_.role is Role.STAFF

    def stands_at(self, node: str) -> str:
        """Its address in a lobby room."""
        return f"{node}@{LOBBY}/{self.nick}"


@dataclass
class Room:
    """A MUC room that exists."""

    node: str
    inside: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Full JID -> (affiliation, role)."""
    focus: bool = False
    recorder: bool = False
    said: tuple[str, str] = ("", "")
    """What the focus said last of a recording, and its session."""
    slow_to_stop: bool = False
    """The recorder takes its time."""
    stops: int = 0
    """How often it was asked to stop."""
    traces: set[str] = field(default_factory=set)
    """Appointments that left something here since the room was made or cleared."""
    unattended_since: float | None = None
    alone_since: float | None = None


class ModelProsody:
    """Everything Prosody knows. `agent` is whoever holds the component's place now (None: nobody)."""

    def __init__(self, clock: JumpingClock) -> None:
        self.clock = clock
        self.sessions: dict[str, Session] = {}
        self.rooms: dict[str, Room] = {}
        self.screens: dict[tuple[str, str], dict[str, str]] = {}
        """(node, staff's JID) -> waiting nick -> waiting JID: what that staff member's client shows."""
        self.departed: list[tuple[str, float]] = []
        self.faults: list[str] = []
        self.tell: Callable[[Told], None] | None = None
        """Hands an event to the agent; None while the link is down."""
        self.lobby_presence: Callable[[Session, str, bool], None] | None = None
        """Hands a lobby presence (session, node, whether it comes) to the agent; None while the link is down."""
        self.ask: Callable[[Question], asyncio.Future[Answer | None]] | None = None
        self.entered: list[Callable[[Session, Room, set[str]], None]] = []
        """Called when somebody comes into a room, with the company there was when they asked or is now."""
        self.cleared: list[Callable[[str], None]] = []
        """Called with a node when nothing of the past is left in that room."""
        self._number = 0

    # --- what clients do ---------------------------------------------------------------------------------------

    async def connect(self, token: str, pass_: Pass) -> Session | None:
        """SASL with this token; None when refused."""
        self._number += 1
        user = f"u{self._number}"
        same = [s for s in self.sessions.values() if s.pass_.id == pass_.id]
        answer = await self._asked(Question("authenticate", self.clock.now(), token=token, user=user))
        if answer is None or not answer.verdict.is_open:
            return None
        if any(other.alive or other.recalled for other in same):
            self.faults.append(f"{pass_.person} sits twice on one pass")
        session = Session(f"{user}@{USERS}/r", token, pass_, f"n{self._number:07d}")
        self.sessions[session.jid] = session
        return session

    async def conference(self, session: Session, node: str) -> bool:
        """The conference request; the focus comes when the agent lets it through and lets the focus in."""
        answer = await self._about(session, node, "conference")
        if answer is None or not answer.verdict.is_open or not session.alive:
            return False
        room = self.rooms.get(node)
        if room is None or not room.focus:
            asks = "join" if room else "create"
            jid = f"{node}@{ROOMS}"
            asked = Question(asks, self.clock.now(), room=jid, jid=FOCUS, nick="focus", exists=room is not None)
            entry = await self._asked(asked)
            if entry is not None and entry.verdict.is_open and self.rooms.get(node) is room:
                self._open(node).focus = True
        return True

    async def join(self, session: Session, node: str) -> str:
        """A join: `inside`, `lobby` (told to knock), `refused`, or `away` (the agent did not answer)."""
        if session.room == node:
            return "inside"
        for _ in range(3):
            room = self.rooms.get(node)
            company = self.company(node)
            answer = await self._about(session, node, "join" if room else "create")
            if not session.alive or answer is None:
                return "away"
            if not answer.verdict.is_open:
                return "lobby" if answer.verdict.decision == "wait" else "refused"
            if self.rooms.get(node) is room:
                self._enter(session, node, answer, company | self.company(node))
                return "inside"
        return "refused"

    async def knock(self, session: Session, node: str) -> None:
        """Presence to the lobby room; while the agent is away the shim keeps it."""
        if not session.alive:
            return
        session.knocks.setdefault(node, self.clock.now())
        if session.is_staff:
            self.screens.setdefault((node, session.jid), {})
        if self.lobby_presence is not None:
            self.lobby_presence(session, node, True)

    def step_out(self, session: Session, node: str) -> None:
        """Unavailable presence to the lobby room."""
        if session.knocks.pop(node, None) is None:
            return
        self.screens.pop((node, session.jid), None)
        self.departed.append((session.stands_at(node), self.clock.now()))
        if self.lobby_presence is not None:
            self.lobby_presence(session, node, False)

    def leave(self, session: Session, why: str = "left") -> None:
        """Out of the meeting."""
        room = self.rooms.get(session.room)
        session.room = ""
        if room is None or session.jid not in room.inside:
            return
        del room.inside[session.jid]
        self._tell("left", room.node, session, why)
        self._mind(room)
        if not room.inside:
            self._end(room)

    def close(self, session: Session, *, closed_first: bool = False) -> None:
        """The connection ends for good, wherever the client was."""
        if not session.alive:
            return
        session.alive = False
        del self.sessions[session.jid]
        if closed_first:
            self._tell("closed", "", session)
        self.leave(session, "gone")
        for node in tuple(session.knocks):
            self.step_out(session, node)
        if not closed_first:
            self._tell("closed", "", session)

    def restart(self) -> None:
        """Prosody itself starts anew: nothing is left of connections and rooms."""
        self.tell = self.lobby_presence = self.ask = None
        for session in self.sessions.values():
            session.alive, session.room = False, ""
        self.sessions.clear()
        for room in tuple(self.rooms.values()):
            self._end(room)
        self.screens.clear()
        self.departed.clear()

    # --- what the agent orders ---------------------------------------------------------------------------------

    def occupants(self, node: str) -> tuple[Inside, ...]:
        """Everybody inside, as answers to orders and snapshots show them."""
        room = self.rooms.get(node)
        if room is None:
            return ()
        machines = (Inside(FOCUS, "focus", "", "moderator"),) * room.focus
        machines += (Inside(RECORDER, "jibri", "", "participant"),) * room.recorder
        people = (self.sessions[jid] for jid in room.inside)
        return (*machines, *(Inside(s.jid, s.nick, s.pass_.id, room.inside[s.jid][1]) for s in people))

    def snapshot(self) -> list[Seen]:
        """Every page, of users and of rooms."""
        since = self.clock.now() - GONE_KEPT
        seen: list[Seen] = [SeenGone(address) for address, at in self.departed if at >= since]
        for session in self.sessions.values():
            stands = tuple((session.stands_at(node), at) for node, at in session.knocks.items())
            seen.append(SeenSession(session.jid, session.pass_.id, stands))
        rooms = self.rooms.items()
        seen.extend(SeenRoom(f"{node}@{ROOMS}", self.occupants(node), *room.said, "m-1") for node, room in rooms)
        return seen

    def clear(self, node: str) -> bool:
        """Turnover; False when there is no such room."""
        room = self.rooms.get(node)
        if room is None:
            return False
        room.traces = {s.pass_.appointment for s in self._people(room) if s.pass_.appointment is not None}
        for watcher in self.cleared:
            watcher(node)
        return True

    def recorded(self, node: str, news: str, session: str = "s-1", *, recorder: bool) -> None:
        """The focus says so of a recording, and its recorder is there or not."""
        room = self.rooms[node]
        room.said = (news, session)
        self._recorder(room, recorder=recorder)
        if self.tell is not None:
            told = Told("recording", self.clock.now(), f"{node}@{ROOMS}", why=news, session=session, meeting="m-1")
            self.tell(told)

    def stop_recording(self, node: str) -> None:
        """Staff's client asks the focus to stop, or without staff the recorder is put out; it is over either way."""
        room = self.rooms[node]
        room.stops += 1
        if room.recorder and not room.slow_to_stop:
            self.recorded(node, "off", room.said[1], recorder=False)

    def destroy(self, node: str) -> None:
        """The room and everybody in it."""
        room = self.rooms.get(node)
        if room is not None:
            for session in self._people(room):
                session.room = ""
                self._tell("left", node, session, "kicked")
            room.inside.clear()
            self._end(room)

    # --- how it hangs together -----------------------------------------------------------------------------------

    async def _about(self, session: Session, node: str, ask: str) -> Answer | None:
        asked = Question(
            ask,
            self.clock.now(),
            room=f"{node}@{ROOMS}",
            jid=session.jid,
            nick=session.nick,
            pass_id=session.pass_.id,
            exists=node in self.rooms,
        )
        return await self._asked(asked)

    async def _asked(self, question: Question) -> Answer | None:
        return None if self.ask is None else await self.ask(question)

    def _open(self, node: str) -> Room:
        room = self.rooms.get(node)
        if room is None:
            room = self.rooms[node] = Room(node)
            if self.tell is not None:
                self.tell(Told("made", self.clock.now(), room=f"{node}@{ROOMS}"))
        return room

    def company(self, node: str) -> set[str]:
        """What kinds of people are inside: `staff`, `citizen of ...`, `companion of ...`."""
        room = self.rooms.get(node)
        people = [s.pass_ for s in self._people(room)] if room is not None else []
        return {"staff" if p.role is Role.STAFF else f"{p.role.value} of {p.appointment}" for p in people}

    def _enter(self, session: Session, node: str, answer: Answer, company: set[str]) -> None:
        if session.room:
            self.leave(session)
        made = node not in self.rooms
        if made and not session.is_staff:
            self.faults.append(f"{session.pass_.person} made a room")
        room = self._open(node)
        room.inside[session.jid] = (answer.affiliation, answer.role)
        session.room, session.invited = node, False
        for watcher in self.entered:
            watcher(session, room, company)
        if session.pass_.appointment is not None:
            room.traces.add(session.pass_.appointment)
        self._tell("joined", node, session)
        self._mind(room)

    def _end(self, room: Room) -> None:
        if self.rooms.get(room.node) is room:
            del self.rooms[room.node]
            for watcher in self.cleared:
                watcher(room.node)
            if self.tell is not None:
                self.tell(Told("destroyed", self.clock.now(), room=f"{room.node}@{ROOMS}"))

    def recorder_leaves(self, node: str) -> None:
        """Out of the room, without a word of the focus."""
        self._recorder(self.rooms[node], recorder=False)

    def _recorder(self, room: Room, *, recorder: bool) -> None:
        came_or_left = "joined" if recorder else "left"
        if room.recorder is not recorder and self.tell is not None:
            self.tell(Told(came_or_left, self.clock.now(), f"{room.node}@{ROOMS}", RECORDER, "jibri"))
        room.recorder = recorder

    def _tell(self, event: str, node: str, session: Session, why: str = "") -> None:
        if self.tell is not None:
            address = f"{node}@{ROOMS}" if node else ""
            told = Told(event, self.clock.now(), address, session.jid, session.nick, session.pass_.id, why)
            self.tell(told)

    def _people(self, room: Room) -> Iterator[Session]:
        yield from [self.sessions[jid] for jid in room.inside]

    def _mind(self, room: Room) -> None:
        now, roles = self.clock.now(), [s.pass_.role for s in self._people(room)]
        visitors = [role for role in roles if role is not Role.STAFF]
        unattended = bool(visitors) and Role.STAFF not in roles
        alone = bool(visitors) and Role.CITIZEN not in visitors
        room.unattended_since = (room.unattended_since or now) if unattended else None
        room.alone_since = (room.alone_since or now) if alone else None
