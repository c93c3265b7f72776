"""What counts as a wait, on the real flows and the model Prosody, with a real database under the counting."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.edges.store.samples import CIPHER, MARK, raw
from tests.flows.day import MORNING, Day
from tests.flows.test_stories import play
from xmpp_agent.edges.store.database import Database, open_database
from xmpp_agent.flows.figures import KEPT, Counting
from xmpp_agent.model.figures import Ended, Facts, Sample, Wait

UNIT = "Jobcenter"


@dataclass
class Counted:
    """A day with somebody who counts."""

    day: Day
    database: Database
    path: Path
    counting: Counting

    async def play(self, *words: str) -> None:
        """Steps as words."""
        await play(self.day, *words)

    def facts(self) -> Facts:
        """What is known now."""
        now = self.day.clock.now()
        self.counting.look(now, seeing=True)
        return self.counting.facts([UNIT], now, now - KEPT)

    def ended(self) -> list[tuple[Ended, int]]:
        """Each wait that ended, with its length in whole seconds."""
        return [(wait.ended, round(wait.lasted)) for wait in self.facts().waits]

    async def restart(self) -> None:
        """The agent is killed; another one begins on the same database."""
        await self.counting.keep(self.day.clock.now())
        await self.play("kill-agent")
        await self.begin()
        await self.play("return")

    async def begin(self) -> None:
        """Count in the house of the agent there is now."""
        self.counting = Counting(self.day.agent.house, self.database.figures)
        self.day.agent.house.on_change.append(self.counting.watch)
        await self.counting.recall(self.day.clock.now())


@pytest.fixture
async def counted(tmp_path: Path) -> AsyncIterator[Counted]:
    """A morning with both rooms open."""
    day, path = Day(), tmp_path / "numbers.sqlite3"
    await day.begin()
    async with open_database(path, CIPHER, MARK, "one") as database:
        here = Counted(day, database, path, Counting(day.agent.house, database.figures))
        await here.begin()
        await here.play("open mette", "open lars")
        yield here


async def test_a_wait_is_from_first_knock_to_first_let_in(counted: Counted) -> None:
    """Reloads, naps and a click too early do not begin it anew; being let in again does not count twice."""
    await counted.play("arrive anna", "wait 60", "reload anna", "arrive anna", "wait 60")
    assert len(counted.facts().waiting) == 1
    assert counted.day.clock.now() - counted.facts().waiting[0] > 120
    await counted.play("admit mette anna", "obey anna")
    (ended, lasted), *more = counted.ended()
    assert (ended, more) == (Ended.ACCEPTED, [])
    assert 120 <= lasted <= 130
    await counted.play("reload anna", "arrive anna", "admit mette anna", "obey anna")
    assert counted.ended() == [(ended, lasted)]


async def test_answered_is_when_the_door_was_opened(counted: Counted) -> None:
    """Not when somebody walked through it ten seconds later."""
    await counted.play("arrive anna", "wait 30", "admit mette anna", "wait 10", "obey anna")
    assert counted.ended() == [(Ended.ACCEPTED, 32)]


async def test_who_leaves_and_comes_back_in_time_has_not_abandoned(counted: Counted) -> None:
    """While the place is kept nobody is alive there; after ten minutes they left when they went."""
    await counted.play("arrive anna", "arrive bo", "wait 20", "crash anna", "step-out bo")
    assert (counted.facts().waiting, counted.ended()) == ((), [])
    await counted.play("arrive bo", "wait 700")
    assert len(counted.facts().waiting) == 1
    assert [ended for ended, _ in counted.ended()] == [Ended.ABANDONED]
    assert counted.ended()[0][1] < 30


async def test_turned_away_is_neither_answered_nor_abandoned(counted: Counted) -> None:
    """Staff saw to them."""
    await counted.play("arrive anna", "turn-away anna")
    assert [ended for ended, _ in counted.ended()] == [Ended.TURNED_AWAY]


async def test_companions_wait_and_are_no_wait(counted: Counted) -> None:
    """They are people in the lobby; but the answer is to their citizen."""
    await counted.play("arrive tolk", "arrive anna")
    assert len(counted.facts().waiting) == 2
    await counted.play("admit mette anna", "obey anna", "obey tolk")
    assert len(counted.ended()) == 1


async def test_rooms_staff_and_guests(counted: Counted) -> None:
    """Two rooms, one of them with a guest; when its staff goes it is unattended since then."""
    await counted.play("arrive anna", "admit mette anna", "obey anna")
    assert sorted((room.staff, room.guests) for room in counted.facts().rooms) == [(1, 0), (1, 1)]
    await counted.play("leave mette")
    alone = next(room for room in counted.facts().rooms if room.guests)
    assert (alone.staff, alone.people) == (0, 1)
    assert alone.unattended_since is not None
    assert counted.day.clock.now() - alone.unattended_since < 5


async def test_the_numbers_outlive_the_agent_and_nobody_is_in_them(counted: Counted) -> None:
    """Killed with somebody waiting and somebody inside: what ended stands once, who waits still does since then."""
    await counted.play("arrive anna", "arrive bo", "wait 30", "admit mette anna", "obey anna")
    before, waiting = counted.ended(), counted.facts().waiting
    await counted.restart()
    assert (counted.ended(), counted.facts().waiting) == (before, waiting)
    await counted.play("finish anna", "admit mette bo", "obey bo")
    assert [ended for ended, _ in counted.ended()] == [Ended.ACCEPTED] * 2
    await counted.counting.keep(counted.day.clock.now())
    kept = raw(counted.path, "SELECT * FROM waits")
    assert len(kept) == 2
    assert not {"anna", "bo", "main", "seat-anna", "seat-bo"} & {str(value) for row in kept for value in row}


async def test_what_was_not_written_before_the_end_is_seen_again(counted: Counted) -> None:
    """Whoever is inside when another agent looks was let in; not twice when the first one had written it."""
    await counted.play("arrive anna", "wait 30", "admit mette anna", "obey anna")
    before = counted.ended()
    await counted.play("kill-agent")
    await counted.begin()
    await counted.play("return")
    assert counted.ended() == before


async def test_a_standby_marks_nothing_and_knows_all_when_it_takes_over(counted: Counted) -> None:
    """It sees no room: its nought would stand before the truth. What the other one counted is read when it begins."""
    standby = Counting(counted.day.standby.house, counted.database.figures)
    counted.day.standby.house.on_change.append(standby.watch)
    await standby.recall(counted.day.clock.now())
    await counted.play("arrive anna", "admit mette anna", "obey anna")
    for _ in range(62):
        await counted.play("wait 5")
        counted.facts()
        standby.look(counted.day.clock.now(), seeing=False)
    (mark,) = counted.facts().samples
    await standby.keep(counted.day.clock.now())
    await counted.counting.keep(counted.day.clock.now())
    assert await counted.database.figures.samples(0.0) == (mark,)
    await counted.play("take-over")
    await standby.recall(counted.day.clock.now())
    await standby.recall(counted.day.clock.now())
    counted.counting, before = standby, counted.ended()
    assert counted.ended() == before
    assert len(before) == 1
    assert counted.facts().samples == (mark,)


async def test_marks_are_made_every_five_minutes_and_forgotten_after_a_day(counted: Counted) -> None:
    """Two rooms, one waiting, staff's time added up; what is older than a day and an hour goes."""
    old = Sample(UNIT, MORNING - KEPT - 300, 9, 9, 0, 0)
    gone = Wait("old", UNIT, MORNING - KEPT - 400, MORNING - KEPT - 300, Ended.ACCEPTED)
    await counted.database.figures.keep([gone], [old], MORNING - KEPT - 600)
    await counted.play("arrive anna")
    for _ in range(62):
        await counted.play("wait 5")
        counted.facts()
    (mark,) = counted.facts().samples
    assert mark.at % 300 == 0
    assert (mark.unit, mark.waiting, mark.rooms, mark.busy) == (UNIT, 1, 2, 0.0)
    assert 500 < mark.free <= 600
    await counted.counting.keep(counted.day.clock.now())
    assert raw(counted.path, "SELECT count(*) FROM samples") == [(1,)]
    assert raw(counted.path, "SELECT count(*) FROM waits") == [(0,)]
