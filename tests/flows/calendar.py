"""A calendar system for tests of booking, with what it wishes for; and a lobby that remembers what people were told."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from typing_extensions import override

from tests.an_office import CPR, UNIT, NobodyThere, OpenOffice, StoppedClock, open_office
from tests.rules.scenes import NOW, POLICY, a_pass
from xmpp_agent.flows.booking import By, Whom, Wish, book
from xmpp_agent.model.appointments import Entry, Known, Plan, Room, Rung
from xmpp_agent.model.callers import Caller
from xmpp_agent.model.letters import Channel
from xmpp_agent.model.people import Person, Role
from xmpp_agent.model.rooms import RoomState, Visit, Waiting
from xmpp_agent.model.units import Unit
from xmpp_agent.ports.diary import NewKey
from xmpp_agent.rules.guests import Typed

WARD = Unit(id="ward-7", name="Afsnit 7", neutral_name="Regionen", phone="00 00 00 01")
WRITTEN_TO = replace(POLICY, id="written-to", plan=Plan(ladder=(Rung(Channel.DIGITAL_POST), Rung(Channel.SMS))))
FOLLOW_UP = replace(POLICY, id="follow-up", plan=Plan(needs_met=True, needs_asked=True))
CALENDAR = By("calendar", "calendar", frozenset({UNIT.id}))
WISH = Wish(
    unit=UNIT.id,
    policy=POLICY.id,
    starts_at=NOW + 3600,
    ends_at=NOW + 5400,
    citizen=Typed("Anna Hansen", "20 12 34 56", "anna@borger.example", CPR),
    staff=Whom("Mette@Lilleby.example", "Mette Madsen"),
    case_ref="sag 17",
    external_id="outlook-1",
)


class Lobby(NobodyThere):
    """Remembers what waiting people were told, and which passes were recalled."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.recalled: list[str] = []

    @override
    def end(self, room: str, jid: str, nick: str, words: str) -> None:
        self.told.append((room, words))

    @override
    async def recall(self, pass_id: str, text: str) -> None:
        self.recalled.append(pass_id)


@dataclass
class Desk(OpenOffice):
    """An office with units, policies and a calendar system that has a key."""

    lobby: Lobby = field(default_factory=Lobby)

    async def book(self, wish: Wish = WISH, by: By = CALENDAR) -> Entry:
        """Book; the entry as it stands then."""
        return (await book(self.office, wish, by)).entry

    async def stands(self, entry: Entry) -> Entry:
        """The same appointment as the database has it now."""
        found = await self.office.diary.entry(entry.appointment.id)
        assert found is not None
        return found

    def waits(self, entry: Entry, person: Person | None = None) -> str:
        """The citizen (or a companion) stands in the lobby of the appointment's room; answers their pass id."""
        who, booked = person or entry.citizen, entry.appointment
        role = Role.CITIZEN if who == entry.citizen else Role.COMPANION
        pass_ = a_pass(who.id, role, booked.id, booked.room)
        state = self.office.house.rooms.get(booked.room)
        if state is None:
            state = RoomState(room=self.room_of(entry), exists=True)
        waiting = Waiting(
            pass_.seat, pass_.id, role, booked.id, self.clock.at, jid=f"u-{who.id}@x/r", nick=f"n-{who.id}"
        )
        self.office.house.known[pass_.id] = Known(pass_, who, state.room, booked)
        self.office.house.settle(replace(state, queue=(*state.queue, waiting)))
        return pass_.id

    def visits(self, entry: Entry) -> None:
        """Somebody of the appointment has been let in."""
        state = RoomState(room=self.room_of(entry), exists=True)
        begun = Visit(1, entry.appointment.id, let_in_at=self.clock.at, let_in_by="pass-mette")
        self.office.house.settle(replace(state, visit=begun, seq=1))

    def room_of(self, entry: Entry) -> Room:
        """The room as the house has it."""
        return Room(entry.appointment.room, entry.appointment.unit, entry.appointment.staff, "2026-11-22")

    async def lines(self) -> list[dict[str, object]]:
        """The audit, oldest first."""
        await self.office.records.keep(self.office.line("look", "test"))  # whatever was jotted is written before it
        async with self.database.engine.connect() as db:
            rows = (await db.exec_driver_sql("SELECT line FROM audit ORDER BY seq")).all()
        return [json.loads(line) for (line,) in rows]

    async def count(self, table: str) -> int:
        """Rows of a table."""
        async with self.database.engine.connect() as db:
            return int((await db.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one())


@asynccontextmanager
async def open_desk(folder: Path, clock: StoppedClock | None = None, *, hook_url: str = "") -> AsyncIterator[Desk]:
    """A new desk in that folder, or a second one beside the first."""
    async with open_office(folder, clock) as here:
        desk = Desk(here.office, here.database, here.ring, here.passes, here.clock, here.faults)
        here.office.house.lobby = desk.lobby
        here.office.house.prosody = desk.lobby
        if await here.office.diary.unit(UNIT.id) is None:
            caller = Caller(CALENDAR.caller, "Kalenderen", CALENDAR.units, 600, NOW, hook_url=hook_url)
            key = NewKey(caller, here.office.marks.mark("api-key", "test"), "a secret")
            line = here.office.line("furnish", "test")
            await here.office.records.keep(line, UNIT, WARD, POLICY, WRITTEN_TO, FOLLOW_UP, key)
        yield desk
