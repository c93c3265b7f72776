"""The console's side of a real office: its hotline and letters, on a socket of its own, with a link said to be live."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.edges.web.lone_agent import ALL, visitor
from tests.flows.staffed import Staffed, open_staffed
from tests.rules.invited import LADDER, plan
from xmpp_agent.edges.web.alert_desk import AlertDesk, add_alerts
from xmpp_agent.edges.web.app import console_app
from xmpp_agent.edges.web.audit_desk import add_audit
from xmpp_agent.edges.web.audit_tail import AuditTail
from xmpp_agent.edges.web.desk import Desk
from xmpp_agent.edges.web.door import Door
from xmpp_agent.edges.web.door_desk import DoorDesk
from xmpp_agent.edges.web.door_routes import add_door
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.edges.web.office_desk import OfficeDesk, add_office
from xmpp_agent.edges.web.recording_list import RecordingList
from xmpp_agent.edges.web.room_list import RoomList
from xmpp_agent.edges.web.server import SocketServer
from xmpp_agent.model.letters import About, Channel, Failure, Letter, LetterState
from xmpp_agent.model.people import Reach
from xmpp_agent.wire import Link
from xmpp_agent.wiring.console import console_audit, console_numbers

BY_LADDER = plan(LADDER)
PHONE = "+4520123456"


@dataclass
class OfficeConsole:
    """The office, what the console shows of it, and somebody who asks over HTTP."""

    unit: Staffed
    feed: Feed
    desk: Desk
    office: OfficeDesk
    alerts: AlertDesk
    audit: AuditTail
    door: DoorDesk
    http: httpx.AsyncClient
    socket: Path

    async def invited(self, name: str, *, starts_in: float = 86_400.0) -> None:
        """Booked with a number."""
        await self.unit.book(name, policy=BY_LADDER, starts_in=starts_in, reach=Reach(phone=PHONE))

    async def letter(self, name: str, channel: Channel, state: LetterState, **more: object) -> Letter:
        """A letter of that appointment comes to stand there, as the post room writes it."""
        now = self.unit.around.clock.at
        fields: dict[str, object] = {"id": f"{name}-{channel}", "person": name, "about": About.INVITATION, **more}
        fields = {"appointment": name, "channel": channel, "due_at": now, "state": state, "changed_at": now, **fields}
        letter = Letter(**fields)  # type: ignore[arg-type]  # fields named by the test
        office = self.unit.office
        await office.records.keep(office.line("letter", "test", name), letter)
        office.changed(name)
        return letter

    async def unreached(self, name: str = "anna", *, starts_in: float = 86_400.0) -> None:
        """Booked; Digital Post and the text message failed, and staff are to call."""
        await self.invited(name, starts_in=starts_in)
        await self.letter(name, Channel.DIGITAL_POST, LetterState.FAILED, failure=Failure.NOT_REGISTERED)
        await self.letter(name, Channel.SMS, LetterState.FAILED, failure=Failure.BAD_ADDRESS, rung=1)
        await self.letter(name, Channel.CALL, LetterState.QUEUED, rung=3)


@asynccontextmanager
async def office_console(folder: Path, units: frozenset[str] = ALL) -> AsyncIterator[OfficeConsole]:
    """A unit with three members of staff and a hotline; a supervisor of these units asks."""

    async def no_cancel(_appointment: str, _actor: str) -> None:
        raise AssertionError("nothing is called off here")

    async with open_staffed(folder) as unit:
        clock, database = unit.around.clock, unit.around.database
        rooms = RoomList(unit.house, "main")
        rooms.pages = True
        feed = Feed("main", rooms.row, clock.now)
        link = Link(state="live", since=clock.at, now=clock.at)
        recordings = RecordingList(database.recordings, database.diary, feed, "main", clock, unit.porter.errors.append)
        told = console_numbers(unit.house, database, feed, "main", recordings, lambda: True, unit.porter.errors.append)
        lists = (recordings, told.board, told.alerts)
        desk = Desk(unit.house, feed, lambda: link, rooms, unit.desk.confirm, no_cancel, *lists)
        office = OfficeDesk(unit.desk, feed, "main", clock, unit.porter.errors.append)
        desk.office = told.sources.office = office
        audit, audit_desk = console_audit(database, feed, clock, unit.porter.errors.append)
        desk.audit = audit
        door = DoorDesk(desk, unit.house)
        door.pages = unit.desk
        app = console_app(desk, feed, lambda: True)
        add_door(app, door)
        add_office(app, office)
        add_audit(app, audit_desk)
        add_alerts(app, told.alerts)
        server = SocketServer(Door(app, {os.getuid(): units}), folder / "console.sock")
        server.start()
        try:
            async with visitor(folder / "console.sock") as http:
                yield OfficeConsole(unit, feed, desk, office, told.alerts, audit, door, http, folder / "console.sock")
        finally:
            feed.close()
            await office.stop()
            await audit.stop()
            await server.stop()
