"""Names, units, messages and reasons made to do harm: shown as characters, clicked everywhere, and nothing happens.

One agent has them in every field that others fill, of everything that `board_of_a_day` has one of; each screen is
walked with each of its keys. A screen that is added is walked, too: without hostile rows of its own it fails.
"""

import json
import time
import unicodedata
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from rich.cells import cell_len
from textual.color import Color
from textual.events import Click, MouseDown, MouseUp
from textual.pilot import _get_mouse_message_arguments
from textual.widgets import Input

from tests.tui.a_day import a_day, person, room
from tests.tui.draw import NOW, board_of_a_day
from tests.tui.fake_agent import FakeAgent, serving
from tests.tui.inks import Inks, poor, runs
from tests.tui.listening import first_lines
from tests.tui.looks import back, go, keys_of, pressed, resized
from tests.tui.opened import NARROW, WIDE, Opened, opened
from tui.app import PortnerApp
from tui.board.heard import Asked
from tui.keys import GROUPS, MODES
from tui.screens.alerts import ShiftNotes
from tui.screens.sign_in import SignInDialog
from tui.screens.spoken import SpokenModal
from tui.text.alerts import note_lines
from tui.themes import DARK, LIGHT
from tui.widgets.row_grid import RowGrid
from xmpp_agent import wire
from xmpp_agent.wire_base import Wire

EVIL = [
    "[@click=app.harm]press me[/]",
    "[/nothing] [bold",
    "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "\u202egnp.exe \u2066\u200f",
    "漢" * 40 + "\u3164" * 9,
    "{who} {0.__class__} %s",
    "",
]
"""One way of doing harm each."""
MARK: Final = "Æ%"
ALL_AT_ONCE: Final = f"{MARK}[@click=app.harm]x[/][b\x1b[31m\u202e\u200b\r漢👍\U0001f3fd"
"""Short enough to be seen in a narrow column."""
MARKS: Final = (MARK, "app.harm", "owned")
LONG: Final = MARK + "long " * 2000
"""10 kB; where the wire bounds a text, as much as it lets through."""
_ODD: Final = "= : == =: a=b=c x:y=z let_in= r=open r=:c =open:"
"""What may stand among codes and is none."""
_ADDRESSES: Final = frozenset({"key", "room", "recording", "call", "appointment", "knock", "colleague"})
_THE_SAME: Final = {*GROUPS["list"], *GROUPS["time"], *GROUPS["app"]} - {"choose"}
"""Keys that do the same on every screen that has them."""
_KNOWN_BY: Final = frozenset({"name", "at_event"})
"""Names the console looks something up by."""


class Harmed(PortnerApp):
    """An app with an action that no text may ever run."""

    harmed = False

    def action_harm(self) -> None:
        """Remember that it was run."""
        Harmed.harmed = True


def _filled(value: object, schema: Mapping[str, Any], defs: Mapping[str, Any], text: str, number: int) -> object:
    """`value` with `text` wherever its schema lets anybody's text through, and whatever may be done allowed."""
    if "$ref" in schema:
        return _filled(value, defs[schema["$ref"].rpartition("/")[2]], defs, text, number)
    if "anyOf" in schema:
        return _filled(value, schema["anyOf"][0], defs, text, number)
    if schema.get("type") == "array" and isinstance(value, list):
        items = schema.get("prefixItems") or [schema["items"]] * len(value)
        if "enum" in (schema.get("items") or {}):
            return schema["items"]["enum"]
        return [_filled(each, sub, defs, text, number) for each, sub in zip(value, items, strict=True)]
    if schema.get("type") == "object" and isinstance(value, dict) and "properties" in schema:
        told = schema["properties"]
        return {
            name: f"{each}-{number}"
            if name in _ADDRESSES and "minLength" in told[name]
            else each
            if name in _KNOWN_BY
            else _filled(each, told[name], defs, text, number)
            for name, each in value.items()
        }
    if "pattern" in schema:
        return " ".join((*wire.DoorAct, _ODD))
    if schema.get("type") == "string" and "enum" not in schema and "const" not in schema:
        return (text or "-" * schema.get("minLength", 0))[: schema.get("maxLength")]
    return value


def _evil(row: Wire, text: str, number: int) -> Wire:
    schema = msgspec.json.schema(type(row))
    filled: Any = _filled(json.loads(row.json()), schema, schema.get("$defs", {}), text, number)
    return type(row).of(filled)


def _evil_agent() -> FakeAgent:
    """Of everything there is on the board of a day one row for each text."""
    agent = board_of_a_day()
    agent.rooms = {row.key: row for row in a_day(NOW)[:1]}
    for name, held in vars(agent).items():
        rows = list(held.values()) if isinstance(held, dict) else held
        if not isinstance(rows, list | tuple) or not rows or not isinstance(rows[0], Wire):
            continue
        evil = [_evil(rows[0], text, number) for number, text in enumerate((ALL_AT_ONCE, LONG, *EVIL))]
        by_key = {getattr(row, "key", getattr(row, "unit", "")): row for row in evil}
        setattr(agent, name, by_key if isinstance(held, dict) else type(held)(evil))
    return agent


def _evil_room(name: str, key: str = "evil") -> wire.RoomRow:
    people = tuple(
        person(f"k{each}", name, each, proof=name, reason_text=name, reason=name or "x") for each in range(2)
    )
    more: dict[str, object] = {"citizen": name, "companions": 2, "visit_since": time.time(), "unit": name}
    return room(key, name, phase=wire.RoomPhase.VISIT, waiting=people, **more)


def _nothing_to_click(app: PortnerApp) -> None:
    """No cell drawn anywhere has an action that a click on it would run."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            assert segment.style is None or "@click" not in segment.style.meta, segment.text


def _clean(text: str) -> None:
    odd = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")} - {"\n"}
    assert odd == set()


@asynccontextmanager
async def _harmless(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Opened]:
    """The console with all of it; at the end nothing was harmed."""
    monkeypatch.setattr("tests.tui.opened.PortnerApp", Harmed)
    monkeypatch.setattr(Harmed, "harmed", False)
    monkeypatch.setenv("HOME", str(folder))
    agent = _evil_agent()
    agent.refuses = {"let-in": wire.Problem(title=ALL_AT_ONCE, status=409, detail=LONG)}
    async with opened(folder, list(agent.rooms.values()), size=NARROW, agent=agent, frozen=True) as console:
        room = next(iter(agent.rooms.values())).room
        for kind in ("wrote", "turned_away", "stuck", "left", "arrived"):
            note = {"room": room, "kind": kind, "knock": "k", "text": ALL_AT_ONCE}
            agent.tell("note", wire.Note.of(note))
        yield console
        assert not Harmed.harmed


async def _to_the_worst(console: Opened, mode: str) -> None:
    """To a screen, with the row chosen that has everything in it."""
    await go(console, mode)
    await _choose_the_worst(console)


async def _choose_the_worst(console: Opened) -> None:
    if console.live.MAIN:
        grid = console.live.grid(console.live.MAIN)
        assert grid.order, f"nothing on {console.app.current_mode}"
        grid.put_cursor(next((key for key in grid.order if key.endswith("-0")), grid.order[0]))
        await console.pilot.pause()


def _drawn_well(console: Opened, doing: str) -> None:
    """Nothing to click, nothing odd, nothing out of its place, no ink but ours; whatever lies on top can be read."""
    _nothing_to_click(console.app)
    text = console.text()
    _clean(text)
    width, _ = console.app.size
    assert {cell_len(line) for line in text.splitlines()} == {width}, doing
    theme = LIGHT if console.app.theme == LIGHT.name else DARK
    on_top = [child.region for child in console.app.screen.children] if console.app.screen is not console.live else []
    drawn = [run for run in runs(console.app) if not on_top or any(each.contains(run.x, run.y) for each in on_top)]
    assert poor(drawn, Color.parse(theme.variables["ground-chosen"])) == set(), doing
    if not on_top:
        assert [run for run in drawn if run.words and not Inks(theme).has(run.ink)] == [], doing


async def test_every_key_of_every_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the worst of rows chosen each key is pressed: what it opens is drawn well, dark and light; Escape closes it.

    Keys that do the same everywhere are pressed on the first screen that has them. Each dialog there is must be opened.
    """
    met, done = set[type](), set[str]()
    async with _harmless(tmp_path, monkeypatch) as console:
        for mode in MODES:
            await _to_the_worst(console, mode)
            seen = console.text()
            for name in [each for each in keys_of(console) if each not in done & _THE_SAME]:
                done.add(name)
                await _choose_the_worst(console)
                await pressed(console, name)
                _drawn_well(console, f"{mode}: {name}")
                seen += console.text()
                await _in_light_too(console, met, f"{mode}: {name}, light")
                await back(console)
            assert any(mark in seen for mark in MARKS), f"no hostile row on {mode}: board_of_a_day has none"
        await _when_the_shift_begins(console, met)
    there = {each for each in _all_of(SpokenModal) if each.__module__.startswith("tui.")} - {SignInDialog}
    assert there - met == set()


async def _when_the_shift_begins(console: Opened, met: set[type]) -> None:
    """No key opens what the shift before left: it is there when the console is opened."""
    note = wire.ShiftNoteRow(unit=ALL_AT_ONCE, text=LONG[:500], by=ALL_AT_ONCE, at=NOW)
    await console.app.push_screen(ShiftNotes("", note_lines({"": note}, console.app.words)))
    _drawn_well(console, "notes of the shift before")
    await _in_light_too(console, met, "notes of the shift before, light")
    await back(console)


async def _in_light_too(console: Opened, met: set[type], doing: str) -> None:
    """Each kind of dialog once, for to change the theme costs most; the screens are in `test_looks.py`."""
    if console.app.screen is not console.live and type(console.app.screen) not in met:
        met.add(type(console.app.screen))
        for theme in (LIGHT, DARK):
            console.app.theme = theme.name
            await console.pilot.pause()
            _drawn_well(console, doing)


def _all_of(kind: type[object]) -> Iterator[type]:
    for each in type.__subclasses__(kind):
        yield each
        yield from _all_of(each)


async def test_clicking_every_cell_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On each screen columns are in line, and the mouse, pressed on every cell of all but the keys, does no act."""
    async with _harmless(tmp_path, monkeypatch) as console:
        for mode in MODES:
            await _to_the_worst(console, mode)
            _in_line(console)
            await resized(console, WIDE)
            _drawn_well(console, f"{mode}, wide")
            _in_line(console)
            await resized(console, NARROW)
            for y, line in enumerate(console.text().splitlines()[:-1]):
                if line.strip():
                    for x in range(len(line)):
                        _click(console, x, y)
                    await console.pilot.pause()
                    assert console.app.screen is console.live, f"{mode}: {line}"
            _drawn_well(console, mode)
        assert console.agent.asked == []


def _click(console: Opened, x: int, y: int) -> None:
    """What a terminal tells of a click, without waiting for what comes of it."""
    at = _get_mouse_message_arguments(console.app.screen, (x, y), button=1)
    for kind in (MouseDown, MouseUp, Click) if x % 8 == 0 else (Click,):  # what text could do is done by the last
        console.app.screen._forward_event(kind(**at))


def _in_line(console: Opened) -> None:
    """Each cell of a row begins where the title above it does, and the space between stays empty."""
    for grid in console.live.query(RowGrid):
        region = grid.scrollable_content_region
        for y in range(region.height):
            drawn: list[str] = []
            for char in grid.render_line(y).text:
                drawn += [char, *[""] * (cell_len(char) - 1)]
            assert len(drawn) == region.width
            x = 2
            for _, width in grid._laid_out:
                x += width + 1
                assert drawn[x - 1] == " ", "".join(drawn)


async def test_a_hostile_name_revealed(tmp_path: Path) -> None:
    """The full name is drawn as characters too."""
    agent = FakeAgent(names={"k0": EVIL[0] + EVIL[2]})
    async with opened(tmp_path, [_evil_room("x")], agent=agent) as console:
        await console.pilot.press("tab", "r")
        await console.until(lambda: console.app.screen is not console.shift)
        console.app.screen.query_one(Input).value = "Ringer op"
        await console.pilot.press("enter")

        await console.until(lambda: "[@click=app.harm]press me[/]]0;owned" in console.text())
        assert "@click" not in repr(console.app.screen.get_style_at(3, 2).meta)


async def test_hostile_text_read_aloud(tmp_path: Path) -> None:
    """The plain form is clean as well, line by line."""
    agent = FakeAgent(rooms={row.key: row for row in (_evil_room("\n".join(EVIL)),)})
    async with serving(agent, tmp_path / "s"):
        lines = await first_lines(tmp_path / "s", 4)

    for line in lines:
        _clean(line)
        assert "\n" not in line


async def test_the_sign_in_takes_hostile_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a sign-on says is drawn as it is; no click runs an action; Escape hides it, the palette has it again."""
    async with _harmless(tmp_path, monkeypatch) as console:
        console.app.workers.cancel_group(console.app, "stream")
        for name in (ALL_AT_ONCE, LONG, *EVIL):
            asked = Asked(name or "x", name or "x", name, name, 900)
            console.app.watched.take(asked)
            console.app._show_sign_in(asked)
            await console.until(lambda: isinstance(console.app.screen, SignInDialog))
            await console.pilot.click(offset=(20, 8))
            _drawn_well(console, name)
            await console.pilot.press("escape")
            await console.until(lambda: "LOG PÅ" in console.text())
        await console.pilot.press("ctrl+p", *"Log", "space", "p", "enter")
        await console.until(lambda: isinstance(console.app.screen, SignInDialog))
        await _in_light_too(console, set(), "the sign-in, light")
