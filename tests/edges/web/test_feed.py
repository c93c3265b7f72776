"""The feed: whatever happens between publishing and reading, a console ends up with the true picture or is told."""

import asyncio
import itertools
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.edges.web.apart import apart
from xmpp_agent.edges.web import feed as feed_module
from xmpp_agent.edges.web.feed import Feed
from xmpp_agent.rules.staff_acts import may_see
from xmpp_agent.wire import Note, RoomChanged, RoomPhase, RoomRow

ALL, JOBCENTER = frozenset({"*"}), frozenset({"Jobcenter"})
UNITS = {"a": "Jobcenter", "b": "Jobcenter", "c": "Psykiatri"}
_ID = re.compile(r"id: ([^\n]*)\n")


@dataclass
class Truth:
    """The rooms as they are, and the feed that tells of them."""

    rooms: dict[str, int] = field(default_factory=dict)
    clock: float = 1000.0
    alive: float = 5.0

    def __post_init__(self) -> None:
        self.feed = Feed("one", self.row, lambda: self.clock, self.alive)

    def row(self, node: str) -> RoomRow | None:
        visit = self.rooms.get(node)
        if visit is None:
            return None
        return RoomRow(key=f"one/{node}", room=node, unit=UNITS[node], staff=(), phase=RoomPhase.READY, visit=visit)

    def change(self, node: str, visit: int | None) -> None:
        """The room has that visit now, or is gone."""
        self.rooms.pop(node, None)
        if visit is not None:
            self.rooms[node] = visit
        self.feed.touch(node, UNITS[node])

    def board(self) -> tuple[str, dict[str, int]]:
        self.feed.expect()
        for node in UNITS:
            self.feed.shown(node, self.row(node))
        return self.feed.at, dict(self.rooms)


@dataclass
class Console:
    """What a console does with a board and events."""

    truth: Truth
    units: frozenset[str] = ALL
    at: str = ""
    rooms: dict[str, int] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    lines: AsyncGenerator[str, None] | None = None

    def look(self) -> None:
        self.at, rooms = self.truth.board()
        self.rooms = {n: v for n, v in rooms.items() if may_see(self.units, UNITS[n])}

    async def connect(self) -> None:
        await self.hang_up()
        self.lines = apart(self.truth.feed.follow(self.at, partial(may_see, self.units)))

    async def hang_up(self) -> None:
        if self.lines is not None:
            await self.lines.aclose()
            self.lines = None

    async def read(self, most: int) -> None:
        """Read lines until there is nothing more to read, at most so many."""
        for _ in range(most):
            if self.lines is None:
                return
            try:
                line = await asyncio.wait_for(anext(self.lines), 0.001)
            except TimeoutError:  # the wait cancelled the generator: a connection lost
                self.lines = None
                return
            self.take(line)

    def take(self, line: str) -> None:
        if line.startswith(":"):
            return
        found = _ID.match(line)
        assert found, line
        assert found[1] not in self.heard, "an event came twice"
        self.heard.append(found[1])
        if "event: resync" in line:
            self.look()
            return
        self.at = found[1]
        data = line.partition("data: ")[2].strip()
        if "event: room_gone" in line:
            self.rooms.pop(data.partition("one/")[2].rstrip('"}'), None)
        elif "event: room\n" in line:
            row = RoomChanged.read(data).row
            self.rooms[row.room] = row.visit


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.sampled_from("abc"), st.one_of(st.none(), st.integers(0, 3))),
        st.tuples(st.just("gather"), st.none(), st.none()),
        st.tuples(st.just("look"), st.integers(0, 1), st.none()),
        st.tuples(st.just("connect"), st.integers(0, 1), st.none()),
        st.tuples(st.just("hang up"), st.integers(0, 1), st.none()),
        st.tuples(st.just("read"), st.integers(0, 1), st.integers(1, 4)),
        st.tuples(st.just("away"), st.none(), st.none()),
        st.tuples(st.just("start over"), st.none(), st.none()),
        st.tuples(st.just("new agent"), st.none(), st.none()),
    ),
    max_size=40,
)


@given(steps=STEPS, kept=st.sampled_from([1, 3, 5000]))
@example(
    steps=[
        ("change", "b", 0),
        ("gather", None, None),
        ("change", "b", 1),
        ("start over", None, None),
        ("connect", 0, None),
        ("read", 0, 4),
        ("change", "b", 0),
        ("gather", None, None),
    ],
    kept=5000,
)
@example(
    steps=[
        ("change", "b", 0),
        ("gather", None, None),
        ("change", "b", 1),
        ("look", 0, None),
        ("change", "b", 0),
        ("gather", None, None),
    ],
    kept=5000,
)
@settings(max_examples=150, deadline=None)
def test_every_console_ends_with_the_truth(steps: list[tuple[str, object, object]], kept: int) -> None:
    """Any order of changes, looks, connections, losses, slow reading, forgetting and restarts: read to the end, each
    console shows exactly the rooms there are (of its units), and no event came twice."""
    asyncio.run(_play(steps, kept))


async def _play(steps: list[tuple[str, object, object]], kept: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed_module, "KEPT", kept)
        patch.setattr(feed_module, "GATHER", 0.0)
        patch.setattr(feed_module, "REST", 0.0)
        truth = Truth()
        consoles = [Console(truth), Console(truth, JOBCENTER)]
        for console in consoles:
            console.look()
        for what, who, how in steps:
            await _step(truth, consoles, what, who, how)
        for console in consoles:
            await console.connect()
        truth.change("a", 9)
        await _gathered(truth)
        for console in consoles:
            await console.read(10_000)
            assert console.rooms == {n: v for n, v in truth.rooms.items() if may_see(console.units, UNITS[n])}
            await console.hang_up()


async def _step(truth: Truth, consoles: list[Console], what: str, who: object, how: object) -> None:
    if isinstance(who, str):
        truth.change(who, how if isinstance(how, int) else None)
    elif isinstance(who, int):
        await _console_step(consoles[who], what, how if isinstance(how, int) else 0)
    elif what == "gather":
        await _gathered(truth)
    elif what == "away":
        truth.clock += 60
    elif what == "start over":
        truth.feed.start_over()
    else:
        for each in consoles:
            await each.hang_up()
        truth.feed.close()
        truth.feed = Feed("one", truth.row, lambda: truth.clock, truth.alive)


async def _console_step(console: Console, what: str, most: int) -> None:
    if what == "look":
        console.look()
    elif what == "connect":
        await console.connect()
    elif what == "hang up":
        await console.hang_up()
    else:
        await console.read(most)


async def _gathered(truth: Truth) -> None:
    """Until everything touched is published (or dropped, when nobody wants it)."""
    for _ in range(1000):
        if not vars(truth.feed)["_dirty"]:
            return
        await asyncio.sleep(0)
    raise AssertionError("changes are never published")


async def test_an_id_of_an_earlier_agent_is_never_taken_for_one_of_this() -> None:
    """After a restart the numbers begin anew; an old id that happens to fit is answered with resync."""
    before, after = Truth(), Truth()
    for truth in (before, after):
        for number in range(5):
            truth.feed.publish(None, "note", Note(room="a", kind="wrote", text=str(number)))
    async with aclosing(apart(after.feed.follow(f"{before.feed.at.rpartition(':')[0]}:3", lambda _: True))) as lines:
        assert "event: resync" in await anext(lines)


@pytest.mark.parametrize("nonsense", ["", ":", "one:1", "one:-1", "x" * 5000, "one:" + "9" * 400, "one:²", "\x00"])
async def test_an_id_that_is_none_is_answered_with_resync(nonsense: str) -> None:
    """Whatever stands in Last-Event-ID, the console is never left with a hole, nor told that there is none."""
    truth = Truth()
    async with aclosing(apart(truth.feed.follow(nonsense, lambda _: True))) as lines:
        assert "event: resync" in await anext(lines)


async def test_the_sign_that_nothing_is_missing_comes_after_what_was_missed() -> None:
    """A console that comes back takes its picture for current only then: also when all of it was of other units."""
    truth = Truth()
    for number in range(3):
        truth.feed.publish("Psykiatri", "note", Note(room="c", kind="wrote", text=str(number)))
    begin = f"{truth.feed.at.rpartition(':')[0]}:1"
    async with aclosing(apart(truth.feed.follow(begin, lambda _: True))) as lines:
        told = [await anext(lines) for _ in range(3)]
    assert ['"1"' in told[0], '"2"' in told[1], told[2]] == [True, True, ": alive\n\n"]
    async with aclosing(apart(truth.feed.follow(begin, partial(may_see, JOBCENTER)))) as lines:
        assert await anext(lines) == ": alive\n\n"


async def test_events_of_other_units_are_neither_told_nor_taken_for_a_sign_of_life() -> None:
    """A console of one unit hears nothing of another's events, and its signs of life come in spite of them."""
    truth = Truth(alive=0.02)
    stop = asyncio.Event()

    async def busy() -> None:
        for number in itertools.count():
            truth.feed.publish("Psykiatri", "note", Note(room="c", kind="wrote", text=f"secret {number}"))
            try:
                async with asyncio.timeout(0.002):
                    await stop.wait()
                return
            except TimeoutError:
                continue

    noise = asyncio.create_task(busy())
    async with asyncio.timeout(30), aclosing(apart(truth.feed.follow(None, partial(may_see, JOBCENTER)))) as lines:
        assert [await anext(lines) for _ in range(4)] == [": alive\n\n"] * 4
    stop.set()
    await noise


async def test_a_reader_that_does_not_read_costs_no_more_than_what_is_kept_for_all() -> None:
    """Events are dropped by number and by size; the slow reader is told to read anew."""
    truth = Truth()
    async with aclosing(apart(truth.feed.follow(None, lambda _: True))) as lines:
        await anext(lines)
        truth.feed.publish(None, "note", Note(room="a", kind="wrote", text="first"))
        assert "first" in await anext(lines)
        for _ in range(30_000):
            truth.feed.publish(None, "note", Note(room="a", kind="wrote", text="x" * 500))
        held = vars(truth.feed)["_events"]
        assert len(held) <= feed_module.KEPT
        for _ in range(20_000):
            truth.feed.publish(None, "note", Note(room="a", kind="wrote", text="ø" * 500))
        assert sum(len(event.data) for event in held) == vars(truth.feed)["_bytes"] <= feed_module.KEPT_BYTES
        assert "event: resync" in await anext(lines)


async def test_many_changes_of_one_room_are_one_event() -> None:
    """What changes within the gathering time goes out once, as it is then; what is as before not at all."""
    truth = Truth()
    truth.board()
    async with asyncio.timeout(30), aclosing(apart(truth.feed.follow(truth.feed.at, lambda _: True))) as lines:
        await anext(lines)
        for visit in range(50):
            truth.change("a", visit)
        line = await anext(lines)
        assert '"visit":49' in line
        truth.change("a", 49)
        truth.change("b", 1)
        assert '"room":"b"' in await anext(lines)


async def test_what_a_board_showed_is_put_right_when_it_is_again_as_was_published() -> None:
    """What changes with the time alone may be on a board and not yet in an event; it is not left standing there."""
    truth = Truth()
    truth.board()
    async with asyncio.timeout(30), aclosing(apart(truth.feed.follow(truth.feed.at, lambda _: True))) as lines:
        await anext(lines)
        truth.change("a", 1)
        assert '"visit":1' in await anext(lines)
        truth.rooms["a"] = 2
        _, shown = truth.board()
        assert shown["a"] == 2
        truth.change("a", 1)
        assert '"visit":1' in await anext(lines)


async def test_a_turn_that_took_an_age_is_not_followed_by_a_rest_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stood still in the middle of it had not that much to do; nobody looks at an old picture for it."""
    monkeypatch.setattr(feed_module, "REST", 1e9)
    monkeypatch.setattr(feed_module, "LONGEST_REST", 0.01)
    truth = Truth()
    async with asyncio.timeout(30), aclosing(apart(truth.feed.follow(None, lambda _: True))) as lines:
        await anext(lines)
        for visit in (1, 2):
            truth.change("a", visit)
            assert f'"visit":{visit}' in await anext(lines)


async def test_what_there_is_goes_out_in_one_piece_that_is_not_too_large() -> None:
    """A piece costs both ends more than an event; what a reader who does not read holds is bounded all the same."""
    truth = Truth()
    async with aclosing(truth.feed.follow(None, lambda _: True)) as pieces:
        await anext(pieces)
        for number in range(10):
            truth.feed.publish(None, "note", Note(room="a", kind="wrote", text=str(number)))
        assert (await anext(pieces)).count("event: note") == 10
        for _ in range(200):
            truth.feed.publish(None, "note", Note(room="a", kind="wrote", text="x" * 500))
        told = [await anext(pieces) for _ in range(4)]
    assert sum(piece.count("event: note") for piece in told) == 200
    assert max(map(len, told)) < feed_module.PIECE + 1000


async def test_nothing_is_made_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a console no row is computed; whoever comes back later reads the board anew."""
    monkeypatch.setattr(feed_module, "GATHER", 0.0)
    truth, asked = Truth(), list[str]()

    def row(node: str) -> RoomRow | None:
        asked.append(node)
        return truth.row(node)

    truth.feed = Feed("one", row, lambda: truth.clock)
    at = truth.feed.at
    truth.change("a", 1)
    await _gathered(truth)
    assert asked == []
    async with aclosing(apart(truth.feed.follow(at, lambda _: True))) as lines:
        assert "event: resync" in await anext(lines)


async def test_closing_ends_every_stream_at_once() -> None:
    """A console that waits for news gets the end, not a sign of life five seconds later."""
    truth = Truth()

    async def listen() -> list[str]:
        return [line async for line in apart(truth.feed.follow(None, lambda _: True))]

    listening = [asyncio.create_task(listen()) for _ in range(3)]
    await asyncio.sleep(0)
    truth.feed.close()
    assert await asyncio.wait_for(asyncio.gather(*listening), 1) == [[": alive\n\n"]] * 3


async def test_a_row_that_cannot_be_made_holds_up_no_other() -> None:
    """An error in one room is reported by the loop; the other rooms are still told."""
    truth, faults = Truth(), list[str]()
    rows = truth.row

    def row(node: str) -> RoomRow | None:
        if node == "a":
            raise ValueError("no row")
        return rows(node)

    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(str(context["exception"])))
    truth.feed = Feed("one", row, lambda: truth.clock)
    async with asyncio.timeout(30), aclosing(apart(truth.feed.follow(None, lambda _: True))) as lines:
        await anext(lines)
        truth.change("a", 1)
        truth.change("b", 1)
        assert '"room":"b"' in await anext(lines)
    assert faults == ["no row"]
