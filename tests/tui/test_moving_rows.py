"""Rows come, go and change places while somebody sorts, filters and presses keys: an act is of whoever was marked."""

import random
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.a_day import person, room
from tests.tui.fake_agent import FakeAgent
from tests.tui.opened import Opened, opened
from tui.screens.dialogs import AskWords
from tui.screens.doors import DoorScreen
from xmpp_agent import wire

STAFF = ("Mette Holm", "Ole Juhl", "Karen Vig", "Ida Krogh", "Bo Dam")
FILTERS = ("", "", "mette", "!ole", "wait>3m", "karen", "nobody-is-called-so")
TURNS = 12
NO = {verb: wire.Problem(title="Nej", status=409) for verb in ("let-in", "write")}
"""The agent says no to all, so that only the world moves rows, never an act."""


class World:
    """Rooms whose people come and go by chance. Everybody has a name of their own, which is never used again."""

    def __init__(self, seed: int) -> None:
        self.chance, self.named = random.Random(seed), dict[str, str]()  # noqa: S311  # a test's dice
        self.rooms = {f"r{each}": self._room(f"r{each}", each) for each in range(5)}

    def _somebody(self) -> wire.WaitingRow:
        number = len(self.named)
        knock, masked = f"k{number}", f"{chr(65 + number % 26)}{number}."
        self.named[knock] = masked
        return person(knock, masked, self.chance.uniform(0, 9))

    def _room(self, key: str, number: int) -> wire.RoomRow:
        people = tuple(self._somebody() for _ in range(number))
        phase = self.chance.choice((wire.RoomPhase.READY, wire.RoomPhase.FROZEN, wire.RoomPhase.CLOSED))
        return room(key, self.chance.choice(STAFF), phase=phase, waiting=people)

    def move(self, agent: FakeAgent) -> None:
        """Somebody goes, somebody comes, staff change: the row belongs elsewhere now."""
        for key in self.chance.sample(sorted(self.rooms), 2):
            row = self.rooms[key]
            stay = [one for one in row.waiting if self.chance.random() > 0.2]
            new = [self._somebody() for _ in range(self.chance.choice((0, 0, 1, 2)))]
            people = tuple(sorted((*stay, *new), key=lambda one: one.since))
            phase = self.chance.choice(list(wire.RoomPhase))
            self.rooms[key] = room(key, self.chance.choice(STAFF), phase=phase, waiting=people)
            agent.put(self.rooms[key])


def marked(console: Opened, grid: str) -> str | None:
    """The name on the line of a list that bears the cursor's mark, as it stands on the screen."""
    region = console.live.grid(grid).region
    lines = (line[region.x : region.right] for line in console.text().splitlines()[region.y : region.bottom])
    words = [line.split() for line in lines if line.startswith("▌")]
    if not words:
        return None
    return next(word for word in words[0] if word.endswith(".") and word[1:-1].isdigit())


async def _other_rows(console: Opened, world: World) -> None:
    """Another order, another filter, another cursor; and rows that move meanwhile."""
    if world.chance.random() < 0.5:
        console.live.query_one("#filter", Input).value = world.chance.choice(FILTERS)
        console.live.look()
    console.live.grid(console.live.MAIN).focus()
    keys = [world.chance.choice(("s", "down", "up", "end", "home", "n")) for _ in range(3)]
    await console.pilot.press(*keys)
    console.clock.ahead += world.chance.choice((0, 0, 3))
    world.move(console.agent)
    console.live.flush()
    await console.pilot.pause()


async def _act(console: Opened, world: World, grid: str) -> tuple[str | None, str | None]:
    """Press a key; the name that was marked then, and whom the agent was asked about, if anybody."""
    before, screen = len(console.agent.asked), console.live
    assert isinstance(screen, DoorScreen)
    name = marked(console, grid)
    world.move(console.agent)  # seen by the person too late: the hand is on its way to the key
    await console.until(lambda: console.app.watched.board.rooms == console.agent.rooms)
    if world.chance.random() < 0.5:
        world.move(console.agent)  # and this while the key is pressed
    await console.pilot.press(world.chance.choice("aw"))
    if isinstance(console.app.screen, AskWords):
        world.move(console.agent)
        assert name is not None
        assert f"Skriv til {name}" in console.text()
        console.app.screen.query_one(Input).value = "Vi er forsinket"
        await console.pilot.press("enter")
    await console.pilot.pause(0.05)
    asked = console.agent.asked[before:]
    assert len(asked) <= 1
    return name, world.named[getattr(asked[0][2], "knock")] if asked else None  # noqa: B009  # of either command


@pytest.mark.parametrize(("key", "grid"), [("1", "lobby"), ("4", "queue")])
async def test_an_act_is_of_whoever_was_marked(tmp_path: Path, key: str, grid: str) -> None:
    """Whatever moved before, under and after the key: the one marked on the screen, or nobody."""
    world, hits = World(seed=7), 0
    agent = FakeAgent(refuses=NO)
    async with opened(tmp_path, list(world.rooms.values()), agent=agent, size=(100, 30)) as console:
        await console.pilot.press(key)
        await console.until(lambda: console.live.is_mounted and console.live.grid(grid).order)
        for _ in range(TURNS):
            await _other_rows(console, world)
            name, asked = await _act(console, world, grid)
            assert asked in (None, name)
            hits += asked is not None
            console.live.query_one("#filter", Input).value = ""
            console.live.look()
    assert hits >= TURNS // 5, "the keys must have hit somebody now and then"
