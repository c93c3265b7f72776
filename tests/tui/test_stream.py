"""Following a real agent over a real socket: parsing, resuming, holes, deaths, nonsense."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.a_day import person, room
from tests.tui.fake_agent import FakeAgent, serving
from tui.agent import early as early_module
from tui.agent.client import AgentClient
from tui.agent.early import GOOD_FOR, Early
from tui.agent.faults import Refused, Unanswered
from tui.agent.sse import LONGEST_EVENT, Parser, Said, TooLong
from tui.agent.stream import LONGEST_PAUSE, Stream
from tui.board.board import Board
from tui.board.freshness import LATE_AFTER
from tui.board.heard import Alive, Happened, Heard, Lost, Picture, Stale
from tui.clock import elapsed
from xmpp_agent import wire

NOTE = wire.Note(room="r1", kind="wrote", text="line\u2028two\x85")


# parsing

STREAM = (
    b": alive\n\nid: s1:1\r\nevent: room\r\ndata: {}\r\n\r\n:\nevent: note\ndata: a\ndata:  b\nid: s1:2\n\n"
    + "id: s1:3\revent: note\rdata: ø\u2028\x85漢\r\r".encode()
)
SAID = [
    Said(),
    Said("room", "s1:1", "{}"),
    Said(),
    Said("note", "s1:2", "a\n b"),
    Said("note", "s1:3", "ø\u2028\x85漢"),
]


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_bytes_may_be_cut_anywhere(cuts: list[int]) -> None:
    """However the network cuts the bytes, between CR and LF or inside a letter, the same events come out."""
    edges = [0, *sorted(cuts), len(STREAM)]
    parser = Parser()

    said = [each for start, end in itertools.pairwise(edges) for each in parser.feed(STREAM[start:end])]

    assert said == SAID


def test_an_event_without_end_is_refused() -> None:
    """The parser does not grow without limit, in one line or over many."""
    with pytest.raises(TooLong):
        list(Parser().feed(b"data: " + b"x" * LONGEST_EVENT))
    with pytest.raises(TooLong):
        list(Parser().feed(b"data: x\n" * LONGEST_EVENT))


def test_an_event_without_its_own_id_has_none() -> None:
    """An id is not carried over to the next event: without a number it could be taken for one already seen."""
    said = list(Parser().feed(b"id: s1:4\ndata: a\n\ndata: b\n\n"))

    assert [each.id for each in said] == ["s1:4", ""]


# following


class Follower:
    """Reads a stream into a list; waits between attempts are noted and not waited for."""

    def __init__(self, stream: Stream) -> None:
        self.heard: list[Heard] = []
        self.board = Board()
        self._items = stream.follow()

    async def until(self, wanted: Callable[[Heard], bool]) -> Heard:
        """Read on until something is heard."""
        async with asyncio.timeout(30):
            async for heard in self._items:
                self.heard.append(heard)
                if isinstance(heard, Picture | Happened):
                    self.board.take(heard)
                if wanted(heard):
                    return heard
        raise AssertionError("the stream ended")

    async def until_kind(self, kind: type[Heard]) -> Heard:
        """Read on until such a thing is heard."""
        return await self.until(lambda heard: isinstance(heard, kind))


@asynccontextmanager
async def following(
    path: Path,
    sleep: Callable[[float], Awaitable[None]] | None = None,
    clock: Callable[[], float] = elapsed,
    early: Early | None = None,
) -> AsyncIterator[Follower]:
    """A follower on the agent at `path`."""

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    async with AgentClient(path, early=early) as client:
        follower = Follower(Stream(client, clock, sleep or at_once))
        yield follower
        await follower._items.aclose()


async def test_picture_then_life_then_events(tmp_path: Path) -> None:
    """First the picture, at once a sign of life, then each change as it comes, odd line separators included."""
    agent = FakeAgent(rooms={"s1/a": room("a", "Mette Holm")})
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s") as follower:
        await follower.until_kind(Alive)
        agent.put(room("a", "Mette Holm", visit=7))
        agent.tell("note", NOTE)

        heard = await follower.until(lambda each: isinstance(each, Happened) and each.number == 2)

        assert [type(each) for each in follower.heard] == [Picture, Alive, Happened, Happened]
        assert heard == Happened("s1", 2, NOTE)
        assert follower.board.rooms["s1/a"].visit == 7


async def test_a_death_in_mid_event_loses_nothing(tmp_path: Path) -> None:
    """Half an event is no event; after the break the stream resumes by id, without a new picture."""
    agent = FakeAgent(rooms={"s1/a": room("a", "Mette Holm")})
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s") as follower:
        await follower.until_kind(Alive)
        agent.raw = b'id: s1:1\nevent: room\ndata: {"now": 1, "row"'
        agent.die()
        agent.put(room("a", "Mette Holm", visit=1))
        agent.put(room("a", "Mette Holm", visit=2))

        await follower.until(lambda each: isinstance(each, Happened) and each.number == 2)

        assert any(isinstance(each, Lost) and each.why == "ended" for each in follower.heard)
        assert follower.board.rooms["s1/a"].visit == 2
        assert agent.boards_read == 1


async def test_what_lay_around_while_the_machine_slept_is_not_taken(tmp_path: Path) -> None:
    """After a silence in which signs of life were due the line is broken off; what was missed comes anew, by id, and
    only then the sign that this was all."""
    agent, slept = FakeAgent(rooms={"s1/a": room("a", "Mette Holm")}), [0.0]
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s", clock=lambda: slept[0]) as follower:
        await follower.until_kind(Alive)
        slept[0] += LATE_AFTER + 1
        agent.put(room("a", "Mette Holm", visit=7))

        await follower.until_kind(Lost)
        assert follower.board.rooms["s1/a"].visit == 0
        await follower.until_kind(Alive)

        assert [type(each) for each in follower.heard] == [Picture, Alive, Lost, Happened, Alive]
        assert follower.board.rooms["s1/a"].visit == 7
        assert agent.boards_read == 1


async def test_a_picture_says_how_long_it_took(tmp_path: Path) -> None:
    """A machine that slept while it was on its way makes it that much older."""
    ticks = iter([1000.0, 4600.0, *(5000.0,) * 9])
    async with serving(FakeAgent(), tmp_path / "s"), following(tmp_path / "s", clock=lambda: next(ticks)) as follower:
        heard = await follower.until_kind(Picture)

    assert isinstance(heard, Picture)
    assert heard.took == 3600.0


async def test_a_picture_asked_for_early_is_taken_once(tmp_path: Path) -> None:
    """It spares the first question; the next picture is asked for as ever."""
    agent = FakeAgent(rooms={"s1/a": room("a", "Mette Holm")})
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s", early=Early(tmp_path / "s")) as follower:
        await follower.until_kind(Alive)
        assert (set(follower.board.rooms), agent.boards_read) == ({"s1/a"}, 1)
        agent.raw = b"event: huh\nid: s1:1\ndata: {}\n\n"
        agent.wake()
        await follower.until_kind(Picture)
        assert agent.boards_read == 2


@pytest.mark.parametrize("how", ["no agent", "a no", "too old"])
async def test_an_early_question_without_a_good_answer_is_asked_again(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody there, a refusal, or an answer that lay too long: what counts is what the usual question gets."""
    agent = FakeAgent(rooms={"s1/a": room("a", "Mette Holm")})
    if how == "a no":
        agent.refuses["board"] = wire.Problem(title="Nej", status=503)
    early = Early(tmp_path / "s")
    if how == "no agent":
        assert await asyncio.to_thread(early.body) is None
    async with serving(agent, tmp_path / "s"):
        if how != "no agent":
            early = Early(tmp_path / "s")
        if how == "too old":
            now = elapsed()
            monkeypatch.setattr(early_module, "elapsed", lambda: now + GOOD_FOR)
        assert await asyncio.to_thread(early.body) is None
        agent.refuses.clear()
        async with following(tmp_path / "s", early=early) as follower:
            await follower.until_kind(Alive)
            assert set(follower.board.rooms) == {"s1/a"}


async def test_a_hole_means_a_new_picture(tmp_path: Path) -> None:
    """When the agent no longer keeps what was missed, the picture is called stale at once and read anew."""
    agent = FakeAgent(rooms={"s1/a": room("a", "Mette Holm")})
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s") as follower:
        await follower.until_kind(Alive)
        for visit in range(1, 4):
            agent.rooms["s1/a"] = room("a", "Mette Holm", visit=visit)
            agent.events.append(("room", wire.RoomChanged(now=1, row=agent.rooms["s1/a"])))
        agent.forgotten = 2
        agent.die()

        await follower.until_kind(Stale)
        await follower.until_kind(Picture)

        assert follower.board.rooms["s1/a"].visit == 3
        assert agent.boards_read == 2


async def test_holes_in_a_circle_are_not_chased(tmp_path: Path) -> None:
    """An agent that answers every resumption with resync is asked again only after a pause."""
    paused: list[float] = []

    async def note(seconds: float) -> None:
        paused.append(seconds)
        await asyncio.sleep(0)

    agent = FakeAgent(forgotten=10)
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s", note) as follower:
        for _ in range(5):
            await follower.until_kind(Lost)

        await follower.until_kind(Picture)

        assert len(paused) == 5
        assert agent.boards_read <= 8


async def test_an_agent_that_began_anew_and_then_saw_prosody_is_followed_at_once(tmp_path: Path) -> None:
    """Two holes with nothing between are what every restart may bring: no pause, and it is not said that it refused."""
    agent = FakeAgent(forgotten=10)
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s") as follower:
        for _ in range(2):
            await follower.until_kind(Stale)
        agent.forgotten = 0
        await follower.until_kind(Alive)
        assert [type(each) for each in follower.heard] == [Picture, Stale, Picture, Stale, Picture, Alive]


@pytest.mark.parametrize(
    "raw",
    [
        b"id: s1:1\nevent: room\ndata: {}\n\n",
        b"id: s1:1\nevent: room\ndata: nonsense\n\n",
        b"id: s1:1\nevent: hatch\ndata: {}\n\n",
        b'id: first\nevent: room_gone\ndata: {"key": "s1/a"}\n\n',
        b'event: room_gone\ndata: {"key": "s1/a"}\n\n',
        b"data: \xff\xfe\n\n",
        b'id: s1:1\nevent: room_gone\ndata: {"key": "s1/a", "more": 1}\n\n',
    ],
)
async def test_nonsense_is_a_break_and_a_new_picture(tmp_path: Path, raw: bytes) -> None:
    """What cannot be understood is never skipped: the line is given up and the picture read anew."""
    agent = FakeAgent(rooms={"s1/a": room("a", "Mette Holm")})
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s") as follower:
        await follower.until_kind(Alive)
        agent.raw = raw
        agent.wake()

        lost = await follower.until_kind(Lost)
        await follower.until_kind(Picture)

        assert isinstance(lost, Lost)
        assert lost.why == "unreadable"
        assert set(follower.board.rooms) == {"s1/a"}


async def test_pauses_grow_to_a_limit_and_start_over(tmp_path: Path) -> None:
    """Without an agent the pauses grow up to the longest; once events came, the next break starts small."""
    paused: list[float] = []

    async def note(seconds: float) -> None:
        paused.append(seconds)
        await asyncio.sleep(0)

    async with AgentClient(tmp_path / "s") as client:
        stream = Stream(client, sleep=note, chance=lambda: 0.999)
        follower = Follower(stream)
        for _ in range(8):
            await follower.until_kind(Lost)
        agent = FakeAgent()
        async with serving(agent, tmp_path / "s"):
            await follower.until_kind(Alive)
            agent.die()
            lost = await follower.until_kind(Lost)
        await follower._items.aclose()

    assert paused == sorted(paused)
    assert 0.99 * LONGEST_PAUSE < paused[-1] < LONGEST_PAUSE
    assert isinstance(lost, Lost)
    assert lost.retry_in < 0.3


@pytest.mark.parametrize(("status", "why"), [(403, "not_allowed"), (503, "refused")])
async def test_refusals_say_why(tmp_path: Path, status: int, why: str) -> None:
    """Somebody who is no supervisor is told that, not that the agent is away."""
    agent = FakeAgent(refuses={"board": wire.Problem(title="Nej", status=status)})
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s") as follower:
        lost = await follower.until_kind(Lost)

        assert isinstance(lost, Lost)
        assert lost.why == why


# acts


async def test_acts_and_their_refusals(tmp_path: Path) -> None:
    """An act is carried to the room named in the path, whatever characters its name has; a refusal keeps its words."""
    odd = "a?b#c %2e&é@conference.example.dk"
    row = room("a", "Mette Holm", room=odd, waiting=(person("k1", "A. H.", 1),))
    agent = FakeAgent(rooms={row.key: row})
    async with serving(agent, tmp_path / "s"), AgentClient(tmp_path / "s", "en") as client:
        done = await client.let_in(row.room, wire.LetIn(command="c1", knock="k1"))

        assert done.text == "Lukket ind"
        with pytest.raises(Refused) as no:
            await client.let_in(row.room, wire.LetIn(command="c2", knock="k1"))
        assert (no.value.problem.status, no.value.problem.title) == (409, "Personen venter ikke mere")
        assert "Personen" not in str(no.value)


async def test_no_agent_is_unanswered(tmp_path: Path) -> None:
    """Without an agent an act has no answer, which is not the same as a no."""
    async with AgentClient(tmp_path / "s") as client:
        with pytest.raises(Unanswered):
            await client.finish("r", wire.Finish(command="c", visit=1))


async def test_taking_in_keeps_up(tmp_path: Path) -> None:
    """Two thousand changes sent at once are taken in within a few seconds, all of them."""
    agent = FakeAgent()
    async with serving(agent, tmp_path / "s"), following(tmp_path / "s") as follower:
        await follower.until_kind(Alive)
        began = time.monotonic()
        for number in range(2000):
            agent.put(room(f"r{number}", "Mette Holm"))

        await follower.until(lambda each: isinstance(each, Happened) and each.number == 2000)

        assert len(follower.board.rooms) == 2000
        assert time.monotonic() - began < 8
