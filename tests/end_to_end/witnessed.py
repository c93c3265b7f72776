"""What mod_muc really did, as the witness inside Prosody told it, and what of it must never have been.

The witness (witness/mod_portner_witness.lua) asks neither the agent nor the shims.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.flows.steps import BY_NAME, MAIN, SIDE, Who
from tests.prosody import DOMAIN, Prosody
from xmpp_agent.model.people import Role

MODULES = Path(__file__).parent / "witness"
WITNESS = f"witness.{DOMAIN}"
EXTRA = f'\nComponent "{WITNESS}" "portner_witness"\n\tportner_witnessed = "conference.{DOMAIN}"\n'
FOCUS = f"focus@auth.{DOMAIN}"
GRACE = 2.0
"""Seconds a visit survives without staff in these days."""
LATE = 4.0
"""Seconds that ticks, orders and a busy machine may add."""
JUST_NOW = 0.2
"""Seconds within which staff may leave between a verdict and the entry it opens."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the witness. `inside`: full JID -> (affiliation, role)."""

    what: str
    at: float
    room: str
    who: str
    whom: str
    past: str
    inside: dict[str, tuple[str, str]]


def events(prosody: Prosody, begin: int) -> Iterator[Event]:
    """What the witness said from that character of the log on."""
    for line in prosody.log[begin:].splitlines():
        _, found, text = line.partition("witness {")
        if not found:
            continue
        told = json.loads("{" + text)
        people = (row.split(" ") for row in told.get("inside", "").splitlines())
        inside = {jid: (affiliation, role) for jid, affiliation, role in people}
        whom = told.get("whom") or told.get("text", "")
        yield Event(told["what"], told["at"], told.get("room", ""), told["who"], whom, told.get("past", ""), inside)


@dataclass
class Watched:
    """One room while the record is read."""

    clicked: dict[str, int] = field(default_factory=dict)
    out: dict[str, int] = field(default_factory=dict)
    staff_seen: float = 0.0
    attended: bool = False
    alone_since: float | None = None
    people: set[str] = field(default_factory=set)


class Judge:
    """Reads a day's record. `people`: full JID -> who it is; `rooms`: which room of the day each node is."""

    def __init__(self, people: dict[str, Who], rooms: dict[str, str], straight_in: frozenset[str]) -> None:
        self._people, self._rooms, self._straight_in = people, rooms, straight_in
        self._watched = {MAIN: Watched(), SIDE: Watched()}
        self.faults: list[str] = []
        self.entered = 0
        """Visitors that came in: a day on which nobody does shows nothing."""

    def read(self, record: Iterator[Event]) -> None:
        """Judge every event in order."""
        for number, event in enumerate(record):
            node = event.room.partition("@")[0]
            room = self._watched.get(self._rooms.get(node, ""))
            if event.what == "note":
                self._note(event, number)
            elif room is not None:
                self._event(event, room, number)

    def _note(self, event: Event, number: int) -> None:
        """`let-in NAME` and `kicked NAME`, written by the day itself."""
        act, _, name = event.whom.partition(" ")
        if name in BY_NAME and event.who in self._people:
            room, who = self._watched[BY_NAME[name].room], BY_NAME[name]
            (room.clicked if act == "let-in" else room.out)[who.visits if act == "let-in" else name] = number

    def _event(self, event: Event, room: Watched, number: int) -> None:
        if event.what == "click":
            clicker, whom = self._people.get(event.who), self._people.get(event.whom)
            if clicker is not None and clicker.role is Role.STAFF and whom is not None and event.who in room.people:
                room.clicked[whom.visits] = number
            return
        self._company(event, room)
        if event.what == "gone":
            room.clicked.clear()
            room.out.clear()
        elif event.what == "in" and event.who in self._people:
            self._entry(event, room, self._people[event.who])
        room.people = set(event.inside)

    def _company(self, event: Event, room: Watched) -> None:
        people = {jid: self._people[jid] for jid in event.inside if jid in self._people}
        strangers = [jid for jid in event.inside if jid not in people and jid.partition("/")[0] != FOCUS]
        if strangers:
            self._fault(event, f"strangers are inside: {strangers}")
        staff = [who for who in people.values() if who.role is Role.STAFF]
        visits = {who.visits for who in people.values() if who.role is not Role.STAFF}
        if len(visits) > 1:
            self._fault(event, f"people of {sorted(visits)} are inside together")
        for jid, who in people.items():
            if who.role is not Role.STAFF and event.inside[jid] != ("member", "participant"):
                self._fault(event, f"{who.name} is {event.inside[jid]}")
        if room.alone_since is not None and event.at - room.alone_since > GRACE + LATE:
            self._fault(event, f"visitors were alone for {event.at - room.alone_since:.1f} s")
        room.alone_since = (room.alone_since or event.at) if visits and not staff else None
        room.staff_seen = event.at if staff or room.attended else room.staff_seen
        room.attended = bool(staff)

    def _entry(self, event: Event, room: Watched, who: Who) -> None:
        if who.role is Role.STAFF:
            return
        self.entered += 1
        if event.at - room.staff_seen > JUST_NOW:
            self._fault(event, f"{who.name} came in without staff")
        if who.visits not in self._straight_in and who.visits not in room.clicked:
            self._fault(event, f"{who.name} came in without an act of staff")
        if room.out.get(who.name, -1) > room.clicked.get(who.visits, -1):
            self._fault(event, f"{who.name} came in after being put out")
        traces = [f"trace-{name}" for name in BY_NAME if name != who.visits and f"trace-{name}" in event.past]
        if traces:
            self._fault(event, f"{who.name} finds {traces} in the room")
        if who.name == "dorte":
            self._fault(event, "somebody came in who is not the one invited")
        room.clicked = {a: n for a, n in room.clicked.items() if a == who.visits}

    def _fault(self, event: Event, what: str) -> None:
        self.faults.append(f"{event.what} at {event.at:.2f}: {what}")
