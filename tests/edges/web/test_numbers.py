"""Numbers over HTTP on a real agent: each supervisor those of their units, told again only when they changed."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.edges.web.apart import apart
from tests.edges.web.lone_agent import ALL, JOBCENTER, WARD, lone_agent, visitor
from xmpp_agent.edges.web.audience import hears, same_units
from xmpp_agent.model.figures import Measure
from xmpp_agent.model.people import Role
from xmpp_agent.model.rooms import RoomState, Waiting
from xmpp_agent.ports import Unavailable
from xmpp_agent.wire import Board, Numbers, NumbersChanged, UnitNumbers
from xmpp_agent.wiring import Agent

JOBS, WARDS = frozenset({"Jobcenter"}), frozenset({"Psykiatri"})
BOTH = JOBS | WARDS


@asynccontextmanager
async def asked(folder: Path, units: frozenset[str] = ALL) -> AsyncIterator[tuple[Agent, httpx.AsyncClient]]:
    """A lone agent and a supervisor of these units."""
    async with lone_agent(folder, {os.getuid(): units}) as agent, visitor(folder / "agent.sock") as http:
        yield agent, http


def queue(agent: Agent, state: RoomState, *ages: float) -> None:
    """So many people wait in a room, for so long."""
    now = agent.house.clock.now()
    line = tuple(
        Waiting(f"s{each}", f"p{each}", Role.CITIZEN, f"a{each}", now - age, f"j{each}@d/x", f"n{each}")
        for each, age in enumerate(ages)
    )
    agent.house.settle(replace(agent.house.rooms[state.room.node], queue=line))


def value(row: UnitNumbers, measure: Measure) -> float | None:
    """One number of a row."""
    return next(each.value for each in row.numbers if each.name == measure.value)


def waiting(rows: tuple[UnitNumbers, ...]) -> dict[str, float | None]:
    """Who waits, by unit."""
    return {row.unit: value(row, Measure.WAITING) for row in rows}


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (ALL, {"": 3, "Jobcenter": 2, "Psykiatri": 1}),
        (BOTH, {"": 3, "Jobcenter": 2, "Psykiatri": 1}),
        (JOBS, {"": 2, "Jobcenter": 2}),
        (WARDS, {"": 1, "Psykiatri": 1}),
        (frozenset({"Elsewhere"}), {"": 0}),
    ],
)
async def test_a_supervisor_sees_their_units_and_their_sum(
    tmp_path: Path, units: frozenset[str], expected: dict[str, float]
) -> None:
    """Nothing of other units, not even in the sum; the board says the same."""
    async with asked(tmp_path, units) as (agent, http):
        queue(agent, JOBCENTER, 10, 400)
        queue(agent, WARD, 5)
        await agent.numbers.look()
        told = Numbers.read((await http.get("/v1/numbers")).content)
        assert waiting(told.rows) == expected
        board = Board.read((await http.get("/v1/board")).content)
        assert board.numbers == told.rows
        assert [each.name for each in told.rows[0].numbers] == [measure.value for measure in Measure]


async def test_targets_and_lights_come_with_the_numbers(tmp_path: Path) -> None:
    """Amber and red edges whole; the longest wait as the moment it began; series of 12 and 24 steps."""
    async with asked(tmp_path, JOBS) as (agent, http):
        queue(agent, JOBCENTER, *range(0, 700, 100))
        await agent.numbers.look()
        (row, _) = Numbers.read((await http.get("/v1/numbers")).content).rows
        numbers = {each.name: each for each in row.numbers}
        assert (numbers["waiting"].amber, numbers["waiting"].red, numbers["waiting"].light) == (7, 10, "amber")
        longest = numbers["longest_wait"]
        assert (longest.value, longest.light) == (None, "green")
        assert longest.since is not None
        assert 599 < agent.house.clock.now() - longest.since < 620
        assert (len(row.hour.waiting), len(row.day.rooms_live)) == (12, 24)
        assert row.hour.waiting[-1] == 7


async def events(agent: Agent, at: str, units: frozenset[str]) -> list[UnitNumbers]:
    """The rows told to a supervisor of these units since then."""
    rows = []
    async with aclosing(apart(agent.feed.follow(at, partial(hears, units)))) as lines, asyncio.timeout(30):
        agent.feed.publish(None, "link", agent.link())
        async for line in lines:
            if "event: numbers" in line:
                rows.append(NumbersChanged.read(line.partition("data: ")[2]).row)
            elif "event: link" in line:
                break
    return rows


async def test_what_changed_is_told_to_those_it_is_of(tmp_path: Path) -> None:
    """Someone knocks at the job centre: its supervisors hear of it, the ward's nothing; sums only whose sum it is."""
    async with asked(tmp_path) as (agent, _):
        at = {units: (await agent.desk.board(units)).at_event for units in (ALL, BOTH, JOBS, WARDS)}
        await agent.numbers.look()
        told = {units: await events(agent, at[units], units) for units in at}
        assert all(waiting(tuple(rows)).keys() <= {""} | units for units, rows in told.items() if units != ALL)
        at = dict.fromkeys(at, agent.feed.at)
        queue(agent, JOBCENTER, 10)
        await agent.numbers.look()
        for units, rows in at.items():
            heard = [(row.unit, value(row, Measure.WAITING)) for row in await events(agent, rows, units)]
            assert heard == ([] if units == WARDS else [("Jobcenter", 1), ("", 1)])


async def test_nothing_new_is_not_told(tmp_path: Path) -> None:
    """Ages grow by themselves: a queue that stands still sends nothing."""
    async with asked(tmp_path) as (agent, _):
        queue(agent, JOBCENTER, 10)
        await agent.desk.board(ALL)
        await agent.numbers.look()
        at = agent.feed.at
        await agent.numbers.look()
        assert await events(agent, at, ALL) == []


async def test_while_nobody_looks_no_row_is_made(tmp_path: Path) -> None:
    """Counting goes on; nothing is made of it, and nothing is published."""
    async with asked(tmp_path) as (agent, _):
        queue(agent, JOBCENTER, 10)
        await agent.numbers.look()
        assert (list(vars(agent.feed)["_events"]), vars(agent.numbers)["_shown"]) == ([], {})


async def test_a_database_that_is_away_costs_only_what_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting goes on; delayed is unknown, not none; and the board comes all the same."""

    async def away(_: object, now: float) -> tuple[()]:
        raise Unavailable(f"away at {now}")

    monkeypatch.setattr("xmpp_agent.edges.store.figures.SqlFigures.lying", away)
    async with asked(tmp_path) as (agent, http):
        queue(agent, JOBCENTER, 10)
        await agent.numbers.look()
        row = Board.read((await http.get("/v1/board")).content).numbers[0]
        assert (value(row, Measure.WAITING), value(row, Measure.DELAYED)) == (1, None)


@pytest.mark.parametrize("seed", range(3))
async def test_any_board_and_the_events_after_it_are_the_next_board(tmp_path: Path, seed: int) -> None:
    """Whenever somebody looks, whoever they are, nothing is missed and nothing is of others."""
    chance = random.Random(seed)  # noqa: S311  # repeatable, not a secret
    async with asked(tmp_path) as (agent, _):
        looks: list[tuple[frozenset[str], Board]] = []
        for _ in range(30):
            queue(agent, chance.choice([JOBCENTER, WARD]), *(10.0,) * chance.randrange(4))
            if chance.random() < 0.5:
                await agent.numbers.look()
            if chance.random() < 0.4:
                units = chance.choice([ALL, BOTH, JOBS, WARDS])
                looks.append((units, await agent.desk.board(units)))
        await agent.numbers.look()
        for units, board in looks:
            picture = {row.unit: row for row in board.numbers}
            picture |= {row.unit: row for row in await events(agent, board.at_event, units)}
            assert picture == {row.unit: row for row in (await agent.desk.board(units)).numbers}


def test_the_name_of_a_set_of_units_is_no_unit() -> None:
    """Who sees all units does not hear the sums of others, and nobody can be called like a sum."""
    assert hears(BOTH, same_units(BOTH))
    assert not hears(ALL, same_units(BOTH))
    assert hears(ALL, same_units(ALL))
    assert not hears(frozenset({same_units(BOTH)}), same_units(BOTH))
    assert hears(ALL, "Jobcenter")
    assert not hears(JOBS, "Psykiatri")
