"""The console on the real agent: its real house, flows, desks and database, with the model Prosody at its door."""

import json
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import httpx
from textual.pilot import Pilot
from textual.widgets import Input

from tests.an_office import UNIT
from tests.edges.web.lone_agent import visitor
from tests.edges.web.office_console import OfficeConsole, office_console
from tests.tui.opened import WIDE, Clock
from tui.app import PortnerApp
from tui.board.happenings import Course
from tui.screens.dialogs import AskWords, Confirm
from tui.screens.live import LiveScreen
from tui.widgets.row_grid import RowGrid
from xmpp_agent.edges.web.app import console_app
from xmpp_agent.edges.web.door import Door
from xmpp_agent.edges.web.door_routes import add_door
from xmpp_agent.edges.web.server import SocketServer
from xmpp_agent.flows.came_with import CameWith
from xmpp_agent.flows.house import Change
from xmpp_agent.wire import RoomRow

ME = f"uid:{os.getuid()}"
"""The supervisor on record."""
ELSEWHERE = frozenset({"Psykiatri"})


@dataclass
class AtTheDoors:
    """A supervisor of the unit at the console, another one of another unit over HTTP, and the agent both ask."""

    office: OfficeConsole
    app: PortnerApp
    pilot: Pilot[None]
    stranger: httpx.AsyncClient
    clock: Clock

    @property
    def live(self) -> LiveScreen:
        """The screen of the mode looked at, whatever lies over it."""
        bottom = self.app.screen_stack[0]
        assert isinstance(bottom, LiveScreen)
        return bottom

    def room(self, node: str) -> RoomRow:
        """The room as the console was told."""
        row = self.app.watched.board.named(node)
        assert row is not None
        return row

    def waiting(self, node: str) -> list[str]:
        """Who waits there, as the console was told."""
        row = self.app.watched.board.named(node)
        return [person.masked for person in row.waiting] if row is not None else []

    def text(self) -> str:
        """What is on the screen, as lines of characters."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    def notices(self) -> str:
        """All short notices given so far."""
        return "\n".join(notice.message for notice in self.app._notifications)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for what the console comes to show, at most about half a minute."""
        for _ in range(1500):
            if self.live.is_mounted:
                self.live.flush()
            if condition():
                return
            await self.pilot.pause(0.02)
        raise AssertionError(f"it did not come about; the screen:\n{self.text()}\n{self.notices()}")

    async def choose(self, node: str) -> None:
        """Put the cursor on a room, and on the first who waits there."""
        await self.until(lambda: self.app.watched.board.named(node) is not None)
        grid = self.live.query_one("#rooms", RowGrid)
        await self.until(lambda: self.room(node).key in grid.order)
        grid.put_cursor(self.room(node).key)
        await self.pilot.pause()
        self.live.flush()
        lobby = self.live.query_one("#lobby", RowGrid)
        if lobby.order:
            lobby.put_cursor(lobby.order[0])

    async def says(self, words: str) -> None:
        """Fill in the dialog that comes up."""
        await self.until(lambda: isinstance(self.app.screen, AskWords))
        self.app.screen.query_one(Input).value = words
        await self.pilot.press("enter")

    async def confirms(self, *words: str) -> None:
        """Say yes to the question that comes up, which has these words."""
        await self.until(lambda: isinstance(self.app.screen, Confirm))
        await self.until(lambda: all(word in self.text() for word in words))
        await self.pilot.press("j")

    async def done(self, act: str) -> None:
        """Wait until the agent's answer to that act is there, and it is a yes."""
        await self.until(lambda: self.last(act) not in (None, Course.ASKED))
        assert self.last(act) is Course.DONE, self.notices()

    def last(self, act: str) -> Course | None:
        """How far the last of these acts has come."""
        lines = [line for line in self.app.watched.happenings.lines if line.kind == act]
        return lines[-1].course if lines else None

    def on_record(self, actor: str = ME) -> list[tuple[str, str, str]]:
        """What a supervisor did, oldest first: act, room, reason."""
        path = self.office.unit.folder / "portner.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            lines = [json.loads(line) for (line,) in database.execute("SELECT line FROM audit ORDER BY seq")]
        return [(line["act"], line["room"], line["reason"]) for line in lines if line["actor"] == actor]

    async def refused_elsewhere(self, path: str, **body: object) -> None:
        """The same command by a supervisor of another unit: 403, on record, and nothing of the house is different."""
        before, house = len(self.on_record()), dict(self.office.unit.house.rooms)
        answer = await self.stranger.post(f"/v1/{path}", json={"command": "stranger", **body})
        assert (answer.status_code, answer.json()["reason"]) == (403, "not_your_unit"), path
        assert self.on_record()[before:] == [("console", "", "not_your_unit")]
        assert self.office.unit.house.rooms == house


@asynccontextmanager
async def at_the_doors(folder: Path) -> AsyncIterator[AtTheDoors]:
    """The console, live, on an agent with one unit and three members of staff."""
    async with office_console(folder, frozenset({UNIT.id})) as office:
        house = office.unit.house

        def changed(change: Change) -> None:
            state = change.after or change.before
            if state is not None:
                office.feed.touch(state.room.node, state.room.unit)

        house.on_change.append(CameWith(house, office.unit.office.visitors).watch)
        house.on_change.append(changed)
        app = console_app(office.desk, office.feed, lambda: True)
        add_door(app, office.door)
        with tempfile.TemporaryDirectory() as elsewhere:
            server = SocketServer(Door(app, {os.getuid(): ELSEWHERE}), Path(elsewhere) / "s")
            server.start()
            try:
                async with visitor(Path(elsewhere) / "s") as stranger:
                    clock = Clock()
                    console = PortnerApp(office.socket, None, clock)
                    async with console.run_test(size=WIDE, notifications=True) as pilot:
                        doors = AtTheDoors(office, console, pilot, stranger, clock)
                        await doors.until(lambda: console.watched.standing().may_act)
                        yield doors
            finally:
                office.feed.close()
                await server.stop()
