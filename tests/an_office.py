"""The office of one test: real keys and a real database, a clock that stands still, and a door nobody is at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.ready_made import furnish, keys_in
from tests.rules.scenes import NOW, POLICY, ROOM
from xmpp_agent.edges.keys.passes import SignedPasses
from xmpp_agent.edges.keys.ring import KeyRing
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.flows.house import Addresses, Connection, House
from xmpp_agent.flows.lanes import Lanes
from xmpp_agent.flows.office import Office, new_code
from xmpp_agent.model.appointments import Appointment, Companion, Policy
from xmpp_agent.model.people import CompanionKind, Person, Reach, Role
from xmpp_agent.model.units import Unit
from xmpp_agent.model.visitors import Arrival, ArrivalStep, Link, Part
from xmpp_agent.ports import Inside, Unavailable
from xmpp_agent.ports.diary import Enrolment, NewLink

DOMAIN = "meet.test"
SITE = "https://moede.test"
MEET = "https://meet.test"
CPR = "0101010101"
UNIT = Unit(id="jobcenter", name="Jobcenter Lilleby", neutral_name="Lilleby Kommune", phone="00 00 00 00")


def whole(arrival: Arrival) -> tuple[ArrivalStep, ArrivalStep]:
    """What writes every part of an arrival down."""
    return ArrivalStep(arrival, Part.PERSON), ArrivalStep(arrival, Part.INSIDE)


@dataclass
class StoppedClock:
    """The time, until a test moves it."""

    at: float = NOW

    def now(self) -> float:
        """See `ports.Clock`."""
        return self.at


class NobodyThere:
    """Prosody and lobby of an agent that sees neither: orders fail, words reach nobody."""

    async def invite(self, room: str, jid: str) -> None:
        """See `ports.Prosody`."""
        raise Unavailable("link down")

    async def kick(self, room: str, jid: str, text: str) -> tuple[Inside, ...]:
        """See `ports.Prosody`."""
        raise Unavailable("link down")

    async def destroy(self, room: str, text: str) -> None:
        """See `ports.Prosody`."""
        raise Unavailable("link down")

    async def turnover(self, room: str) -> tuple[Inside, ...]:
        """See `ports.Prosody`."""
        raise Unavailable("link down")

    async def stop_recording(self, room: str, text: str) -> tuple[Inside, ...]:
        """See `ports.Prosody`."""
        raise Unavailable("link down")

    async def recall(self, pass_id: str, text: str) -> None:
        """See `ports.Prosody`."""
        raise Unavailable("link down")

    def welcome(self, room: str, jid: str, nick: str, *, moderator: bool = False) -> None:
        """See `ports.LobbyDoor`."""

    def show(self, room: str, desk: str, nick: str, name: str, jid: str) -> None:
        """See `ports.LobbyDoor`."""

    def hide(self, room: str, desk: str, nick: str) -> None:
        """See `ports.LobbyDoor`."""

    def turn_away(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`."""

    def end(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`."""

    def say(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`."""

    def notice(self, room: str, jid: str, nick: str, words: str) -> None:
        """See `ports.LobbyDoor`."""

    def relay(
        self, room: str, sender_nick: str, to_jid: str, words: str, sender_name: str | None, attendee: str = ""
    ) -> None:
        """See `ports.LobbyDoor`."""


@dataclass
class OpenOffice:
    """An office and what tests need around it."""

    office: Office
    database: Database
    ring: KeyRing
    passes: SignedPasses
    clock: StoppedClock
    faults: list[BaseException] = field(default_factory=list)

    async def appointment(
        self,
        name: str = "anna",
        *,
        policy: Policy = POLICY,
        starts_in: float = 0.0,
        staff: str = "mette",
        reach: Reach | None = None,
        companion: CompanionKind | None = None,
    ) -> Appointment:
        """Write down an appointment of half an hour with citizen (invited by `CPR`), staff, room and unit."""
        known = self.ring.identity.cpr(CPR) if policy.level else ""
        room = replace(ROOM, owner="mette", covers=frozenset({"kim"}), unit=UNIT.id)
        starts_at = self.clock.at + starts_in
        made = Appointment(
            name,
            UNIT.id,
            name,
            known,
            room.node,
            policy,
            starts_at,
            starts_at + 1800,
            staff=staff,
            made_at=self.clock.at,
        )
        people = [Enrolment(Person(who, UNIT.id, who.title()), Role.STAFF) for who in ("mette", "kim")]
        citizen = Enrolment(Person(name, UNIT.id, name.title()), Role.CITIZEN, reach)
        await self.office.records.keep(
            self.office.line("book", "test", name), UNIT, policy, *people, citizen, room, made
        )
        if companion is not None:
            helper = Person(f"{name}s-helper", UNIT.id, "Ole Tolk")
            enrolled = Enrolment(helper, Role.COMPANION)
            await self.office.records.keep(
                self.office.line("book", "test", name), enrolled, Companion(name, helper, companion)
            )
        return made

    async def link(self, appointment: str = "anna", person: str = "") -> str:
        """Write down a link for the citizen or somebody else; answers its code."""
        code = new_code()
        link = Link(self.office.marks.mark("link", code), appointment, person or appointment, self.clock.at)
        await self.office.records.keep(self.office.line("link", "test", appointment), NewLink(link, code))
        return code

    def connect(self, seat: str, user: str = "someone") -> None:
        """Somebody is connected to Prosody on that seat."""
        connection = Connection(user, "pass", seat, self.clock.at)
        self.office.house.connections[user] = connection
        self.office.house.seats.setdefault(seat, {})[user] = connection


@asynccontextmanager
async def open_office(directory: Path, clock: StoppedClock | None = None) -> AsyncIterator[OpenOffice]:
    """A new installation in that folder, or the one that is there."""
    time = clock or StoppedClock()
    is_new = not (directory / "keys").exists()
    ring = await furnish(directory) if is_new else keys_in(directory)
    passes = SignedPasses(ring.signing, DOMAIN, "jitsi")
    mark = ring.identity.own_mark
    async with open_database(directory / "portner.sqlite3", ring.columns, mark, "tests", "normal") as database:
        faults: list[BaseException] = []
        nobody = NobodyThere()
        house = House(
            addresses=Addresses(DOMAIN, f"conference.{DOMAIN}", f"lobby.{DOMAIN}", f"focus@auth.{DOMAIN}/focus"),
            clock=time,
            passes=passes,
            store=database.store,
            ledger=database.ledger,
            recordings=database.recordings,
            prosody=nobody,
            lobby=nobody,
            lanes=Lanes(faults.append),
        )
        office = Office(
            clock=time,
            house=house,
            store=database.store,
            diary=database.diary,
            bookings=database.bookings,
            mailroom=database.mailroom,
            visitors=database.visitors,
            records=database.records,
            marks=ring.identity,
            passes=passes,
            meet_origin=MEET,
            site_origin=SITE,
        )
        yield OpenOffice(office, database, ring, passes, time, faults)
        assert faults == []
