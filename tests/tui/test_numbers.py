"""The screens of numbers: on the real agent's application, and on made-up numbers in every size, sign and state."""

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.edges.web.lone_agent import ALL, JOBCENTER, WARD, lone_agent
from tests.edges.web.test_numbers import queue
from tests.tui.fake_agent import FakeAgent
from tests.tui.opened import NARROW, WIDE, Opened, opened
from tests.tui.some_numbers import numbers
from tests.tui.test_hostile import EVIL, Harmed, _clean, _nothing_to_click
from tui.app import PortnerApp
from tui.board.board import Board
from tui.board.heard import Happened
from tui.board.numbers import moved, units
from tui.settings import Settings
from tui.text.big import big
from tui.text.charts import axis, columns
from tui.text.numbers import short, target
from tui.text.words import Words
from xmpp_agent import wire
from xmpp_agent.edges.web.app import console_app
from xmpp_agent.edges.web.desk import Desk
from xmpp_agent.edges.web.door import Door
from xmpp_agent.edges.web.server import SocketServer

DANISH, PLAIN = Words(Settings()), Words(Settings(lang="en", signs="ascii"))
SIZES: Final = [NARROW, (120, 40), (200, 60)]


def told(*rows: wire.UnitNumbers) -> FakeAgent:
    """An agent that tells these numbers."""
    return FakeAgent(numbers={row.unit: row for row in rows})


def of_three(now: float) -> FakeAgent:
    """All units, and two by name."""
    return told(*(numbers(unit, now) for unit in ("", "Jobcenter Nord", "Psykiatri Syd")))


async def test_the_real_agent_counts_and_the_screens_follow(tmp_path: Path) -> None:
    """Two wait at the job centre: the board says so with its target; a third knocks, and the stream says so."""
    async with lone_agent(tmp_path) as agent:
        queue(agent, JOBCENTER, 10, 1000)
        queue(agent, WARD, 5)
        live = agent.link().but(state="live")
        lists = (agent.recordings, agent.numbers, agent.alerts)
        desk = Desk(agent.house, agent.feed, lambda: live, agent.rooms, agent.inside.confirm, agent.cancel, *lists)
        app = console_app(desk, agent.feed, lambda: True)
        server = SocketServer(Door(app, {os.getuid(): ALL}), tmp_path / "console.sock")
        server.start()
        await agent.numbers.look()
        try:
            console = PortnerApp(tmp_path / "console.sock")
            async with console.run_test(size=WIDE) as pilot:

                async def until(condition: Callable[[], object]) -> None:
                    for _ in range(250):
                        if condition():
                            return
                        await pilot.pause(0.02)
                    raise AssertionError("it did not come about")

                def waits(unit: str) -> float | None:
                    row = console.watched.board.numbers.get(unit)
                    return next(each.value for each in row.numbers if each.name == "waiting") if row else None

                await until(lambda: console.watched.standing().may_act)
                await pilot.press("9")
                await until(lambda: console.current_mode == "wall")
                assert (waits(""), waits("Jobcenter"), waits("Psykiatri")) == (3, 2, 1)
                text = "\n".join(strip.text for strip in console.screen._compositor.render_strips())
                assert "mål <7 · rød 10+" in text
                assert "▲ UDE AF MÅL" in text
                queue(agent, JOBCENTER, *range(10))
                await agent.numbers.look()
                await until(lambda: (waits(""), waits("Jobcenter")) == (11, 10))
        finally:
            await server.stop()


def shows(console: Opened, words: str) -> bool:
    """Whether they are on the screen."""
    return words in console.text()


async def on(console: Opened, key: str, mode: str) -> None:
    """Go to a screen and let it be drawn."""
    await console.pilot.press(key)
    await console.until(lambda: console.app.current_mode == mode and console.live.is_mounted)
    await console.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_the_board_is_read_across_a_room(tmp_path: Path, size: tuple[int, int]) -> None:
    """Six numbers, each whole in its place with name, target and state in words; digits at least five lines high."""
    async with opened(tmp_path, [], size=size, agent=of_three(time.time())) as console:
        await on(console, "9", "wall")
        text = console.text()
        for words in (
            *("Servicemål inden 5 min", "Venter nu", "Længste ventetid", "Svartid, 9 af 10", "Forsinkede aftaler"),
            *("Kræver nogen", "mål 80+ · rød <70 %", "mål <7 · rød 10+", "mål <10:30 · rød 15:00+"),
            *("! TÆT PÅ", "▲ UDE AF MÅL", "✓ I MÅL", "1/3 Alle enheder"),
        ):
            assert words in text
        assert sum("█" in line for line in text.splitlines()) >= 10
        assert "…" not in text.split("\n", 1)[1]


@pytest.mark.parametrize("size", SIZES)
async def test_charts_of_the_hour_and_of_the_day(tmp_path: Path, size: tuple[int, int]) -> None:
    """Four charts with axis, highest and state; v switches to twenty-four hours and back."""
    async with opened(tmp_path, [], size=size, agent=of_three(time.time()), frozen=True) as console:
        await on(console, "8", "charts")
        text = console.text()
        for words in ("Venter nu  12  ▲ UDE AF MÅL", "Svartid, hver anden", "Åbne lokaler  108", "højest 100 %", "nu"):
            assert words in text
        assert "sidste time" in text
        hour = console.text()
        await console.pilot.press("v")
        await console.until(lambda: "sidste døgn" in console.text())
        await console.pilot.press("v")
        await console.until(lambda: console.text() == hour)


async def test_the_next_unit_and_back(tmp_path: Path) -> None:
    """u goes round, U back, Esc to all; a unit that is gone gives way to what there is."""
    async with opened(tmp_path, [], agent=of_three(time.time())) as console:
        await on(console, "9", "wall")
        for keys, words in (
            ("u", "2/3 Jobcenter Nord"),
            ("u", "3/3 Psykiatri Syd"),
            ("u", "1/3 Alle enheder"),
            ("U", "3/3 Psykiatri Syd"),
            ("escape", "1/3 Alle enheder"),
        ):
            await console.pilot.press(keys)
            await console.until(partial(shows, console, words))
        await console.pilot.press("u", "8", "9")
        await console.until(lambda: "2/3 Jobcenter Nord" in console.text())
        for gone in ("Jobcenter Nord", "Psykiatri Syd"):
            del console.app.watched.board.numbers[gone]
        await console.until(lambda: "Alle enheder" in console.text() and "/3" not in console.text())


async def test_a_number_that_comes_is_drawn_without_a_key(tmp_path: Path) -> None:
    """Over the stream; an age grows by itself."""
    now = time.time()
    async with opened(tmp_path, [], agent=told(numbers("", now))) as console:
        await on(console, "8", "charts")
        assert "Venter nu  12  ▲ UDE AF MÅL" in console.text()
        console.agent.put_numbers(numbers("", now, waiting={"value": 2.0, "light": "green"}))
        await console.until(lambda: "Venter nu  2  ✓ I MÅL" in console.text())


@pytest.mark.parametrize(("key", "mode"), [("8", "charts"), ("9", "wall")])
async def test_an_old_number_is_never_shown_as_current(tmp_path: Path, key: str, mode: str) -> None:
    """Said across the screen, and no number says that it is on target."""
    async with opened(tmp_path, [], size=NARROW, agent=of_three(time.time())) as console:
        await on(console, key, mode)
        assert "I MÅL" in console.text()
        console.agent.silent = True
        console.clock.ahead += 30
        await console.until(lambda: "IKKE AKTUELT" in console.text())
        assert "◌ GAMMELT TAL" in console.text()
        assert "I MÅL" not in console.text()


@pytest.mark.parametrize(("key", "mode"), [("8", "charts"), ("9", "wall")])
async def test_english_ascii_and_nothing_yet(tmp_path: Path, key: str, mode: str) -> None:
    """Every word English, every sign ASCII; an agent without numbers, and numbers without a value, are said to be."""
    plain = Settings(lang="en", signs="ascii")
    rows = numbers("", time.time(), waiting={"value": None, "light": "none"}, delayed={"value": None, "light": "none"})
    async with opened(tmp_path, [], size=NARROW, agent=told(rows), settings=plain) as console:
        await on(console, key, mode)
        text = console.text()
        assert {char for char in text if not char.isascii()} <= {"·", "…"}
        assert "Service level in 5 min" in text
        assert "- NOTHING YET" in text
    (tmp_path / "s").unlink(missing_ok=True)
    async with opened(tmp_path, [], agent=told(), settings=plain) as console:
        await on(console, key, mode)
        assert "The agent has no numbers yet." in console.text()


@pytest.mark.parametrize(("key", "mode"), [("8", "charts"), ("9", "wall")])
async def test_hostile_unit_names_are_drawn_and_never_run(
    tmp_path: Path, key: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in its turn on both screens; nothing drawn there does anything when clicked."""
    monkeypatch.setattr("tests.tui.opened.PortnerApp", Harmed)
    monkeypatch.setattr(Harmed, "harmed", False)
    names = sorted(name for name in EVIL if name)
    async with opened(tmp_path, [], size=NARROW, agent=told(numbers(), *map(numbers, names))) as console:
        await on(console, key, mode)
        for place, _ in enumerate(names, start=2):
            await console.pilot.press("u")
            await console.until(partial(shows, console, f"{place}/{len(names) + 1} "))
            _nothing_to_click(console.app)
            _clean(console.text())
        assert not Harmed.harmed


def test_a_supervisor_of_one_unit_sees_it_by_name() -> None:
    """A sum of one is that one; of several the sum comes first, and the way round begins anew."""
    one, two = {"": numbers(), "a": numbers("a")}, {"": numbers(), "b": numbers("b"), "a": numbers("a")}
    assert units(one) == ["a"]
    assert units(two) == ["", "a", "b"]
    assert [moved(two, at, 1) for at in ("", "a", "b", "gone")] == ["a", "b", "", ""]
    assert (units({}), moved({}, "x", 1)) == ([], "")


@pytest.mark.parametrize(
    ("name", "amount", "expected"),
    [
        ("waiting", None, "-"),
        ("waiting", 1234.0, "999"),
        ("longest_wait", 59.9, "59 sek"),
        ("longest_wait", 60.0, "1 min"),
        ("longest_wait", 60_000.0, "16 timer"),
        ("service_level", 99.5, "100 %"),
    ],
)
def test_at_most_three_digits(name: str, amount: float | None, expected: str) -> None:
    """Whatever the agent counts, it has room on the wall."""
    assert short(name, amount, DANISH) == expected


def test_targets_are_in_one_unit() -> None:
    """Whole minutes as minutes, else to the second; counts from the next whole one."""
    number = wire.Number(name="longest_wait", amber=600.0, red=900.0, light="green")
    assert target(number, PLAIN) == "goal <10 · red 15+ min"
    assert target(number.but(amber=84.0, red=120.0), PLAIN) == "goal <1:24 · red 2:00+"
    assert target(wire.Number(name="delayed", amber=3.5, red=5.0), PLAIN) == "goal <4 · red 5+"
    assert target(wire.Number(name="delayed"), PLAIN) == "no target"


@pytest.mark.parametrize("digits", ["-", "7", "42", "999"])
@pytest.mark.parametrize("size", [(24, 5), (24, 7), (51, 21), (11, 5), (10, 9), (40, 4), (0, 0)])
def test_big_digits_fit_their_place(digits: str, size: tuple[int, int]) -> None:
    """As large as fits, all of one height however many; with no room for that the digits themselves."""
    drawn = big(digits, *size, "#")
    assert len(drawn) <= max(1, size[1])
    assert all(len(line) <= max(size[0], len(digits)) for line in drawn)
    assert len(drawn) == len(big("0", *size, "#"))


def test_a_chart_tells_nought_from_nobody_knows() -> None:
    """Full, half, least, none, unknown: each its own mark, in blocks and in ASCII."""
    assert columns((8.0, 4.0, 0.1, 0.0, None), 5, 1, 8.0, DANISH) == ["█▄▁_┄"]
    assert columns((8.0, 4.0, 0.1, 0.0, None), 5, 1, 8.0, PLAIN) == ["#:._?"]
    assert columns((2.0, 1.0), 6, 2, 2.0, PLAIN) == ["##   ", "## ##"]
    assert columns((0.0, None), 2, 1, 0.0, PLAIN) == ["_?"]
    assert len(axis(0.0, 12, 36, "most 3", PLAIN)) == 35


def test_units_by_name_only_are_units() -> None:
    """An older agent tells no sum: the first unit is shown."""
    rows = {"b": numbers("b"), "a": numbers("a")}
    assert units(rows) == ["a", "b"]
    assert moved(rows, "", 0) == "a"


async def test_no_key_breaks_a_screen_without_lists(tmp_path: Path) -> None:
    """Saving a list, filter, help and the palette: what there is none of does nothing."""
    async with opened(tmp_path, [], agent=of_three(time.time())) as console:
        await on(console, "9", "wall")
        for key in ("E", "slash", "s", "n", "a", "tab", "enter"):
            await console.pilot.press(key)
        await console.pilot.press("question_mark")
        await console.until(lambda: "Vis den næste enheds tal" in console.text())
        await console.pilot.press("escape")
        await console.until(lambda: console.app.screen is console.live)
        assert console.notices() == ""


def test_how_it_was_holds_the_numbers_of_then() -> None:
    """A board that is kept goes its own way."""
    board = Board()
    board.take(Happened("s1", 1, wire.NumbersChanged(now=1.0, row=numbers())))
    kept = board.copy()
    board.take(Happened("s1", 2, wire.NumbersChanged(now=2.0, row=numbers(waiting={"value": 1.0}))))
    assert kept.numbers == {"": numbers()} != board.numbers
