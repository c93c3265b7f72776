"""Names, units, messages and reasons made to do harm: shown as characters, clicked everywhere, and nothing happens."""

import time
import unicodedata
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.a_day import SAID, person, room
from tests.tui.fake_agent import FakeAgent
from tests.tui.listening import first_lines
from tests.tui.opened import NARROW, WIDE, opened
from tui.app import PortnerApp
from tui.board.heard import Asked
from tui.screens.sign_in import SignInDialog
from xmpp_agent import wire

EVIL = [
    "[@click=app.harm]press me[/]",
    "[/nothing] [bold",
    "\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "\u202egnp.exe \u2066\u200f",
    "漢" * 40 + "\u3164" * 9,
    "{who} {0.__class__} %s",
    "",
]


def _evil_room(name: str, key: str = "evil") -> wire.RoomRow:
    said = ((name[:9] or "x", "open", name), ("right_person", name[:3], "allowed"), *SAID)
    people = tuple(
        person(f"k{each}", name, each, proof=name, reason_text=name, reason=name or "x", said=said) for each in range(2)
    )
    more: dict[str, object] = {"citizen": name, "companions": 2, "visit_since": time.time(), "unit": name}
    return room(key, name, phase=wire.RoomPhase.VISIT, waiting=people, **more)


class Harmed(PortnerApp):
    """An app with an action that no text may ever run."""

    harmed = False

    def action_harm(self) -> None:
        """Remember that it was run."""
        Harmed.harmed = True


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_clicking_every_cell_does_nothing(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the shift screen with hostile text in every field, no click runs an action, and no odd character is drawn."""
    monkeypatch.setattr("tests.tui.opened.PortnerApp", Harmed)
    monkeypatch.setattr(Harmed, "harmed", False)
    rows = [_evil_room(name, f"evil{number}") for number, name in enumerate(EVIL)]
    async with opened(tmp_path, rows, size=size) as console:
        for row, name in zip(rows, EVIL, strict=True):
            console.agent.refuses = {"let-in": wire.Problem(title=name, status=409, detail=name)}
            for kind in ("wrote", "turned_away", "stuck", "left", "arrived"):
                note = {"room": row.room, "kind": kind, "knock": "k0", "text": name}
                console.agent.tell("note", wire.Note.model_validate(note))
            await console.go_to(row.key.removeprefix("s1/"))
            said = len(console.app._notifications)
            await console.pilot.press("a")
            await console.until(lambda said=said: len(console.app._notifications) > said)  # type: ignore[misc]  # bound
            await console.pilot.pause()
            _nothing_to_click(console.app)
            _clean(console.text())
        assert not Harmed.harmed


def _nothing_to_click(app: PortnerApp) -> None:
    """No cell drawn anywhere has an action that a click on it would run."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            assert segment.style is None or "@click" not in segment.style.meta, segment.text


def _clean(text: str) -> None:
    odd = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")} - {"\n"}
    assert odd == set()


@pytest.mark.parametrize("name", EVIL, ids=range(len(EVIL)))
async def test_every_dialog_takes_hostile_text(tmp_path: Path, name: str) -> None:
    """Each dialog of the doors and the palette open with hostile names, draw them as they are, and close."""
    colleague = wire.Colleague(colleague="c", name=name or "x", open=True, waiting=0)
    agent = FakeAgent(colleagues=(colleague,))
    async with opened(tmp_path, [_evil_room(name)], size=NARROW, agent=agent) as console:
        for keys in ("enter", "d", "f", "r", "W", "U", "p", "X", "m", "ctrl+p"):
            console.shift.grid("lobby").focus()
            await console.until(lambda: console.app.watched.standing().may_act)
            await console.pilot.press(keys)
            await console.until(lambda: console.app.screen is not console.shift)
            if keys == "ctrl+p":
                await console.pilot.press("l", "o", "k")
            await console.pilot.pause()
            _nothing_to_click(console.app)
            _clean(console.text())
            await console.pilot.press("escape")
            await console.until(lambda: console.app.screen is console.shift)


async def test_real_clicks_on_markup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mouse pressed on every line that shows the markup only moves the cursor."""
    monkeypatch.setattr("tests.tui.opened.PortnerApp", Harmed)
    monkeypatch.setattr(Harmed, "harmed", False)
    async with opened(tmp_path, [_evil_room(EVIL[0])], size=NARROW) as console:
        await console.until(lambda: "[@click" in console.text())
        lines = [y for y, line in enumerate(console.text().splitlines()) if "[@" in line]
        assert len(lines) >= 4
        for y in lines:
            for x in (18, 34, 50):
                await console.pilot.click(offset=(x, y))
        assert not Harmed.harmed
        assert console.agent.asked == []


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
    from tests.tui.fake_agent import serving

    agent = FakeAgent(rooms={row.key: row for row in (_evil_room("\n".join(EVIL)),)})
    async with serving(agent, tmp_path / "s"):
        lines = await first_lines(tmp_path / "s", 4)

    for line in lines:
        _clean(line)
        assert "\n" not in line


@pytest.mark.parametrize("name", EVIL, ids=range(len(EVIL)))
async def test_the_sign_in_takes_hostile_text(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a sign-on says is drawn as it is; no click runs an action; Escape hides it, the palette has it again."""
    monkeypatch.setattr("tests.tui.opened.PortnerApp", Harmed)
    monkeypatch.setattr(Harmed, "harmed", False)
    async with opened(tmp_path, [], size=NARROW) as console:
        asked = Asked(name or "x", name or "x", name, name, 900)
        console.app.workers.cancel_group(console.app, "stream")
        console.app.watched.take(asked)
        console.app._show_sign_in(asked)
        await console.until(lambda: isinstance(console.app.screen, SignInDialog))
        await console.pilot.click(offset=(20, 8))
        _nothing_to_click(console.app)
        _clean(console.text())
        await console.pilot.press("escape")
        await console.until(lambda: "LOG PÅ" in console.text())
        await console.pilot.press("ctrl+p", *"Log", "enter")
        await console.until(lambda: isinstance(console.app.screen, SignInDialog))
        assert not Harmed.harmed
