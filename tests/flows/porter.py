"""The porter: watches the model Prosody, notes what staff really did, and says what must never have happened.

Nothing here asks the agent for its opinion, except to see that its queue (what the console shows) has lost nobody.
"""

from dataclasses import dataclass, field

from tests.flows.books import Shelf
from tests.flows.model_prosody import ModelProsody, Room, Session
from xmpp_agent.flows.house import House
from xmpp_agent.model.appointments import Appointment
from xmpp_agent.model.people import Role
from xmpp_agent.rules.queue import PLACE_KEPT
from xmpp_agent.rules.visits import ON_THE_WAY

TICK = 5.0
"""Seconds between two looks of the agent at the clock, in these tests."""
SLACK = 3 * TICK
NEVER, UNDER_WAY = -1, 1_000_000_000


@dataclass
class Notes:
    """Of one room: when (number of the act) each appointment was last clicked in, each seat put out."""

    clicked: dict[str, int] = field(default_factory=dict)
    put_out: dict[str, int] = field(default_factory=dict)
    lines: int = 0
    """How many lines stood on record when the room was cleared last."""


class Porter:
    """Watches `prosody`; `shelf` says what was booked, which passes were made, and what stands on record."""

    def __init__(self, prosody: ModelProsody, shelf: Shelf) -> None:
        self._prosody, self._shelf = prosody, shelf
        self._notes: dict[str, Notes] = {}
        self._acts = 0
        self.well_since = prosody.clock.now()
        self.shut_out: set[str] = set()
        """Passes and appointments that were taken back and must not enter again."""
        self._arrived: dict[tuple[str, str], float] = {}
        self._left: dict[tuple[str, str], float] = {}
        self._unclear: set[tuple[str, str]] = set()
        self._seen: set[tuple[str, str]] = set()
        self._standing: set[tuple[str, str]] = set()
        prosody.entered.append(self._watch_entry)
        prosody.cleared.append(self.cleared)

    # --- what staff does -----------------------------------------------------------------------------------------

    def click_begins(self, node: str, appointment: str) -> int:
        """Staff lets in somebody of this appointment."""
        self._acts += 1
        self._note(node).clicked[appointment] = UNDER_WAY
        return self._acts

    def click_ends(self, node: str, appointment: str) -> None:
        """The act is over, whatever came of it."""
        self._acts += 1
        if appointment in self._note(node).clicked:
            self._note(node).clicked[appointment] = self._acts

    def kick_begins(self) -> int:
        """Staff begins to put somebody out."""
        self._acts += 1
        return self._acts

    def kicked(self, node: str, seat: str, begun: int) -> None:
        """Staff has put a seat out."""
        self._note(node).put_out[seat] = begun

    def turned_away(self, node: str, seat: str) -> None:
        """Staff has refused a waiting seat: the place is given up."""
        self._unclear.add((node, seat))

    def cleared(self, node: str) -> None:
        """The room was cleared or is gone: only acts still under way count for what follows."""
        note = self._note(node)
        note.clicked = {a: n for a, n in note.clicked.items() if n == UNDER_WAY}
        note.put_out.clear()
        note.lines = len(self._shelf.lines)

    def _note(self, node: str) -> Notes:
        return self._notes.setdefault(node, Notes())

    # --- what must never be --------------------------------------------------------------------------------------

    def _watch_entry(self, session: Session, room: Room, company: set[str]) -> None:
        self._unclear.add((room.node, session.pass_.seat))
        rights = room.inside[session.jid]
        if session.pass_.room != room.node:
            self._fault(session, "came into another room than that of the pass")
        if session.pass_.id in self.shut_out:
            self._fault(session, "came in on a pass that was taken back")
        if session.is_staff:
            return
        if rights != ("member", "participant"):
            self._fault(session, f"came in as {rights}")
        if "staff" not in company:
            self._fault(session, "came in without staff inside")
        if session.pass_.role is Role.COMPANION and f"citizen of {session.pass_.appointment}" not in company:
            self._fault(session, "came in without the citizen")
        self._watch_visitor(session, room, self._shelf.appointments[session.pass_.appointment or ""])

    def _watch_visitor(self, session: Session, room: Room, mine: Appointment) -> None:
        note = self._note(room.node)
        others = {self._prosody.sessions[jid].pass_.appointment for jid in room.inside} - {mine.id, None}
        if others:
            self._fault(session, f"came in while {others} was inside")
        if room.traces - {mine.id}:
            self._fault(session, f"came into a room not cleared after {room.traces}")
        if mine.policy.lobby and mine.id not in note.clicked:
            self._fault(session, "came in without an act of staff in this visit")
        if mine.policy.lobby and not self._on_record(room.node, mine.id):
            self._fault(session, "came in with no line on record that says who let them in")
        if note.put_out.get(session.pass_.seat, NEVER) > note.clicked.get(mine.id, NEVER):
            self._fault(session, "came in after being put out")
        if mine.id in self.shut_out:
            self._fault(session, "came in for a cancelled appointment")
        if session.pass_.role is Role.CITIZEN and mine.invited and session.pass_.proved != mine.invited:
            self._fault(session, "came in as another person than the one invited")

    def _on_record(self, node: str, appointment: str) -> bool:
        passes = {p.id for p in self._shelf.minted.values() if p.appointment == appointment}
        lines = self._shelf.lines[self._note(node).lines :]
        return any(n.act == "let-in" and n.room == node and n.verdict.is_open and n.subject in passes for n in lines)

    def _fault(self, session: Session, what: str) -> None:
        self._prosody.faults.append(f"{session.pass_.person} ({session.jid}) {what}")

    def faults(self, house: House | None, *, well: bool) -> list[str]:
        """What is wrong now. `house`: of the agent that is live (None: none is); `well`: orders and reads work."""
        if house is None or not well:
            self.well_since = self._prosody.clock.now()
        found = list(self._prosody.faults)
        seats = [s.pass_.seat for s in self._prosody.sessions.values()]
        found += [f"{seat} is taken twice" for seat in sorted(set(seats)) if seats.count(seat) > 1]
        for room in self._prosody.rooms.values():
            found += self._left_alone(room)
        self._follow_arrivals(live=house is not None)
        if house is not None:
            for node in {node for _, node in self._standing_now()}:
                found += self._lists(node, house)
        return found

    def _left_alone(self, room: Room) -> list[str]:
        now, found = self._prosody.clock.now(), []
        visitors = [s for s in (self._prosody.sessions[jid] for jid in room.inside) if not s.is_staff]
        grace = min((self._shelf.appointments[s.pass_.appointment or ""].policy.grace for s in visitors), default=0.0)
        if room.unattended_since is not None:
            left = now - max(room.unattended_since, self.well_since)
            if left > grace + SLACK:
                found.append(f"visitors are alone in {room.node} for {left} s of {grace}")
        if room.alone_since is not None:
            left = now - max(room.alone_since, self.well_since)
            if left > ON_THE_WAY + SLACK:
                found.append(f"companions are in {room.node} without their citizen for {left} s")
        return found

    # --- the lobby -----------------------------------------------------------------------------------------------

    def _standing_now(self) -> list[tuple[Session, str]]:
        return [(s, node) for s in self._prosody.sessions.values() for node in s.knocks]

    def _follow_arrivals(self, *, live: bool) -> None:
        now = self._prosody.clock.now()
        standing = {(node, s.pass_.seat): s for s, node in self._standing_now() if not s.is_staff}
        for key, session in standing.items():
            if key not in self._standing:
                self._arrives(key, session.knocks[key[0]], now)
            if live:
                self._seen.add(key)
        for key in self._standing - standing.keys():
            self._left[key] = now
            if key not in self._seen:
                self._unclear.add(key)
        self._standing = set(standing)

    def _arrives(self, key: tuple[str, str], since: float, now: float) -> None:
        away = now - self._left.pop(key, now)
        if key not in self._arrived or away > PLACE_KEPT + SLACK:
            self._arrived[key] = since
            self._seen.discard(key)
        elif away > PLACE_KEPT - SLACK:
            self._unclear.add(key)

    def book_failed(self) -> None:
        """Something could not be written: who stands where is no longer certain for those who come and go now."""
        self._unclear |= self._standing

    def _lists(self, node: str, house: House) -> list[str]:
        waiting = {s.nick: s for s, at in self._standing_now() if at == node and not s.is_staff}
        state = house.rooms.get(node)
        queue = [w.nick for w in state.queue if w.jid] if state is not None else []
        lists = {"the console": queue}
        for (at, desk), screen in self._prosody.screens.items():
            if at == node:
                lists[desk] = list(screen)
        found = []
        for whose, shown in lists.items():
            if sorted(shown) != sorted(waiting):
                found.append(f"{whose} sees {shown} waiting in {node} where {sorted(waiting)} stand")
            clear = [(node, waiting[n].pass_.seat) for n in shown if n in waiting]
            times = [self._arrived[key] for key in clear if key not in self._unclear]
            if times != sorted(times):
                found.append(f"{whose} sees {shown} in another order than they came to {node}: {times}")
        return found
