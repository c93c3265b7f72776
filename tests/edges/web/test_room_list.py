"""A board is put together from rows that are made when something changed, never from one that is no longer true."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.edges.web.lone_agent import ALL, JOBCENTER, lone_agent, visitor
from xmpp_agent.edges.web import room_list
from xmpp_agent.edges.web.desk import ROWS_AT_ONCE
from xmpp_agent.edges.web.rows import room_row
from xmpp_agent.flows.house import House
from xmpp_agent.model.appointments import Known, Room
from xmpp_agent.model.people import Level, Pass, Person, Role
from xmpp_agent.model.rooms import Occupant, RoomState
from xmpp_agent.ports import Unavailable
from xmpp_agent.wire import Board, RoomRow
from xmpp_agent.wiring import Agent


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    """The real one; two rooms stand in its house."""
    async with lone_agent(tmp_path) as agent:
        yield agent


@pytest.fixture
def made(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Rooms whose rows were made, in order; for boards alone, nobody is told of changes."""
    nodes = list[str]()
    agent.feed.close()

    def noted(house: House, state: RoomState, shard: str, *, pages: bool) -> RoomRow | None:
        nodes.append(state.room.node)
        return room_row(house, state, shard, pages=pages)

    monkeypatch.setattr(room_list, "room_row", noted)
    return nodes


async def test_a_second_board_makes_only_what_changed(agent: Agent, made: list[str]) -> None:
    """Opening a console on a full house costs half a second once, not each time."""
    await agent.desk.board(ALL)
    assert set(made) == {"k3v9", "w7q2"}
    made.clear()
    agent.house.settle(replace(JOBCENTER, recording=True))
    shown = {row.room: row for row in (await agent.desk.board(ALL)).rooms}
    assert made == ["k3v9"]
    assert shown["k3v9"].recording


async def test_a_row_is_made_anew_after_a_while(agent: Agent, made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the rules say changes with the time alone."""
    await agent.desk.board(ALL)
    made.clear()
    monkeypatch.setattr(room_list, "GOOD_FOR", 0.0)
    await agent.desk.board(ALL)
    assert set(made) == {"k3v9", "w7q2"}


async def test_what_is_newly_known_of_somebody_is_on_the_next_board(agent: Agent) -> None:
    """The room is as it was, and its people have a name."""
    mette = Occupant("m@meet.example.dk/x", "m", "pass-mette", "seat", Role.STAFF, None, 0.0)
    agent.house.settle(replace(JOBCENTER, inside=(mette,)))
    await agent.desk.board(ALL)
    pass_ = Pass("pass-mette", Role.STAFF, "mette", "seat", "k3v9", 0.0, 0.0, 9e9, None, Level.SUBSTANTIAL, "")
    agent.house.known["pass-mette"] = Known(pass_, Person("mette", "Jobcenter", "Mette Holm"), JOBCENTER.room, None)
    agent.house.shown_anew("k3v9")
    shown = {row.room: row for row in (await agent.desk.board(ALL)).rooms}
    assert shown["k3v9"].staff == ("Mette Holm",)


async def test_after_somebody_was_erased_no_row_is_an_old_one(agent: Agent, made: list[str]) -> None:
    """Nor after the link came back: another agent may have been at the door."""
    await agent.desk.board(ALL)
    made.clear()
    await agent._forgetting.erase("nobody", "uid:0", ALL)
    await agent.desk.board(ALL)
    assert set(made) == {"k3v9", "w7q2"}


async def test_after_an_erasure_nobody_confirmed_no_row_is_an_old_one(
    agent: Agent, tmp_path: Path, made: list[str]
) -> None:
    """It may be done all the same: Prosody is asked last."""
    await agent.desk.board(ALL)
    made.clear()
    with closing(sqlite3.connect(tmp_path / "portner.sqlite3")) as database:
        database.execute("ALTER TABLE people RENAME TO people_away")
        with pytest.raises(Unavailable):
            await agent._forgetting.erase("nobody", "uid:0", ALL)
        database.execute("ALTER TABLE people_away RENAME TO people")
    await agent.desk.board(ALL)
    assert set(made) == {"k3v9", "w7q2"}


async def test_a_room_with_nothing_to_show_is_not_kept(agent: Agent, made: list[str]) -> None:
    """The house lets go of it without a word, and there are new ones every day."""
    agent.house.settle(replace(JOBCENTER, exists=False))
    assert [agent.rooms.recent("k3v9") for _ in range(2)] == [None, None]
    assert made == ["k3v9"] * 2


@pytest.mark.parametrize("rooms", [0, 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1])
async def test_a_board_written_in_slices_is_the_board(agent: Agent, tmp_path: Path, rooms: int) -> None:
    """Whatever the number of rows, the console reads what the agent knows."""
    agent.house.rooms.clear()
    for number in range(rooms):
        agent.house.settle(RoomState(Room(f"r{number}", "Jobcenter", "mette", "2026-11-22"), exists=True))
    async with visitor(tmp_path / "agent.sock") as http:
        read = Board.read((await http.get("/v1/board")).content)
    known = await agent.desk.board(ALL, read.you)
    assert len(read.rooms) == rooms
    for name in set(Board.__struct_fields__) - {"at_event", "now", "link"}:
        assert getattr(read, name) == getattr(known, name)


async def test_a_board_begun_before_the_link_came_back_is_not_called_live(agent: Agent) -> None:
    """Its rooms may be of a house that was not whole yet: a console would show nobody waiting, and keys that work."""
    agent._link("resyncing")
    begun = asyncio.create_task(agent.desk.board(ALL))
    await asyncio.sleep(0)
    assert not begun.done()
    agent._link("live")
    assert (await begun).link.state == "resyncing"
    assert (await agent.desk.board(ALL)).link.state == "live"
