"""An office with staff in it: real keys, store and flows, the real house, and the model Prosody at its door."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

from tests.an_office import CPR, UNIT, OpenOffice, StoppedClock, open_office, whole
from tests.flows.books import JumpingClock, Shelf
from tests.flows.model_prosody import LOBBY, ROOMS, USERS, ModelProsody
from tests.flows.model_prosody import Session as Client
from tests.flows.reception import Reception, Weather
from tests.rules.scenes import HOTLINE, POLICY
from xmpp_agent.delivery import lists_follow
from xmpp_agent.flows.attendance import watch
from xmpp_agent.flows.booking import new_link
from xmpp_agent.flows.house import Addresses, House
from xmpp_agent.flows.issue import visitor_pass
from xmpp_agent.flows.letter_book import LetterBook
from xmpp_agent.flows.notices import tell_places
from xmpp_agent.flows.office import Office
from xmpp_agent.flows.questions import Answer, Question
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.staff_room import open_room, own_room
from xmpp_agent.model.appointments import Appointment, Policy, Room
from xmpp_agent.model.people import CompanionKind, Level, Person, Reach, Role
from xmpp_agent.model.visitors import Arrival, Session, SessionKind
from xmpp_agent.ports import Unavailable
from xmpp_agent.ports.diary import Enrolment, NewLink

STAFF = ("mette", "kim", "lars")


class SharedClock(JumpingClock):
    """The model's time is the office's."""

    def __init__(self, clock: StoppedClock) -> None:
        super().__init__(clock.at)
        self._clock = clock

    @override
    def now(self) -> float:
        return self._clock.at

    @override
    def jump(self, seconds: float) -> None:
        self._clock.at += seconds


class Porter(Reception):
    """The agent's side of the model's line, in front of the office's own house."""

    def __init__(self, prosody: ModelProsody, house: House) -> None:
        super().__init__(prosody, Shelf(), Weather())
        house.addresses = Addresses(USERS, ROOMS, LOBBY, focus=f"focus@auth.{USERS}/focus")
        house.prosody = house.lobby = self._line
        self.house = house
        house.on_change.append(partial(lists_follow, house))
        house.on_change.append(partial(tell_places, house))

    @override
    async def quiet(self) -> None:
        """The store is a real one, which takes its time."""
        await self.house.lanes.quiet()

    @override
    def _check_record(self, question: Question, answer: Answer, before: int) -> None:
        """The audit is read from the database."""


@dataclass
class Staffed:
    """The office, and what tests do in it."""

    around: OpenOffice
    prosody: ModelProsody
    porter: Porter
    desk: StaffOffice
    folder: Path
    clients: dict[str, Client] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        """What flows take that need no desk."""
        return self.around.office

    @property
    def house(self) -> House:
        """What the agent knows."""
        return self.around.office.house

    def who(self, person: str = "mette", *, unit: str = UNIT.id, supervises: frozenset[str] = frozenset()) -> Session:
        """A session of staff."""
        now = self.around.clock.at
        return Session(f"s-{person}", SessionKind.STAFF, person, now, now + 36_000, unit=unit, supervises=supervises)

    async def book(
        self,
        name: str,
        *,
        staff: str = "mette",
        policy: Policy = POLICY,
        starts_in: float = 0.0,
        reach: Reach | None = None,
        companion: CompanionKind | None = None,
    ) -> Appointment:
        """Half an hour with a citizen; without staff: in the unit's shared queue."""
        office, now = self.office, self.around.clock.at
        room = await own_room(office, staff or "queue", UNIT)
        invited = self.around.ring.identity.cpr(CPR) if policy.level else ""
        begins = now + starts_in
        made = Appointment(
            name, UNIT.id, name, invited, room.node, policy, begins, begins + 1800, staff=staff, made_at=now
        )
        citizen = Enrolment(Person(name, UNIT.id, f"{name.title()} Hansen"), Role.CITIZEN, reach)
        await office.records.keep(office.line("book", "test", name), policy, citizen, made)
        return made

    async def link(self, name: str) -> NewLink:
        """A link of the citizen of that appointment."""
        made = new_link(self.office.marks, name, name, self.around.clock.at)
        await self.office.records.keep(self.office.line("link", "test", name), made)
        return made

    async def stands_in_line(self, name: str, *, since: float = 0.0, verified: bool = True) -> None:
        """A citizen waits in the unit's queue, at their page at this moment."""
        now = self.around.clock.at
        arrival = Arrival(
            name, name, level=Level.SUBSTANTIAL, verified=verified, login_at=now, waiting_since=now + since, seen_at=now
        )
        await self.office.records.keep(self.office.line("in-line", name, name), *whole(arrival))

    async def opens(self, person: str = "mette", node: str = "") -> Room:
        """A member of staff opens a room: the pass, Jitsi, the lobby's list."""
        address = await open_room(self.desk, self.who(person), node)
        client = await self.connects(person, token_of(address))
        room = self.around.passes.read(token_of(address)).room
        await self.prosody.conference(client, room)
        assert await self.prosody.join(client, room) == "inside"
        await self.prosody.knock(client, room)
        await self.settled()
        found = await self.office.diary.room(room)
        assert found is not None
        return found

    async def comes(self, name: str) -> str:
        """The citizen of an appointment goes on to Jitsi with a fresh pass, as it is now; where they end up."""
        client = await self.connects(name, await self.pass_of(name))
        came = await self.prosody.join(client, client.pass_.room)
        if came == "lobby":
            await self.prosody.knock(client, client.pass_.room)
        await self.settled()
        return came

    async def pass_of(self, name: str) -> str:
        """A fresh pass of the citizen of an appointment."""
        entry = await self.office.diary.entry(name)
        assert entry is not None
        booked = entry.appointment
        now = self.around.clock.at
        login = Session("browser", SessionKind.CITIZEN, name, now, now + 9000, name, "0" * 64, Level.SUBSTANTIAL)
        return await visitor_pass(self.office, booked, entry.citizen, None, replace(login, proved=booked.invited))

    async def obeys(self, name: str) -> str:
        """A citizen who was invited goes in; where they end up."""
        client = self.clients[name]
        came = "lobby"
        if client.invited:
            came = await self.prosody.join(client, client.pass_.room)
            if came == "inside":
                self.prosody.step_out(client, client.pass_.room)
        await self.settled()
        return came

    async def leaves(self, name: str) -> None:
        """Somebody hangs up."""
        self.prosody.leave(self.clients[name])
        await self.settled()

    async def connects(self, name: str, token: str) -> Client:
        """A client logs in with a token."""
        client = await self.prosody.connect(token, self.around.passes.read(token))
        assert client is not None
        self.clients[name] = client
        return client

    async def settled(self) -> None:
        """Return when nothing is under way."""
        await self.porter.quiet()

    def inside(self, node: str) -> list[str]:
        """Who is in a room."""
        room = self.prosody.rooms.get(node)
        return sorted(self.prosody.sessions[jid].pass_.person for jid in room.inside) if room else []

    async def appointment(self, name: str) -> Appointment:
        """As it is written down now."""
        entry = await self.office.diary.entry(name)
        assert entry is not None
        return entry.appointment


@asynccontextmanager
async def open_staffed(directory: Path) -> AsyncIterator[Staffed]:
    """A unit with three members of staff and nothing booked."""
    async with open_office(directory) as around:
        prosody = ModelProsody(SharedClock(around.clock))
        porter = Porter(prosody, around.office.house)

        async def confirm() -> None:
            if not porter.live:
                raise Unavailable("link down")

        base = around.database
        book = LetterBook(around.office, base.mailroom, {})
        desk = StaffOffice(
            *(around.office, base.calls, base.notes, base.recordings, base.day_rooms, book),
            is_live=lambda: porter.live,
            confirm=confirm,
        )
        around.office.house.on_change.append(partial(watch, desk))
        people = [Enrolment(Person(who, UNIT.id, f"{who.title()} Holm"), Role.STAFF) for who in (*STAFF, "queue")]
        await around.office.records.keep(around.office.line("enrol", "test"), UNIT, POLICY, HOTLINE, *people)
        await porter.come_up()
        yield Staffed(around, prosody, porter, desk, directory)
        await porter.quiet()
        assert porter.errors == []
        assert prosody.faults == []


def token_of(address: str) -> str:
    """The pass in an address of Jitsi."""
    return str(json.loads(parse_qs(urlsplit(address).fragment)["jwt"][0]))
