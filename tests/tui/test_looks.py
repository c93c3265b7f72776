"""Every screen at every size, dark, light and without colours: as kept, readable, whole.

Each look is opened once and walked through all screens, so a screen that is added is looked at, too, and asks for its
picture. `make console-pictures` draws them anew.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Literal, get_args

import pytest
from rich.cells import cell_len
from textual.color import Color
from textual.events import Resize
from textual.geometry import Size
from textual.theme import Theme
from textual.widgets import Static

from tests.tui.a_day import alert, call, invitation, person, recording, room
from tests.tui.draw import NOW, in_copenhagen
from tests.tui.inks import LEAST, Inks, Run, contrast, poor, runs
from tests.tui.looks import LOOKS, SIZES, Look, as_kept, back, go, kept, looking, resized, screens
from tests.tui.opened import Opened
from tests.tui.some_numbers import NO_TARGET
from tui.board.need import NOTHING
from tui.keys import MODES
from tui.settings import Lang, Settings, Signs
from tui.text import alerts, calls, invitations, numbers, people, recordings, rooms
from tui.text.cells import Cell, Column
from tui.text.signs import SIGNS
from tui.text.words import Words
from tui.themes import DARK, THEMES
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire

Light = Literal["green", "amber", "red", "none"]
_MAY_BE_SHORT = ("who", "reason", "why", "ways")
"""Columns of whole sentences, and of a masked name with what they are."""


_ALWAYS_SEEN = ("alert", "state", "stage", "next", "verdict", "kind", "what", "decision", "who", "citizen", "staff")
"""However small the terminal is: what stands how, and whose it is."""


@pytest.fixture(autouse=True)
def _copenhagen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    import time

    monkeypatch.setenv("TZ", "Europe/Copenhagen")
    in_copenhagen()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_every_screen_in_every_look(tmp_path: Path, look: Look) -> None:
    """As kept, the same in dark and light; each word 4.5 : 1, each mark 3 : 1; states and whose they are are whole."""
    found: dict[str, tuple[str, str]] = {}
    wrong: list[object] = []
    async with looking(tmp_path, look) as console:
        for theme in THEMES.values() if look.coloured else (DARK,):
            console.app.theme = theme.name
            async for mode in screens(console):
                drawn = list(runs(console.app))
                picture = Inks(theme).picture(console.app)
                assert found.setdefault(mode, picture) == picture, f"{mode} looks different in {theme.name}"
                wrong += [(mode, theme.name, *each) for each in poor(drawn, _decoration(theme, look))]
                wrong += [(mode, *each) for each in _cut(console, mode)]
                if look.coloured:
                    assert "?" not in {Inks(theme).letter(run) for run in drawn}, f"{mode}: a colour of no name"
                else:
                    wrong += [(mode, *each) for each in _coloured_or_odd(drawn)]
    assert wrong == []
    assert list(found) == list(MODES)
    for mode, drawn_now in found.items():
        assert as_kept(look, *drawn_now) == kept(look, mode).read_text(encoding="utf-8"), f"{look} {mode}"


def _decoration(theme: Theme, look: Look) -> Color:
    """In which the rule over a list without the focus is drawn: its title says the same."""
    drawn = Color.parse(theme.variables["ground-chosen"])
    return drawn if look.coloured else drawn.monochrome


def _coloured_or_odd(drawn: list[Run]) -> Iterator[tuple[str, str]]:
    """Without colours all is grey; in ASCII only letters of names are not ASCII."""
    for run in drawn:
        for colour in (run.ink, run.ground):
            if len({colour.r, colour.g, colour.b}) > 1:
                yield run.text, colour.hex
        if odd := {char for char in run.text if not char.isascii() and not char.isalpha()}:
            yield run.text, "".join(odd)


def _cut(console: Opened, mode: str) -> Iterator[tuple[str, ...]]:
    """What should be seen whole and is not: lines, the connection, help, and what a row is about."""
    width, _ = console.app.size
    lines = console.text().splitlines()
    yield from ((line,) for line in lines if cell_len(line) != width)
    for name in ("standing",):
        words = console.live.query_one(f"#{name}", Static)
        if words.size.width < cell_len(str(words.render())):
            yield "connection", str(words.render())
    if f"? {console.app.words.say('key.help')}" not in lines[-1]:
        yield "keys", lines[-1]
    for grid in console.live.query(RowGrid):
        if grid.id != "events":
            yield from _cut_in(grid)


def _cut_in(grid: RowGrid) -> Iterator[tuple[str, ...]]:
    assert grid.order, f"nothing in {grid.id}: a_day or board_of_a_day has no such row"
    used = 3 + sum(width + 1 for _, width in grid._laid_out)
    if used - 1 > grid.size.width:
        yield grid.id or "", "wider than the screen"
    shown = [grid.columns[index].id for index, _ in grid._laid_out]
    if lost := [column.id for column in grid.columns if not column.gives_way and column.id not in shown]:
        yield grid.id or "", "left out", *lost
    for key in grid.order:
        cells = grid.cells(key)
        for index, width in grid._laid_out:
            column, text = grid.columns[index], cells[index].text
            if not column.gives_way and column.id not in _MAY_BE_SHORT and cell_len(text) > width:
                yield grid.id or "", column.id, text


async def test_what_is_not_current_can_be_read(tmp_path: Path) -> None:
    """Greyed rows and keys, and the warning across the screen, on each screen, dark and light: 4.5 : 1 as ever."""
    async with looking(tmp_path, LOOKS[0]) as console:
        console.agent.tell("link", wire.Link(state="lost", since=NOW - 8, now=NOW))
        await console.until(lambda: not console.app.watched.standing().may_act)
        wrong: list[object] = []
        for theme in THEMES.values():
            console.app.theme = theme.name
            async for mode in screens(console):
                assert "IKKE AKTUELT" in console.text(), mode
                wrong += [(mode, theme.name, *each) for each in poor(runs(console.app), _decoration(theme, LOOKS[0]))]
        assert wrong == []


def _beyond_the_edge(grid: RowGrid) -> Iterator[str]:
    x = 2
    for index, width in grid._laid_out:
        x += width + 1
        if grid.columns[index].id in _ALWAYS_SEEN and x - 1 > grid.scrollable_content_region.width:
            yield grid.columns[index].id


async def test_no_size_breaks_it(tmp_path: Path) -> None:
    """In a small terminal, and in one whose size changes over and over, every screen goes on, with a dialog, too.

    At 60 × 15 a row's state and whose it is are still there; back at its size each screen is as it was.
    """
    many = Random(7)  # noqa: S311  # sizes, not secrets
    async with looking(tmp_path, LOOKS[0]) as console:
        await resized(console, (60, 15))
        async for mode in screens(console):
            assert {cell_len(line) for line in console.text().splitlines()} == {60}, mode
            assert [each for grid in console.live.query(RowGrid) for each in _beyond_the_edge(grid)] == [], mode
        for mode in MODES:
            await go(console, mode)
            if mode == MODES[0]:
                await console.pilot.press("question_mark")
            for width, height in [(1, 1), (many.randint(2, 220), many.randint(2, 70)), LOOKS[0].size]:
                for more in (3, 2, 1, 0):  # a hand that drags the edge
                    console.app.post_message(Resize(Size(width + more, height), Size(width + more, height)))
                await console.pilot.resize_terminal(width, height)
            await back(console)
            await resized(console, LOOKS[0].size)
            await go(console, mode)
            words, inks = Inks(DARK).picture(console.app)
            assert as_kept(LOOKS[0], words, inks) == kept(LOOKS[0], mode).read_text(encoding="utf-8"), mode


def test_no_picture_is_of_nothing() -> None:
    """Each picture kept is of a screen and a look that exist."""
    folders = {kept(look, "x").parent for look in LOOKS}
    there = {path for folder in folders for path in folder.iterdir()}
    assert there == {kept(look, mode) for look in LOOKS for mode in MODES}


def _states(words: Words) -> Iterator[tuple[str, int, list[Cell]]]:
    """For each list: what it shows of each state there is, and how much room there is for that."""

    def shown(of: str, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]]) -> tuple[str, int, list[Cell]]:
        at = next(index for index, column in enumerate(columns) if column.id == of)
        return of, columns[at].least, [cells[at] for cells in rows]

    lanes = [{"decision": each} for each in ("open", "wait", "refuse")] + [{"lane": "judge"}]
    met = [people.cells(1, person("k", "A. H.", 1, NOW, **each), NOW, NO_TARGET, words) for each in lanes]
    yield shown("verdict", people.columns(words), met)
    inside = [rooms.cells(room("r", "M", phase=each), NOW, NOTHING, NO_TARGET, words) for each in wire.RoomPhase]
    yield shown("state", rooms.columns(words), inside)
    kept_now = [recordings.cells(recording("r", each), NOW, words) for each in wire.RecordingStage]
    yield shown("stage", recordings.columns(words), kept_now)
    yield shown("stage", calls.columns(words), [calls.cells(call("c", each), NOW, words) for each in wire.CallStage])
    missed = [invitations.cells(invitation("i", each), words) for each in wire.InvitationNext]
    raised = [alerts.cells(alert("a", each, "s1/r1"), NOW, words) for each in wire.AlertKind]
    yield shown("kind", alerts.columns(words), raised)
    yield shown("next", invitations.columns(words), missed)
    lights = [wire.Number(name="waiting", value=1, light=each) for each in get_args(Light)]
    yield "light", 12, [numbers.state(each, NOW, words, stale=False) for each in lights]


@pytest.mark.parametrize("lang", get_args(Lang))
@pytest.mark.parametrize("signs", get_args(Signs))
def test_each_state_is_told_by_a_sign_and_a_word(lang: Lang, signs: Signs) -> None:
    """Of every state of everything: both, in the room there is at the least, and not as another state is told."""
    known = {pair[signs == "ascii"] for pair in SIGNS.values()}
    for of, least, cells in _states(Words(Settings(lang=lang, signs=signs))):
        told = [cell.text for cell in cells]
        assert len(set(told)) == len(told), told
        assert {text.partition(" ")[0] for text in told} <= known, told
        assert all(text.partition(" ")[2] for text in told), told
        assert [text for text in told if cell_len(text) > least] == [], of


@pytest.mark.parametrize("pair", [("muted", "ground-chosen"), ("good", "ground")])
async def test_a_poor_pair_would_be_seen(tmp_path: Path, pair: tuple[str, str]) -> None:
    """An ink a little too near to its ground is found on the screens."""
    ink, ground = pair
    near = Color.parse(DARK.variables[ground]).lighten(0.3)
    assert 1 < contrast(near, Color.parse(DARK.variables[ground])) < LEAST
    worse = {**DARK.variables, f"ink-{ink}": near.hex}
    async with looking(tmp_path, Look(SIZES[0], coloured=True)) as console:
        console.app.register_theme(replace(DARK, name="poor", variables=worse))
        console.app.theme = "poor"
        await console.pilot.pause()
        assert poor(runs(console.app), _decoration(DARK, LOOKS[0]))
